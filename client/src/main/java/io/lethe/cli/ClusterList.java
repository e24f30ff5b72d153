package io.lethe.cli;

import io.lethe.client.LetheClient;
import java.util.Map;

/** A command that prints one of the cluster's lists, as a table or as JSON lines. */
abstract class ClusterList<T> extends ClientCommand {
    ClusterList(Surroundings surroundings) {
        super(surroundings);
    }

    abstract String[] columns();

    abstract Iterable<T> rows(LetheClient client);

    abstract Map<String, Object> json(T row);

    abstract void show(Table table, T row);

    @Override
    final ExitStatus run(LetheClient client) {
        Table table = new Table(out(), columns());
        for (T row : rows(client)) {
            if (json()) {
                print(json(row));
            } else {
                show(table, row);
            }
        }
        if (!json()) {
            table.flush();
        }
        return ExitStatus.OK;
    }

    /** A dash where there is nothing, so that columns stay readable. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
