package io.lethe.node.base.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A type of single values: how they are read, ordered and named in the table.
 *
 * @param name for the table
 */
record Leaf<T>(String name, Function<String, T> parser) {
    /** Longest text of one value: a path or a connect string, no more. */
    private static final int MOST_CHARACTERS = 4_096;

    /** How values of {@code type} are read; empty when it is none of the known types. */
    static Optional<Leaf<?>> of(Class<?> type) {
        Leaf<?> leaf = null;
        if (type == String.class) {
            leaf = new Leaf<>("text", text -> text);
        } else if (type == int.class) {
            leaf = new Leaf<>("number", Leaf::parseInt);
        } else if (type == long.class) {
            leaf = new Leaf<>("number", Leaf::parseLong);
        } else if (type == boolean.class) {
            leaf = new Leaf<>("true or false", Leaf::parseBoolean);
        } else if (type == Path.class) {
            leaf = new Leaf<>("path", Path::of);
        } else if (type == SecretFile.class) {
            leaf = new Leaf<>("path", text -> new SecretFile(Path.of(text)));
        } else if (type == Duration.class) {
            leaf = new Leaf<>("duration", Durations::parse);
        } else if (type == ByteSize.class) {
            leaf = new Leaf<>("size", ByteSize::parse);
        } else if (type.isEnum()) {
            leaf = ofEnum(type);
        }
        return Optional.ofNullable(leaf);
    }

    /**
     * Reads a value and checks its range.
     *
     * @throws IllegalArgumentException saying what would have been right
     */
    T read(String text, Setting setting) {
        if (text.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("is longer than " + MOST_CHARACTERS + " characters");
        }
        T value = parser.apply(text);
        if (!setting.least().isEmpty() && compare(value, parser.apply(setting.least())) < 0) {
            throw new IllegalArgumentException(
                    "is " + text + ", and must be at least " + setting.least());
        }
        if (!setting.most().isEmpty() && compare(value, parser.apply(setting.most())) > 0) {
            throw new IllegalArgumentException(
                    "is " + text + ", and must be at most " + setting.most());
        }
        return value;
    }

    /** As it would be written in the file. */
    static String format(Object value) {
        return switch (value) {
            case Duration duration -> Durations.format(duration);
            case Enum<?> constant -> enumText(constant);
            case List<?> list -> String.join(",", list.stream().map(Leaf::format).toList());
            default -> value.toString();
        };
    }

    @SuppressWarnings("unchecked") // Ranges are given only for types that compare with themselves.
    private static <T> int compare(T a, T b) {
        return ((Comparable<T>) a).compareTo(b);
    }

    private static Leaf<Object> ofEnum(Class<?> type) {
        List<Enum<?>> constants =
                Arrays.stream(type.getEnumConstants()).<Enum<?>>map(one -> (Enum<?>) one).toList();
        List<String> names = constants.stream().map(Leaf::enumText).toList();
        return new Leaf<>(
                String.join(" \\| ", names),
                text -> {
                    int index = names.indexOf(text);
                    if (index < 0) {
                        throw new IllegalArgumentException(
                                "'" + text + "' is none of " + String.join(", ", names));
                    }
                    return constants.get(index);
                });
    }

    private static String enumText(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int parseInt(String text) {
        long value = parseLong(text);
        if (value != (int) value) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return (int) value;
    }

    private static long parseLong(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no whole number", e);
        }
    }

    private static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }
}
