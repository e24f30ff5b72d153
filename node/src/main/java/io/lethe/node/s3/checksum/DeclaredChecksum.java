package io.lethe.node.s3.checksum;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The checksum that a request says its body has. */
public sealed interface DeclaredChecksum {
    record None() implements DeclaredChecksum {}

    record InHeader(ChecksumValue value) implements DeclaredChecksum {}

    /** The value comes behind the body. */
    record InTrailer(ChecksumAlgorithm of) implements DeclaredChecksum {}

    /** What is to be computed of the body. */
    default Optional<ChecksumAlgorithm> algorithm() {
        return switch (this) {
            case None _ -> Optional.empty();
            case InHeader(ChecksumValue value) -> Optional.of(value.algorithm());
            case InTrailer(ChecksumAlgorithm algorithm) -> Optional.of(algorithm);
        };
    }

    /**
     * The value to compare the body's with, once the body and its trailers are there.
     *
     * @param trailers by lower-case name
     * @throws S3Exception InvalidRequest for a trailer that is no checksum of its algorithm
     */
    default Optional<ChecksumValue> expected(Map<String, String> trailers) {
        return switch (this) {
            case None _ -> Optional.empty();
            case InHeader(ChecksumValue value) -> Optional.of(value);
            case InTrailer(ChecksumAlgorithm algorithm) ->
                    Optional.of(value(algorithm, trailers.getOrDefault(algorithm.header(), "")));
        };
    }

    /**
     * @throws S3Exception InvalidRequest
     */
    static DeclaredChecksum of(S3Request request) {
        List<DeclaredChecksum> found = new ArrayList<>();
        if (!completes(request)) {
            for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
                for (String value : request.headerValues(algorithm.header())) {
                    found.add(new InHeader(value(algorithm, value.strip())));
                }
            }
        }
        for (String name : request.joinedHeader("x-amz-trailer").orElse("").split(",", -1)) {
            String trailer = name.strip().toLowerCase(Locale.ROOT);
            if (!trailer.isEmpty()) {
                found.add(
                        new InTrailer(
                                ChecksumAlgorithm.byHeader(trailer)
                                        .orElseThrow(DeclaredChecksum::unknownTrailer)));
            }
        }
        if (found.size() > 1) {
            throw several();
        }
        DeclaredChecksum declared = found.isEmpty() ? new None() : found.getFirst();
        checkAlgorithm(request, declared);
        return declared;
    }

    /** Whether a request completes an upload: its headers speak of the object, not of its body. */
    private static boolean completes(S3Request request) {
        return request.method().equals("POST") && request.hasParameter("uploadId");
    }

    /**
     * What a request that completes an upload says of the object.
     *
     * @throws S3Exception InvalidRequest
     */
    static Optional<ChecksumValue> ofObject(S3Request request) {
        Optional<ChecksumValue> found = Optional.empty();
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            for (String text : request.headerValues(algorithm.header())) {
                if (found.isPresent()) {
                    throw several();
                }
                found = ChecksumValue.parse(algorithm, text.strip());
                if (found.isEmpty()) {
                    throw invalid(algorithm);
                }
            }
        }
        return found;
    }

    private static S3Exception several() {
        return S3Error.INVALID_REQUEST.because(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not"
                        + " allowed.");
    }

    private static S3Exception invalid(ChecksumAlgorithm algorithm) {
        return S3Error.INVALID_REQUEST.because(
                "Value for " + algorithm.header() + " header is invalid.");
    }

    private static S3Exception unknownTrailer() {
        return S3Error.INVALID_REQUEST.because(
                "The value specified in the x-amz-trailer header is not supported");
    }

    private static ChecksumValue value(ChecksumAlgorithm algorithm, String text) {
        return ChecksumValue.parse(algorithm, text)
                .filter(value -> value.parts() == 0)
                .orElseThrow(() -> invalid(algorithm));
    }

    private static void checkAlgorithm(S3Request request, DeclaredChecksum declared) {
        Optional<String> word = request.header("x-amz-sdk-checksum-algorithm");
        if (word.isEmpty()) {
            return;
        }
        ChecksumAlgorithm named = named(word.get());
        if (declared instanceof None) {
            throw S3Error.INVALID_REQUEST.because(
                    "x-amz-sdk-checksum-algorithm specified, but no corresponding"
                            + " x-amz-checksum-* or x-amz-trailer headers were found.");
        }
        if (!declared.algorithm().equals(Optional.of(named))) {
            throw S3Error.INVALID_REQUEST.because(
                    "Value for x-amz-sdk-checksum-algorithm header is invalid.");
        }
    }

    /**
     * The algorithm of an upload or a copy: {@code x-amz-checksum-algorithm}.
     *
     * @throws S3Exception InvalidRequest
     */
    static Optional<ChecksumAlgorithm> wanted(S3Request request) {
        return request.header("x-amz-checksum-algorithm").map(DeclaredChecksum::named);
    }

    private static ChecksumAlgorithm named(String word) {
        return ChecksumAlgorithm.byWord(word)
                .orElseThrow(
                        () ->
                                S3Error.INVALID_REQUEST.because(
                                        "Checksum algorithm provided is unsupported. Please try"
                                            + " again with any of the valid types: [CRC32, CRC32C,"
                                            + " CRC64NVME, SHA1, SHA256]"));
    }

    /**
     * How an upload's parts make its checksum: {@code x-amz-checksum-type}, or S3's default.
     *
     * @throws S3Exception InvalidRequest
     */
    static ChecksumValue.Type type(S3Request request, ChecksumAlgorithm algorithm) {
        Optional<String> word = request.header("x-amz-checksum-type");
        if (word.isEmpty()) {
            return ChecksumValue.Type.byDefault(algorithm);
        }
        ChecksumValue.Type type =
                ChecksumValue.Type.byWord(word.get())
                        .orElseThrow(
                                () ->
                                        S3Error.INVALID_REQUEST.because(
                                                "Value for x-amz-checksum-type header is"
                                                        + " invalid."));
        if (!type.fits(algorithm)) {
            throw S3Error.INVALID_REQUEST.because(
                    "The "
                            + type
                            + " checksum type cannot be used with the "
                            + algorithm.word()
                            + " checksum algorithm.");
        }
        return type;
    }
}
