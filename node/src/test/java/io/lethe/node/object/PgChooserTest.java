package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PgChooserTest {
    private static final String STANDARD = "standard";

    private final ObjectWorld world = new ObjectWorld();
    private final Directory directory = world.ports.directory();
    private final PeerHealth health = new PeerHealth(world.tasks.clock());
    private final PgChooser chooser = new PgChooser(directory, health, RandomSource.seeded(1));
    private final PlacementGroup only = directory.openPlacementGroups(STANDARD).getFirst();

    @Test
    void slowDevicesAreNotRefusedWhereThereAreNoOthers() {
        only.members().forEach(health::failed);
        assertThat(chooser.choose(STANDARD, Set.of())).isEqualTo(only);
    }

    @Test
    void aGroupThatFailedTheRequestIsNotChosenAgain() {
        assertThatThrownBy(() -> chooser.choose(STANDARD, Set.of(only.id())))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }
}
