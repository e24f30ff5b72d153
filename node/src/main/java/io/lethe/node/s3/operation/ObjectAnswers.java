package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.HeaderText;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.RangeHeader;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.List;
import java.util.Optional;

/** Looks a version up as several operations do. */
final class ObjectAnswers {
    private ObjectAnswers() {}

    /**
     * Empty for the current version.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidArgument
     */
    static String wantedVersion(S3Call call) {
        String version = call.request().parameter("versionId").orElse("");
        if (version.isEmpty() && call.request().hasParameter("versionId")) {
            throw Parameters.invalid("versionId", version, "Version id cannot be the empty string");
        }
        return version;
    }

    /**
     * @throws io.lethe.node.s3.S3Exception PreconditionFailed, NotModified
     */
    static void checkConditions(S3Call call, ObjectInfo info) {
        switch (Preconditions.of(call.request()).evaluate(info.etag(), info.createdMillis())) {
            case PROCEED -> {}
            case FAILED -> throw S3Error.PRECONDITION_FAILED.exception();
            case NOT_MODIFIED -> throw notModified(info);
        }
    }

    /** With what a cache goes by (RFC 9110, 15.4.5), and the time as S3. */
    private static S3Exception notModified(ObjectInfo info) {
        S3Exception answer =
                S3Error.NOT_MODIFIED
                        .exception()
                        .withHeader("etag", '"' + info.etag() + '"')
                        .withHeader("last-modified", HttpDates.format(info.createdMillis()));
        for (String name : List.of("cache-control", "expires")) {
            Optional<String> said =
                    Optional.ofNullable(info.attributes().headers().get(name))
                            .flatMap(HeaderText::value);
            answer = said.isPresent() ? answer.withHeader(name, said.get()) : answer;
        }
        return answer;
    }

    /** By {@code partNumber}, or by the {@code Range} header. */
    static ReadRange wantedRange(S3Call call) {
        if (!call.request().hasParameter("partNumber")) {
            return RangeHeader.parse(call.request().header("range"));
        }
        if (call.request().header("range").isPresent()) {
            throw S3Error.INVALID_REQUEST.because(
                    "Cannot specify both Range header and partNumber query parameter");
        }
        return new ReadRange.Part(Parameters.number(call, "partNumber", 1, 1, Integer.MAX_VALUE));
    }

    /** The caller must close what it gets. */
    static ObjectReader.Opened open(S3Call call, ReadRange range) throws InterruptedException {
        ObjectReader.Opened opened =
                call.ports()
                        .objects()
                        .get(
                                call.caller(),
                                call.bucket(),
                                call.key(),
                                wantedVersion(call),
                                range,
                                EncryptionHeaders.customerKey(call.request()),
                                call.deadlineNanos());
        boolean judged = false;
        try {
            var _ = judged(call, opened.info());
            judged = true;
        } finally {
            if (!judged) {
                opened.close();
            }
        }
        return opened;
    }

    /** A version that may be told of: the one that was judged before may have been another. */
    private static ObjectInfo judged(S3Call call, ObjectInfo found) throws InterruptedException {
        call.access().checkFound(found.attributes());
        return found;
    }

    static ObjectInfo head(S3Call call) throws InterruptedException {
        return judged(
                call,
                call.ports()
                        .objects()
                        .head(
                                call.caller(),
                                call.bucket(),
                                call.key(),
                                wantedVersion(call),
                                call.deadlineNanos()));
    }

    /** As {@link #head}, by whoever could read the version too. */
    static ObjectInfo headAsReader(S3Call call) throws InterruptedException {
        return judged(
                call,
                call.ports()
                        .objects()
                        .head(
                                call.caller(),
                                call.bucket(),
                                call.key(),
                                wantedVersion(call),
                                EncryptionHeaders.customerKey(call.request()),
                                call.deadlineNanos()));
    }
}
