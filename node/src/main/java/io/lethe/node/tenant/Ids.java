package io.lethe.node.tenant;

import io.lethe.node.model.Id128;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads ids that people type. Static and pure. */
final class Ids {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    private Ids() {}

    /** Empty for what is none. */
    static Optional<Id128> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(Id128.parse(text)) : Optional.empty();
    }
}
