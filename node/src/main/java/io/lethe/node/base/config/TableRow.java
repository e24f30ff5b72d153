package io.lethe.node.base.config;

import java.util.Objects;

/** How one setting looks in the documented table. No state. */
final class TableRow {
    private TableRow() {}

    static String of(Schema.Row row) {
        Schema.Field field = row.field();
        Setting setting = field.setting();
        String type = Objects.requireNonNull(field.leaf()).name();
        return "| "
                + String.join(
                        " | ",
                        "`" + row.key() + "`",
                        field.list() ? "list of " + type : type,
                        fallback(field),
                        range(setting),
                        "`" + Schema.variable(row.key()) + "`",
                        setting.help())
                + " |";
    }

    private static String fallback(Schema.Field field) {
        if (!field.setting().fallback().isEmpty()) {
            return "`" + field.setting().fallback() + "`";
        }
        if (field.list()) {
            return "empty";
        }
        return field.setting().optional() ? "none" : "**required**";
    }

    private static String range(Setting setting) {
        String least = setting.least();
        String most = setting.most();
        if (least.isEmpty() && most.isEmpty()) {
            return "";
        }
        if (most.isEmpty()) {
            return "from " + least;
        }
        return least.isEmpty() ? "to " + most : "from " + least + " to " + most;
    }
}
