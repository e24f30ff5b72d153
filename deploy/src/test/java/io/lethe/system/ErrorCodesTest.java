package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.ErrorCode;
import org.junit.jupiter.api.Test;

/** Server and SDK name failures by the same words: each keeps a table of its own. */
class ErrorCodesTest {
    @Test
    void theSdkKnowsEveryCodeOfTheServerAndRetriesTheSame() {
        for (io.lethe.node.model.ErrorCode code : io.lethe.node.model.ErrorCode.values()) {
            assertThat(ErrorCode.valueOf(code.name()).retryable())
                    .as(code.name())
                    .isEqualTo(code.retry());
        }
    }
}
