package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Sinks are tried one at a time, and nobody waits long for one that is away. */
final class TrialTest {
    private final Tasks tasks =
            new VirtualTasks(
                    Clock.system(),
                    (thread, failure) -> {
                        throw new AssertionError(thread.getName(), failure);
                    });

    /** Takes a test message once it is told how: an empty word, or why not. */
    private static final class Slow implements Sink {
        final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Override
        public void deliver(List<Message> messages) {
            throw new AssertionError("no events here");
        }

        @Override
        public void test(String document) throws IOException, InterruptedException {
            String word = words.take();
            switch (word) {
                case "" -> {}
                case "broken" -> throw new IllegalStateException(word);
                default -> throw new IOException(word);
            }
        }

        @Override
        public void close() {}
    }

    private final Slow slow = new Slow();
    private final Slow other = new Slow();
    private final Sinks sinks = Sinks.of(Map.of("slow", slow, "other", other));

    private long within(long millis) {
        return tasks.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void aSinkThatIsAwayHoldsUpNobodyForLongAndOneTaskAtMost() throws Exception {
        Trial first = Trial.begin(tasks, sinks, "slow", "bucket", "id").orElseThrow();
        assertThat(first.failure(within(20))).contains("it did not answer in time");
        for (int i = 0; i < 300; i++) {
            assertThat(Trial.begin(tasks, sinks, "slow", "bucket", "id")).isEmpty();
        }
        other.words.add("");
        assertThat(
                        Trial.begin(tasks, sinks, "other", "bucket", "id")
                                .orElseThrow()
                                .failure(within(20_000)))
                .as("another sink is another's matter")
                .isEmpty();
        slow.words.add("");
        assertThat(first.failure(within(20_000))).isEmpty();
        assertThat(Trial.begin(tasks, sinks, "slow", "bucket", "id")).isPresent();
        slow.words.add("");
    }

    @Test
    void whyASinkTakesNothingIsSaidAndItMayBeTriedAgain() throws Exception {
        for (String why : List.of("refused", "broken", "refused")) {
            slow.words.add(why);
            assertThat(
                            Trial.begin(tasks, sinks, "slow", "bucket", "id")
                                    .orElseThrow()
                                    .failure(within(20_000)))
                    .contains(why);
        }
    }
}
