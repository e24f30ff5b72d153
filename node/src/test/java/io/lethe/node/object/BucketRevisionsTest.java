package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Parts of a bucket's document, changed by several at once. */
class BucketRevisionsTest {
    private static final int RACERS = 12;

    private final ObjectWorld world = new ObjectWorld();

    private void revise(Buckets.Revision revision) throws InterruptedException {
        world.buckets.reviseDocument(
                CALLER, PLAIN, BucketSetting.INVENTORY, revision, world.deadline());
    }

    private String document() throws InterruptedException {
        return world.buckets
                .document(CALLER, PLAIN, BucketSetting.INVENTORY, world.deadline())
                .map(BucketDocument::bytes)
                .map(Bytes::utf8)
                .orElse("");
    }

    private static Bytes plus(Bytes before, String line) {
        return Bytes.utf8(before.utf8() + line + "\n");
    }

    @Test
    void aRevisionIsMadeOfWhatIsThere() throws InterruptedException {
        revise(before -> plus(before, "a"));
        revise(before -> plus(before, "b"));
        assertThat(document()).isEqualTo("a\nb\n");
        revise(_ -> Bytes.EMPTY);
        assertThat(document()).isEmpty();
    }

    @Test
    void whatARevisionThrowsEndsTheCallAndChangesNothing() throws InterruptedException {
        revise(before -> plus(before, "a"));
        assertThatThrownBy(
                        () ->
                                revise(
                                        _ -> {
                                            throw new IllegalStateException("no");
                                        }))
                .hasMessage("no");
        assertThat(document()).isEqualTo("a\n");
    }

    @Test
    void ofManyRevisionsAtOnceNoneIsLost() throws Exception {
        world.race(RACERS, name -> revise(before -> plus(before, name)));
        assertThat(document().lines())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, RACERS).mapToObj(i -> "racer-" + i).toList());
    }

    @Test
    void whoNeverComesFirstGivesUpInTime() throws InterruptedException {
        int[] looks = new int[1];
        StoreException failure =
                catchThrowableOfType(
                        StoreException.class,
                        () ->
                                revise(
                                        before -> {
                                            another("other-" + looks[0]++);
                                            return plus(before, "mine");
                                        }));
        assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(looks[0]).isEqualTo(20);
        assertThat(document()).doesNotContain("mine").contains("other-19");
    }

    private void another(String line) {
        try {
            revise(before -> plus(before, line));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
