package io.lethe.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets in the forms of RFC 9112, 3.2. */
class RequestTargetTest {
    private static final int FUZZED = 20_000;

    @ParameterizedTest
    @CsvSource({
        "http://www.example.org/pub/WWW/TheProject.html, /pub/WWW/TheProject.html, www.example.org",
        "http://www.example.org:8001, /, www.example.org:8001",
        "http://host/bucket/key, /bucket/key, host",
        "HTTP://Host/bucket/key, /bucket/key, Host",
        "https://host:9000/bucket?versions, /bucket?versions, host:9000",
        "http://host?list-type=2, /?list-type=2, host",
        "http://host//a//b, //a//b, host",
        "http://host/http://other/x, /http://other/x, host",
        "http://[::1]:9000/k, /k, [::1]:9000",
        "http://b.s3.example.com/a%2Fb?x=http://y, /a%2Fb?x=http://y, b.s3.example.com",
        "/where?q=now, /where?q=now, ''",
        "/http://host/x, /http://host/x, ''",
        "//host/x, //host/x, ''",
        "*, *, ''",
        "host:443, host:443, ''",
        "ftp://host/x, ftp://host/x, ''",
        "http:/host/x, http:/host/x, ''",
    })
    void everyFormIsRead(String sent, String origin, String authority) {
        assertThat(RequestTarget.parse(sent)).isEqualTo(new RequestTarget(origin, authority));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://",
                "http:///bucket/key",
                "http://?x",
                "http://user@host/x",
                "http://user:secret@host/x",
                "http://host#x/y",
                "http://host:port/x",
                "http://[::1/x",
                "http://[g]/x",
                "http://ho\\st/x",
            })
    void anAbsoluteOneThatNamesNoHostIsRefused(String sent) {
        assertThatThrownBy(() -> RequestTarget.parse(sent))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverIsSentIsReadOrRefusedAndNothingOfThePathIsLost() {
        String[] pieces = {
            "http://", "https://", "/", "?", "#", "@", ":", "h", "[::1]", "%2F", "é"
        };
        for (long seed = 0; seed < FUZZED; seed++) {
            Random random = new Random(seed);
            StringBuilder sent = new StringBuilder();
            for (int left = random.nextInt(8); left > 0; left--) {
                sent.append(pieces[random.nextInt(pieces.length)]);
            }
            String text = sent.toString();
            try {
                RequestTarget target = RequestTarget.parse(text);
                assertThat(target.authority()).as("seed %s", seed).doesNotContain("/", "?", "@");
                assertThat(text)
                        .as("seed %s", seed)
                        .endsWith(
                                target.authority().isEmpty() || text.endsWith(target.origin())
                                        ? target.origin()
                                        : target.origin().substring(1));
            } catch (IllegalArgumentException expected) {
                assertThat(text).as("seed %s", seed).startsWith("http");
            }
        }
    }
}
