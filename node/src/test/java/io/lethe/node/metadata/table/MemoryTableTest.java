package io.lethe.node.metadata.table;

import io.lethe.node.base.RandomSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

class MemoryTableTest extends GroupTableContract {
    private final Map<String, MemoryTable> tables = new HashMap<>();
    private final Map<Path, Object> snapshots = new HashMap<>();

    @Override
    GroupTable open(String name) {
        return tables.computeIfAbsent(
                name, _ -> new MemoryTable(RandomSource.seeded(4), snapshots));
    }

    @Override
    GroupTable afterCrash(String name, String as) {
        MemoryTable victim = tables.get(name);
        if (victim == null) {
            throw new IllegalArgumentException(name);
        }
        MemoryTable left = victim.afterCrash();
        tables.put(as, left);
        return left;
    }
}
