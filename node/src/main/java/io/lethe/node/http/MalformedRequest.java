package io.lethe.node.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a request that the parser refused.
 *
 * @param bound by which it is counted
 * @param status of the answer
 */
record MalformedRequest(String bound, int status, String why) {
    static MalformedRequest of(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new MalformedRequest("line bytes", 414, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new MalformedRequest("header bytes", 431, "the headers are too long");
        }
        return new MalformedRequest("malformed", 400, "the request is malformed");
    }
}
