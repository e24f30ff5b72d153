package io.lethe.system;

import io.lethe.node.sim.KeyHistory.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Objects that are put in parts, by S3: each part by another node. One thread. */
final class PartsUpload {
    private static final long PART_BYTES = 5L << 20;
    private static final int MOST_PARTS = 4;
    private static final int ATTEMPTS = 3;

    private final MixedLoad load;
    private final SplittableRandom random;

    PartsUpload(MixedLoad load, SplittableRandom random) {
        this.load = load;
        this.random = random;
    }

    void upload(String place) {
        int number = load.histories.nextWrite(place);
        if (number == 0) {
            return;
        }
        long bytes = PART_BYTES + 1_000 + random.nextLong((MOST_PARTS - 1) * PART_BYTES);
        Written written = Written.about(place, number, bytes);
        String bucket = LoadClient.bucket(place);
        String key = LoadClient.key(place);
        int begun = load.histories.begin(place, Kind.PUT, number);
        boolean sent = false;
        try {
            Map<String, String> said = Map.of(LoadClient.NUMBER, String.valueOf(number));
            String id =
                    tried(
                            s3 ->
                                    s3.createMultipartUpload(
                                                    c -> c.bucket(bucket).key(key).metadata(said))
                                            .uploadId());
            List<CompletedPart> parts = new ArrayList<>();
            for (long at = 0; at < written.sizeBytes(); at += PART_BYTES) {
                parts.add(part(written, id, parts.size() + 1, at));
            }
            sent = true;
            var _ =
                    any().completeMultipartUpload(
                                    c ->
                                            c.bucket(bucket)
                                                    .key(key)
                                                    .uploadId(id)
                                                    .multipartUpload(m -> m.parts(parts)));
            load.histories.acknowledged(place, begun);
            load.done("put in parts");
        } catch (SdkException e) {
            load.failed("put in parts " + reason(e));
            if (!sent) {
                load.histories.unsent(place, begun);
            }
        }
    }

    private CompletedPart part(Written written, String id, int number, long at) {
        long length = Math.min(PART_BYTES, written.sizeBytes() - at);
        RequestBody body =
                RequestBody.fromContentProvider(
                        () -> {
                            try {
                                return written.stream(at, length);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        length,
                        "application/octet-stream");
        String place = written.key();
        String tag =
                tried(
                        s3 ->
                                s3.uploadPart(
                                                u ->
                                                        u.bucket(LoadClient.bucket(place))
                                                                .key(LoadClient.key(place))
                                                                .uploadId(id)
                                                                .partNumber(number),
                                                body)
                                        .eTag());
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private static String reason(SdkException e) {
        return e instanceof AwsServiceException told && told.awsErrorDetails() != null
                ? told.awsErrorDetails().errorCode()
                : e.getClass().getSimpleName();
    }

    private S3Client any() {
        return load.s3.get(random.nextInt(load.s3.size()));
    }

    /** By one node or another. */
    private <T> T tried(Function<S3Client, T> request) {
        for (int i = 1; ; i++) {
            try {
                return request.apply(any());
            } catch (SdkException e) {
                if (i == ATTEMPTS || load.isStopped()) {
                    throw e;
                }
            }
        }
    }
}
