package io.lethe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** JSON, sizes, times, tables, the progress bar. */
final class FormatsTest {
    @Test
    void jsonEscapesWhatItMust() {
        assertThat(
                        Json.line(
                                Json.object(
                                        "a\"b",
                                        "x\\\n\t\u0001ü",
                                        "n",
                                        -5L,
                                        "t",
                                        true,
                                        "l",
                                        List.of(1, "two"),
                                        "m",
                                        Map.of())))
                .isEqualTo(
                        "{\"a\\\"b\":\"x\\\\\\n\\t\\u0001ü\",\"n\":-5,\"t\":true,"
                                + "\"l\":[1,\"two\"],\"m\":{}}");
        assertThat(Json.line(Json.object("k", "\ud83d\ude00")))
                .isEqualTo("{\"k\":\"\\ud83d\\ude00\"}");
    }

    @Test
    void sizesAreShort() {
        assertThat(Amounts.size(0)).isEqualTo("0 B");
        assertThat(Amounts.size(1023)).isEqualTo("1023 B");
        assertThat(Amounts.size(1024)).isEqualTo("1.0 KiB");
        assertThat(Amounts.size(10 * 1024)).isEqualTo("10 KiB");
        assertThat(Amounts.size(5L << 40)).isEqualTo("5.0 TiB");
        assertThat(Amounts.size(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    }

    @Test
    void timesAreShort() {
        assertThat(Amounts.time(7)).isEqualTo("0:07");
        assertThat(Amounts.time(3599)).isEqualTo("59:59");
        assertThat(Amounts.time(90_000)).isEqualTo("25:00:00");
        assertThat(Amounts.percent(1, 0)).isZero();
    }

    @Test
    void terminalNeverObeysAKey() {
        assertThat(Table.visible("a\u001b[31mb\n\u009b")).isEqualTo("a\\x1b[31mb\\x0a\\x9b");
    }

    private static String paint(int columns, long total, List<Long> soFar) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AtomicLong nanos = new AtomicLong();
        ProgressBar bar =
                new ProgressBar(
                        new PrintStream(bytes, true, StandardCharsets.UTF_8),
                        true,
                        () -> columns,
                        nanos::get,
                        "file.bin");
        if (total < 0) {
            bar.expectUnknown();
        } else {
            bar.expect(total);
        }
        LongConsumer transfer = bar.transfer();
        for (long bytesSoFar : soFar) {
            nanos.addAndGet(1_000_000_000);
            transfer.accept(bytesSoFar);
        }
        String all = bytes.toString(StandardCharsets.UTF_8);
        return all.substring(all.lastIndexOf('\r') + 1);
    }

    @Test
    void barShowsShareRateAndTimeLeft() {
        String line = paint(80, 100 << 20, List.of(10L << 20, 20L << 20, 30L << 20));
        assertThat(line)
                .hasSize(79)
                .startsWith("file.bin [===")
                .contains("30%  30 MiB  10 MiB/s  0:07 left");
    }

    @Test
    void narrowTerminalGetsFiguresOnly() {
        String line = paint(40, 100 << 20, List.of(10L << 20, 20L << 20));
        assertThat(line).hasSize(39).doesNotContain("[").contains("20%");
        assertThat(paint(20, 100 << 20, List.of(10L << 20))).hasSize(19);
    }

    @Test
    void unknownLengthHasNoShare() {
        assertThat(paint(80, -1, List.of(5L << 20))).doesNotContain("%").contains("5.0 MiB/s");
    }

    @Test
    void transferThatBeginsAgainGoesBack() {
        assertThat(paint(80, 100 << 20, List.of(50L << 20, 0L, 25L << 20))).contains("25%");
    }
}
