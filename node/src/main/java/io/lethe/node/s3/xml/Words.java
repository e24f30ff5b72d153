package io.lethe.node.s3.xml;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Values by the words that S3 has for them. Static and pure. */
final class Words {
    private Words() {}

    static <T> Map<String, T> of(T[] values, Function<T, String> word) {
        return Arrays.stream(values)
                .collect(Collectors.toUnmodifiableMap(word, Function.identity()));
    }
}
