package io.lethe.node.sim;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.EventNote.Happened;
import io.lethe.node.metadata.command.EventNote.Wanted;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.WriteId;
import io.lethe.node.s3.events.Sink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Somebody who wants to hear of every change, and at times does not answer, whether it heard or
 * not. Invariants: what was decided is heard at least once in the end; what is heard of a key for
 * the first time is newer than all that was heard of it before.
 */
final class SimEars implements Sink {
    static final String NAME = "ears";

    /** One delivery in so many fails. */
    private static final int FAILS = 5;

    /** So late that a node may well have crashed by then. */
    private static final long LATER_NANOS = 1_000_000_000L;

    private final Random random;
    private final Set<String> decided = new HashSet<>();
    private final Set<String> heard = new HashSet<>();
    private final Map<String, String> newest = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    SimEars(long seed) {
        random = new Random(seed);
    }

    static EventNote note(BucketRecord bucket) {
        List<Wanted> wanted = new ArrayList<>();
        for (Happened one : Happened.values()) {
            wanted.add(new Wanted(one, one.name(), NAME, "sim"));
        }
        return new EventNote(bucket.id().toString(), bucket.tenant(), "sim", wanted);
    }

    /** What the partition decided, seen by whoever applies it. */
    void decided(PartitionCommand.Noted noted, PartitionReply reply) {
        boolean told =
                reply instanceof PartitionReply.Committed
                        || (reply instanceof PartitionReply.Deleted deleted
                                && deleted.order() != 0);
        if (told) {
            WriteId request =
                    switch (noted.command()) {
                        case PartitionCommand.Commit c -> c.write();
                        case PartitionCommand.Delete c -> c.request();
                        case PartitionCommand.CompleteUpload c -> c.upload().write();
                        default -> throw new AssertionError("nobody is told of " + noted);
                    };
            boolean _ = decided.add(request.toString());
        }
    }

    @Override
    public void deliver(List<Message> messages) throws IOException {
        int fate = random.nextInt(2 * FAILS);
        if (fate == 0) {
            throw new IOException("not there");
        }
        hear(messages);
        if (fate == 1) {
            throw new IOException("not answered");
        }
    }

    private void hear(List<Message> messages) {
        for (Message message : messages) {
            String sequence = field(message.record(), "sequencer");
            String request = field(message.record(), "x-amz-request-id");
            if (heard.add(request)) {
                String before = newest.put(message.key(), sequence);
                if (before != null && before.compareTo(sequence) >= 0) {
                    wrong.add(message.key() + ": " + sequence + " came behind " + before);
                }
            }
        }
    }

    /** Takes what it is told at once, and hears it some time later. */
    Sink later(Tasks tasks) {
        return new Sink() {
            @Override
            public void deliver(List<Message> messages) {
                tasks.fork("later", () -> hearLater(tasks, messages));
            }

            @Override
            public void test(String document) {}

            @Override
            public void close() {}
        };
    }

    private void hearLater(Tasks tasks, List<Sink.Message> messages) {
        try {
            tasks.sleep(LATER_NANOS);
            hear(messages);
        } catch (InterruptedException e) {
            // Lost with its node.
        }
    }

    private static String field(String record, String name) {
        int from = record.indexOf('"' + name + "\":\"") + name.length() + 4;
        return record.substring(from, record.indexOf('"', from));
    }

    /** What is wrong once everything has been delivered; empty when nothing is. */
    String wrong() {
        if (!wrong.isEmpty()) {
            return "events out of order: " + wrong;
        }
        Set<String> missed = new HashSet<>(decided);
        missed.removeAll(heard);
        return missed.isEmpty() ? "" : "changes that nobody was told of: " + missed;
    }

    @Override
    public void test(String document) {}

    @Override
    public void close() {}
}
