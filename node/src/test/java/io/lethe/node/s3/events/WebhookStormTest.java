package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ObjectWorld;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * From the state machine by a real webhook to a receiver that mostly fails, while those that tell
 * follow each other: all is heard, and what is heard of a key first is in order.
 */
final class WebhookStormTest {
    private static final int SEEDS = 3;
    private static final int CHANGES = 60;
    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final List<TenantId> OWNERS =
            List.of(new TenantId(new Id128(0, 1)), new TenantId(new Id128(0, 2)));

    private final ObjectWorld world = new ObjectWorld();
    private long passed;
    private final VirtualTasks tasks = world.tasks(() -> passed, (_, _) -> {});

    /** Answers as the seed says, whether it heard or not. One connection a post. */
    private static final class Moody implements AutoCloseable {
        private static final Pattern EVENT =
                Pattern.compile(
                        "\"principalId\":\"([0-9]{12})\"\\},\"arn\":\"[^\"]*\"\\},\"object\":"
                                + "\\{\"key\":\"([^\"]*)\"[^}]*\"sequencer\":\"([^\"]*)\"");

        private final Random random;
        private final ServerSocket server;
        private final Map<String, String> newest = new HashMap<>();
        private final Set<String> heard = new HashSet<>();
        private String wrong = "";
        private int failures;
        private boolean calm;

        Moody(Random random) throws IOException {
            this.random = random;
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            var _ = Thread.ofVirtual().start(this::accept);
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    var _ = Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                String body = body(in);
                int fate = fate();
                if (fate == 1) {
                    return;
                }
                hear(body);
                switch (fate) {
                    case 2 -> {}
                    case 3 -> {
                        // Until the sender has had enough.
                        var _ = in.read();
                    }
                    case 4 -> say(socket, "307 Elsewhere\r\nLocation: http://127.0.0.1:1/");
                    case 5, 6, 7 -> say(socket, "503 Storm");
                    default -> say(socket, "200 OK");
                }
            } catch (IOException e) {
                // The sender has gone.
            }
        }

        private static void say(Socket socket, String status) throws IOException {
            String answer =
                    "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }

        private static String body(DataInputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            String all = head.toString().toLowerCase(Locale.ROOT);
            int from = all.indexOf("content-length: ") + 16;
            int length = Integer.parseInt(all.substring(from, all.indexOf("\r\n", from)));
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }

        private synchronized int fate() {
            int fate = calm ? 9 : random.nextInt(10);
            failures += fate < 8 ? 1 : 0;
            return fate;
        }

        private synchronized void hear(String body) {
            Matcher events = EVENT.matcher(body);
            while (events.find()) {
                String key = events.group(1) + '/' + events.group(2);
                String sequence = events.group(3);
                if (heard.add(key + ' ' + sequence)) {
                    String before = newest.put(key, sequence);
                    if (before != null && before.compareTo(sequence) >= 0) {
                        wrong = key + ": " + sequence + " came behind " + before;
                    }
                }
            }
        }

        synchronized void calm() {
            calm = true;
        }

        synchronized String result() {
            return wrong + heard.size();
        }

        synchronized int failures() {
            return failures;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private void change(Random random, String sink) {
        TenantId owner = OWNERS.get(random.nextInt(2));
        EventNote.Wanted wanted =
                new EventNote.Wanted(
                        EventNote.Happened.MARKED, "s3:ObjectRemoved:Delete", sink, "c");
        PartitionReply reply =
                world.metadata.executeIn(
                        ObjectWorld.PARTITION,
                        new PartitionCommand.Noted(
                                new PartitionCommand.Delete(
                                        new WriteId(new Id128(random.nextLong(), 1)),
                                        new BucketId(owner.id().low()),
                                        Bytes.utf8("k" + random.nextInt(5)),
                                        owner,
                                        BucketRecord.Versioning.ENABLED,
                                        new PartitionCommand.Which.Current(),
                                        new Condition.Always()),
                                new EventNote("b", owner, "AK", List.of(wanted))),
                        0,
                        0);
        assertThat(reply).isInstanceOf(PartitionReply.Deleted.class);
    }

    private SinkWorker leader(String name, Sink sink) {
        return new SinkWorker(
                new SinkWorker.Ports(
                        tasks,
                        world.metadata,
                        () -> List.of(ObjectWorld.PARTITION),
                        new Metrics(),
                        "r",
                        (_, _) -> true),
                name,
                sink);
    }

    @Test
    void aStormLosesNothingAndDisordersNothing() throws Exception {
        for (long seed = 1; seed <= SEEDS; seed++) {
            storm(seed, "hook" + seed);
        }
    }

    private void storm(long seed, String name) throws Exception {
        Random random = new Random(seed);
        try (Moody receiver = new Moody(new Random(seed));
                WebhookSink sink = new WebhookSink(receiver.uri(), "", null, PATIENCE)) {
            SinkWorker worker = leader(name, sink);
            for (int made = 0; made < CHANGES; made++) {
                change(random, name);
                if (random.nextInt(3) == 0) {
                    Step _ = worker.step();
                }
                if (random.nextInt(8) == 0) {
                    worker = leader(name, sink);
                }
                passed += random.nextLong(SinkWorker.MOST_PAUSE_NANOS);
            }
            receiver.calm();
            passed += SinkWorker.MOST_PAUSE_NANOS;
            while (worker.step() instanceof Step.Worked) {
                // Once more.
            }
            assertThat(receiver.result()).as("seed %s", seed).isEqualTo("" + CHANGES);
            assertThat(receiver.failures()).as("seed %s", seed).isGreaterThan(5);
        }
    }
}
