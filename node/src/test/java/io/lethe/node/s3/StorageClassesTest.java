package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How requests name storage classes. */
class StorageClassesTest {
    private static String wanted(String... names) {
        return StorageClasses.wanted(
                new S3Request(
                        "PUT",
                        "/b/k",
                        List.of(names).stream()
                                .map(name -> new S3Request.Header("x-amz-storage-class", name))
                                .toList()));
    }

    @Test
    void classesAreNamedInCapitals() {
        assertThat(wanted()).isEmpty();
        assertThat(wanted("STANDARD")).isEmpty();
        assertThat(wanted("COLD_2")).isEqualTo("cold_2");
    }

    /** The last has the sign of kelvins, whose small letter is a k. */
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "cold", "Cold", "standard", "Standard", "BUL\u212a"})
    void anotherSpellingNamesNone(String name) {
        S3Exception refused = catchThrowableOfType(S3Exception.class, () -> wanted(name));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_STORAGE_CLASS);
    }
}
