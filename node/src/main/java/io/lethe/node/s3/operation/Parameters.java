package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Address;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;

/** Query parameters that several operations have. */
final class Parameters {
    private Parameters() {}

    /** A number; past {@code most} it is {@code most}, as S3 does with page sizes. */
    static int number(S3Call call, String name, int fallback, int least, int most) {
        String text = call.request().parameter(name).orElse("");
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return Math.min(value, most);
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of bounds.
        }
        throw invalid(name, text, "Argument " + name + " must be an integer of at least " + least);
    }

    /**
     * What keys begin with, go on behind, or are cut at; empty where it is not there.
     *
     * @throws S3Exception KeyTooLongError for what no key can be
     */
    static String key(S3Call call, String name) {
        String text = call.request().parameter(name).orElse("");
        S3Address.checkKey(text);
        return text;
    }

    static S3Exception invalid(String name, String value, String message) {
        return S3Error.INVALID_ARGUMENT
                .because(message)
                .with("ArgumentName", name)
                .with("ArgumentValue", value);
    }
}
