package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * A large upload in parts goes on while a node is killed in the middle of it, and comes back bit by
 * bit. 512 MiB; 5 GiB with {@code --long}.
 */
@Shared(Kind.PROCESSES)
class MultipartCrashTest {
    private static final long PART_BYTES = 16L << 20;
    private static final int PARTS = Boolean.getBoolean("lethe.long") ? 320 : 32;
    private static final int UPLOADERS = 4;
    private static final int MOST_ATTEMPTS = 20;

    @Test
    void anUploadInPartsOutlivesANode(Cluster cluster) throws Exception {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        int victim = Math.floorMod((int) seed, Cluster.NODES);
        System.out.println("multipart: node " + victim + " is killed, seed " + seed);
        try (ExecutorService uploaders = Executors.newFixedThreadPool(UPLOADERS)) {
            List<S3Client> clients =
                    IntStream.range(0, Cluster.NODES)
                            .mapToObj(node -> S3Clients.sync(cluster, node))
                            .toList();
            int survivor = (victim + 1) % Cluster.NODES;
            S3Client s3 = clients.get(survivor);
            s3.createBucket(b -> b.bucket("crash"));
            String id = s3.createMultipartUpload(c -> c.bucket("crash").key("k")).uploadId();
            AtomicBoolean killed = new AtomicBoolean();
            long from = System.nanoTime();
            List<Callable<CompletedPart>> parts =
                    IntStream.rangeClosed(1, PARTS)
                            .<Callable<CompletedPart>>mapToObj(
                                    number ->
                                            () -> {
                                                if (number > PARTS / 2
                                                        && killed.compareAndSet(false, true)) {
                                                    cluster.kill(victim);
                                                }
                                                return upload(clients, id, seed, number);
                                            })
                            .toList();
            List<CompletedPart> done =
                    uploaders.invokeAll(parts).stream().map(MultipartCrashTest::of).toList();
            report("upload with a node killed half way", from);
            assertThat(killed).isTrue();
            from = System.nanoTime();
            CompleteMultipartUploadResponse whole =
                    s3.completeMultipartUpload(
                            c ->
                                    c.bucket("crash")
                                            .key("k")
                                            .uploadId(id)
                                            .multipartUpload(m -> m.parts(done)));
            System.out.printf(
                    Locale.ROOT, "completion: %.2f s%n", (System.nanoTime() - from) / 1e9);
            assertThat(whole.eTag()).endsWith("-" + PARTS + "\"");
            HeadObjectResponse head = s3.headObject(h -> h.bucket("crash").key("k"));
            assertThat(head.contentLength()).isEqualTo(PARTS * PART_BYTES);

            String expected = Contents.sha256(contents(seed));
            from = System.nanoTime();
            assertThat(stored(s3)).isEqualTo(expected);
            report("download with the node dead, bit-identical", from);
            cluster.startNode(victim);
            assertThat(stored(clients.get(victim))).isEqualTo(expected);
            clients.forEach(S3Client::close);
        }
    }

    private static String stored(S3Client s3) {
        return Contents.sha256(s3.getObject(g -> g.bucket("crash").key("k")));
    }

    private static InputStream contents(long seed) {
        return new SequenceInputStream(
                Collections.enumeration(
                        IntStream.rangeClosed(1, PARTS)
                                .mapToObj(number -> part(seed, number).stream())
                                .toList()));
    }

    private static Contents part(long seed, int number) {
        return new Contents(seed + number, PART_BYTES);
    }

    /** By one node after another, as a client with a list of endpoints does. */
    private static CompletedPart upload(List<S3Client> clients, String id, long seed, int number) {
        for (int attempt = 0; ; attempt++) {
            try {
                String eTag =
                        clients.get((number + attempt) % clients.size())
                                .uploadPart(
                                        u ->
                                                u.bucket("crash")
                                                        .key("k")
                                                        .uploadId(id)
                                                        .partNumber(number),
                                        RequestBody.fromContentProvider(
                                                () -> part(seed, number).stream(),
                                                PART_BYTES,
                                                "application/octet-stream"))
                                .eTag();
                return CompletedPart.builder().partNumber(number).eTag(eTag).build();
            } catch (SdkException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static CompletedPart of(Future<CompletedPart> part) {
        try {
            return part.get();
        } catch (Exception e) {
            throw new AssertionError("a part was not taken", e);
        }
    }

    private static void report(String what, long fromNanos) {
        double seconds = (System.nanoTime() - fromNanos) / 1e9;
        long mib = (PARTS * PART_BYTES) >> 20;
        System.out.printf(
                Locale.ROOT,
                "%s: %d MiB in %.1f s, %.0f MiB/s%n",
                what,
                mib,
                seconds,
                mib / seconds);
    }
}
