package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDatesTest {
    /** 1994-11-06T08:49:37Z, the example of RFC 9110. */
    private static final long EXAMPLE_MILLIS = 784_111_777_000L;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "Sun, 06 Nov 1994 08:49:37 UTC",
            })
    void allFormsOfTheStandardAreRead(String text) {
        assertThat(HttpDates.parse(text)).contains(EXAMPLE_MILLIS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "1994-11-06T08:49:37Z",
                "Sun, 06 Nov 1994 25:49:37 GMT",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37",
                "Sunday, 06-November-94 08:49:37 GMT",
            })
    void othersAreNot(String text) {
        assertThat(HttpDates.parse(text)).isEmpty();
    }

    @Test
    void theFirstFormIsWritten() {
        assertThat(HttpDates.format(EXAMPLE_MILLIS + 999))
                .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(HttpDates.iso(EXAMPLE_MILLIS + 7)).isEqualTo("1994-11-06T08:49:37.007Z");
    }

    @Test
    void isoIsWrittenAsJavaDoes() {
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            long millis = random.nextLong(-62_135_596_800_000L, 253_402_300_800_000L);
            assertThat(HttpDates.iso(millis))
                    .isEqualTo(
                            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                                    .format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1994-11-06T08:49:37Z, 784111777000",
        "1994-11-06T08:49:37.123Z, 784111777123",
        "1994-11-06T09:49:37+01:00, 784111777000",
        "1994-11-06, 784080000000",
    })
    void isoIsRead(String text, long millis) {
        assertThat(HttpDates.parseIso(text)).contains(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1994-11-06T08:49:37", "1994-13-06", "+999999999-12-31T00:00:00Z"})
    void otherIsoIsNot(String text) {
        assertThat(HttpDates.parseIso(text)).isEmpty();
    }
}
