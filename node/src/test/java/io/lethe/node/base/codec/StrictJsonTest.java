package io.lethe.node.base.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is JSON, what is not, and how much of it is read. */
class StrictJsonTest {
    private static final int MOST_BYTES = 4_096;
    private static final int MOST_DEPTH = 4;
    private static final long SEED = 3;

    private static JsonValue read(String text) throws StrictJson.MalformedException {
        return StrictJson.read(text.getBytes(StandardCharsets.UTF_8), MOST_BYTES, MOST_DEPTH);
    }

    @Test
    void everySortOfValueIsRead() throws Exception {
        assertThat(read(" {\"a\": [1e2, -0.50, true, false, null, \"x\\u00e9\\n😀\"], \"\": {}} "))
                .isEqualTo(
                        new JsonValue.Struct(
                                Map.of(
                                        "a",
                                        new JsonValue.Array(
                                                List.of(
                                                        new JsonValue.Numeral("1e2"),
                                                        new JsonValue.Numeral("-0.50"),
                                                        new JsonValue.Bool(true),
                                                        new JsonValue.Bool(false),
                                                        new JsonValue.Null(),
                                                        new JsonValue.Text("xé\n😀"))),
                                        "",
                                        new JsonValue.Struct(Map.of()))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1",
                "\"a",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\"}",
                "{a:1}",
                "['a']",
                "[01]",
                "[+1]",
                "[.5]",
                "[1.]",
                "[NaN]",
                "[Infinity]",
                "[True]",
                "[nul]",
                "[1] 2",
                "[1]]",
                "/* c */ 1",
                "# c\n1",
                "[1;2]",
                "{\"a\"=1}",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"a\nb\"",
                "\ufeff{}",
                ")]}'\n{}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":1}",
                "[[[[[1]]]]]"
            })
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(StrictJson.MalformedException.class);
    }

    @Test
    void aRefusalSaysWhere() {
        assertThatThrownBy(() -> read("{\"a\": [0, {\"b\": 1, \"b\": 2}]}"))
                .isInstanceOfSatisfying(
                        StrictJson.MalformedException.class,
                        refused -> assertThat(refused.path()).isEqualTo("$.a[1].b"));
    }

    @Test
    void depthAndLengthAreBounded() throws Exception {
        assertThat(read("[[[[1]]]]")).isInstanceOf(JsonValue.Array.class);
        assertThat(read("\"" + "x".repeat(MOST_BYTES - 2) + "\""))
                .isInstanceOf(JsonValue.Text.class);
        assertThatThrownBy(() -> read("\"" + "x".repeat(MOST_BYTES - 1) + "\""))
                .hasMessageContaining("at most " + MOST_BYTES);
        assertThatThrownBy(() -> read("[".repeat(MOST_BYTES)))
                .hasMessageContaining("nested too deeply");
    }

    @Test
    void noBytesDoAnythingButBeReadOrRefused() {
        Random random = new Random(SEED);
        String alphabet = "{}[]\",:0123456789.eE+-truefalsn\\u/ \n\t\0'#é";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(24); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertThat(read(text.toString())).isNotNull();
            } catch (StrictJson.MalformedException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            } catch (RuntimeException | Error wrong) {
                throw new AssertionError("seed " + SEED + ": " + text, wrong);
            }
        }
    }
}
