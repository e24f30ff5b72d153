package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import org.junit.jupiter.api.Test;

class S3ErrorTest {
    @Test
    void everyCodeOfTheStoreIsInTheTableWithItsStatus() {
        for (ErrorCode code : ErrorCode.values()) {
            S3Error error = S3Error.of(code);
            assertThat(error.code()).as(code.name()).isEqualTo(code.s3Code());
            assertThat(error.httpStatus()).as(code.name()).isEqualTo(code.httpStatus());
        }
    }

    @Test
    void codesAreFoundByTheirText() {
        for (S3Error error : S3Error.values()) {
            assertThat(S3Error.byCode(error.code())).contains(error);
            assertThat(error.message()).isNotBlank();
            assertThat(error.httpStatus()).isBetween(300, 503);
        }
    }

    @Test
    void whatHappensInsideTheClusterStaysInside() {
        S3Exception shown =
                S3Exception.of(new StoreException(ErrorCode.CORRUPT, "node 7, file /data/3"));
        assertThat(shown.message()).isEqualTo(S3Error.INTERNAL_ERROR.message());
        S3Exception callers =
                S3Exception.of(new StoreException(ErrorCode.NO_SUCH_KEY, "no key 'a'"));
        assertThat(callers.message()).isEqualTo("no key 'a'");
        assertThat(callers.error()).isEqualTo(S3Error.NO_SUCH_KEY);
    }

    @Test
    void fieldsKeepTheirOrder() {
        S3Exception e = S3Error.INVALID_ARGUMENT.because("m").with("b", "1").with("a", "2");
        assertThat(e.fields().keySet()).containsExactly("b", "a");
        assertThat(e.getStackTrace()).isEmpty();
    }
}
