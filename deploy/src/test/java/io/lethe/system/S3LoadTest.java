package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Many uploads at once, and clients that never end what they began, cost a node little. */
@Shared(Kind.PROCESSES)
class S3LoadTest {
    private static final int UPLOADS = 64;

    /** Together far more than a node's heap, which is capped at 320 MiB, also in the short form. */
    private static final long UPLOAD_BYTES =
            Boolean.getBoolean("lethe.long") ? 64L << 20 : 8L << 20;

    private static final int SLOW_CLIENTS = 200;
    private static final int HALF_UPLOADS = 20;

    private static final int TRICKLE_MILLIS = 500;

    /** {@code limits.requests}, as it is when nothing is said. */
    private static final int MOST_REQUESTS = 256;

    private static final int EARLY_MILLIS = 2_000;

    /** A head must have come whole within 60 s, and a body must not pause for longer. */
    private static final Duration GIVEN_UP_WITHIN = Duration.ofSeconds(90);

    @Test
    void manyUploadsAtOnceFitIntoOneNodesHeapBesideClientsThatTrickle(Cluster cluster)
            throws Exception {
        long pid = cluster.pid(0);
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 3);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            s3.createBucket(b -> b.bucket("s3-many"));
            List<Future<Double>> slow =
                    IntStream.range(0, SLOW_CLIENTS)
                            .mapToObj(_ -> threads.submit(() -> trickle(cluster.s3(0))))
                            .toList();
            long from = System.nanoTime();
            List<Callable<String>> uploads =
                    IntStream.range(0, UPLOADS)
                            .<Callable<String>>mapToObj(i -> () -> upload(s3, i))
                            .toList();
            for (Future<String> upload : threads.invokeAll(uploads)) {
                assertThat(upload.get()).isNotEmpty();
            }
            double seconds = (System.nanoTime() - from) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%d uploads of %d MiB at once to one node: %.1f s, %.0f MiB/s%n",
                    UPLOADS,
                    UPLOAD_BYTES >> 20,
                    seconds,
                    ((UPLOADS * UPLOAD_BYTES) >> 20) / seconds);
            for (int i = 0; i < UPLOADS; i += 7) {
                String key = "k" + i;
                assertThat(Contents.sha256(other.getObject(g -> g.bucket("s3-many").key(key))))
                        .isEqualTo(new Contents(i, UPLOAD_BYTES).sha256());
            }
            double longest = 0;
            for (Future<Double> one : slow) {
                longest = Math.max(longest, one.get());
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d trickling clients were given up, the last after %.0f s%n",
                    SLOW_CLIENTS,
                    longest);
        }
        assertThat(cluster.pid(0)).as("the node lives").isEqualTo(pid);
    }

    /**
     * Sends a request's head a byte at a time.
     *
     * @return seconds until the node closed the connection
     */
    private static double trickle(URI node) throws IOException {
        long from = System.nanoTime();
        try (Socket socket = open(node)) {
            send(socket, "GET /s3-many HTTP/1.1\r\nhost: x\r\nx-slow: ");
            socket.setSoTimeout(TRICKLE_MILLIS);
            while (System.nanoTime() - from < GIVEN_UP_WITHIN.toNanos()) {
                try {
                    send(socket, "x");
                    if (socket.getInputStream().read() < 0) {
                        return (System.nanoTime() - from) / 1e9;
                    }
                } catch (SocketTimeoutException e) {
                    // Nothing was said yet; on with the next byte.
                } catch (IOException e) {
                    return (System.nanoTime() - from) / 1e9;
                }
            }
        }
        throw new AssertionError("a slow client is still there");
    }

    private static String upload(S3Client s3, int i) {
        return s3.putObject(
                        p -> p.bucket("s3-many").key("k" + i),
                        RequestBody.fromContentProvider(
                                () -> new Contents(i, UPLOAD_BYTES).stream(),
                                UPLOAD_BYTES,
                                "application/octet-stream"))
                .eTag();
    }

    @Test
    void uploadsThatEndHalfWayStoreNothing(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 2);
                S3Presigner presigner = S3Clients.presigner(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-half"));
            for (int i = 0; i < HALF_UPLOADS; i++) {
                int number = i;
                URI url = presigned(presigner, "s3-half", "k" + number);
                try (Socket socket = beginPut(url)) {
                    socket.getOutputStream().write(new byte[1_500_000]);
                    if (i % 2 == 0) {
                        socket.shutdownOutput();
                        socket.setSoTimeout((int) GIVEN_UP_WITHIN.toMillis());
                        InputStream in = socket.getInputStream();
                        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                                .doesNotContain(" 200 ");
                    }
                }
            }
            assertThat(s3.listObjectsV2(l -> l.bucket("s3-half")).contents()).isEmpty();
            // Nothing of them is left under way: the bucket could be deleted now.
            s3.deleteBucket(b -> b.bucket("s3-half"));
        }
    }

    @Test
    void anOverloadedNodeSaysSoAtOnceAndIsWellAgainWhenItIsOver(Cluster cluster) throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (S3Client s3 = S3Clients.sync(cluster, 4);
                S3Client other = S3Clients.sync(cluster, 5);
                S3Presigner presigner = S3Clients.presigner(cluster, 4)) {
            s3.createBucket(b -> b.bucket("s3-full"));
            URI url = presigned(presigner, "s3-full", "never");
            for (int i = 0; i < MOST_REQUESTS; i++) {
                sockets.add(beginPut(url));
            }
            double rejected = cluster.metric(4, "lethe_http_rejected_total");
            Eventually.within(
                    Duration.ofSeconds(30),
                    () -> "the node still takes requests",
                    () -> refused(url));
            assertThat(cluster.metric(4, "lethe_http_rejected_total")).isGreaterThan(rejected);
            other.putObject(p -> p.bucket("s3-full").key("other"), RequestBody.fromString("well"));
            for (Socket socket : sockets) {
                socket.close();
            }
            s3.putObject(p -> p.bucket("s3-full").key("here"), RequestBody.fromString("well"));
            assertThat(s3.listObjectsV2(l -> l.bucket("s3-full")).keyCount()).isEqualTo(2);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Whether one more upload is refused, and at once. */
    private static boolean refused(URI url) {
        try (Socket socket = beginPut(url)) {
            socket.setSoTimeout(EARLY_MILLIS);
            String answer =
                    new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return answer.equals("HTTP/1.1 503");
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends an upload's head, and nothing of its body. */
    private static Socket beginPut(URI url) throws IOException {
        Socket socket = open(url);
        send(
                socket,
                "PUT "
                        + url.getRawPath()
                        + "?"
                        + url.getRawQuery()
                        + " HTTP/1.1\r\nhost: "
                        + url.getAuthority()
                        + "\r\ncontent-length: 3000000\r\n\r\n");
        return socket;
    }

    private static URI presigned(S3Presigner presigner, String bucket, String key)
            throws URISyntaxException {
        return presigner
                .presignPutObject(
                        p ->
                                p.signatureDuration(Duration.ofMinutes(5))
                                        .putObjectRequest(r -> r.bucket(bucket).key(key)))
                .url()
                .toURI();
    }

    private static Socket open(URI to) throws IOException {
        return new Socket(to.getHost(), to.getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
