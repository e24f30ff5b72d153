package io.lethe.node.chunk;

import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.ChunkStore.Slice;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ChunkStore} does; run against the real one and the fake. */
abstract class ChunkStoreContract {
    protected final ManualClock clock = new ManualClock();
    private ChunkStore store;

    /** A new, empty store on {@link #clock}. */
    protected abstract ChunkStore create() throws Exception;

    /** The same store after the process was killed: what was not durable may be lost. */
    protected abstract ChunkStore crash(ChunkStore running) throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = create();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void crash() throws Exception {
        store = crash(store);
    }

    static void assertCode(
            ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable c) {
        assertThatThrownBy(c)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private void put(ChunkKey key, byte[] bytes) {
        Chunks.put(store, key, bytes);
    }

    @Test
    void aFinishedChunkIsReadBackWhole() {
        byte[] bytes = Chunks.bytes(1, 100_000);
        put(Chunks.key(1, 1), bytes);
        assertThat(Chunks.read(store, Chunks.key(1, 1), 0, 200_000)).isEqualTo(bytes);
        ChunkInfo info = store.stat(Chunks.key(1, 1)).orElseThrow();
        assertThat(info.lengthBytes()).isEqualTo(100_000);
        assertThat(info.owner()).isEqualTo(Chunks.OWNER);
        assertThat(info.createdMillis()).isEqualTo(clock.wallMillis());
    }

    @Test
    void aRangeIsTheBlocksThatCoverIt() {
        byte[] bytes = Chunks.bytes(2, 20_000);
        put(Chunks.key(1, 1), bytes);
        try (Slice slice = store.open(Chunks.key(1, 1), 5_000, 4_000)) {
            assertThat(slice.firstByte()).isEqualTo(4_096);
            assertThat(slice.lengthBytes()).isEqualTo(8_192);
            assertThat(slice.blockCrcs()).hasSize(2);
            assertThat(Chunks.bytesOf(slice)).isEqualTo(Arrays.copyOfRange(bytes, 4_096, 12_288));
        }
        try (Slice slice = store.open(Chunks.key(1, 1), 19_000, 50_000)) {
            assertThat(slice.firstByte()).isEqualTo(16_384);
            assertThat(slice.lengthBytes()).isEqualTo(20_000 - 16_384);
        }
    }

    @Test
    void anyRangeOfAnyLengthIsRight() {
        for (int length : new int[] {0, 1, 4_095, 4_096, 4_097, 65_540}) {
            byte[] bytes = Chunks.bytes(length, length);
            ChunkKey key = Chunks.key(3, length);
            put(key, bytes);
            for (int from = 0; from <= length; from += 1_001) {
                byte[] got = Chunks.read(store, key, from, 3_000);
                int end = Math.min(length, from + 3_000);
                assertThat(got).isEqualTo(Arrays.copyOfRange(bytes, from, end));
            }
        }
    }

    @Test
    void bytesPastTheEndAreRefused() {
        put(Chunks.key(1, 1), Chunks.bytes(1, 10));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> Chunks.read(store, Chunks.key(1, 1), 11, 1));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> Chunks.read(store, Chunks.key(1, 1), -1, 1));
    }

    @Test
    void anUnfinishedChunkIsInvisibleAndAnAbortedOneStaysSo() {
        ChunkStore.Writer writer = store.create(Chunks.header(Chunks.key(1, 1), 1_000, 1));
        writer.append(Chunks.bytes(1, 500), 0, 500);
        assertThat(store.stat(Chunks.key(1, 1))).isEmpty();
        assertCode(ErrorCode.NO_SUCH_CHUNK, () -> store.open(Chunks.key(1, 1), 0, 1));
        writer.abort();
        writer.abort();
        assertThat(store.stat(Chunks.key(1, 1))).isEmpty();
        assertThat(store.status().chunks()).isZero();
        put(Chunks.key(1, 1), Chunks.bytes(2, 500));
    }

    @Test
    void moreBytesThanAnnouncedAreRefused() {
        ChunkStore.Writer writer = store.create(Chunks.header(Chunks.key(1, 1), 100, 1));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> writer.append(new byte[101], 0, 101));
    }

    @Test
    void theSameChunkAgainIsASuccessAndOtherBytesAreRefused() {
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        assertThat(store.status().chunks()).isEqualTo(1);
        assertCode(ErrorCode.CHUNK_CONFLICT, () -> put(Chunks.key(1, 1), Chunks.bytes(2, 9_000)));
        assertCode(ErrorCode.CHUNK_CONFLICT, () -> put(Chunks.key(1, 1), Chunks.bytes(1, 8_999)));
        assertThat(Chunks.read(store, Chunks.key(1, 1), 0, 9_000))
                .isEqualTo(Chunks.bytes(1, 9_000));
    }

    @Test
    void finishedChunksSurviveACrashAndUnfinishedOnesDoNot() throws Exception {
        for (int i = 0; i < 20; i++) {
            put(Chunks.key(1, i), Chunks.bytes(i, 1_000 * i));
        }
        ChunkStore.Writer writer = store.create(Chunks.header(Chunks.key(1, 99), 50_000, 1));
        writer.append(Chunks.bytes(9, 40_000), 0, 40_000);
        crash();
        assertThat(store.status().chunks()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            assertThat(Chunks.read(store, Chunks.key(1, i), 0, 50_000))
                    .isEqualTo(Chunks.bytes(i, 1_000 * i));
        }
        assertThat(store.stat(Chunks.key(1, 99))).isEmpty();
    }

    @Test
    void aDeletedChunkIsGoneAndStaysGoneAfterACrash() throws Exception {
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        store.delete(Chunks.key(1, 1));
        store.delete(Chunks.key(1, 1));
        store.delete(Chunks.key(1, 2));
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
        assertCode(ErrorCode.NO_SUCH_CHUNK, () -> store.open(Chunks.key(1, 2), 0, 1));
        crash();
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
        assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.MISSING);
        assertThat(store.status().chunks()).isZero();
        assertThat(store.status().storedBytes()).isZero();
    }

    @Test
    void aDeletedChunkMayBeStoredAgain() throws Exception {
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        store.delete(Chunks.key(1, 1));
        put(Chunks.key(1, 1), Chunks.bytes(2, 5_000));
        crash();
        assertThat(Chunks.read(store, Chunks.key(1, 1), 0, 9_000))
                .isEqualTo(Chunks.bytes(2, 5_000));
    }

    @Test
    void aChunkStoredAgainAfterItsDeleteIsUnresolvedAgain() {
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        store.resolve(List.of(Chunks.key(1, 1)));
        store.delete(Chunks.key(1, 1));
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        assertThat(keys(store.unresolved(Long.MAX_VALUE, 10))).containsExactly(Chunks.key(1, 1));
    }

    @Test
    void aDoomedChunkIsNotBroughtBackByRepairEvenAfterItsDelete() throws Exception {
        put(Chunks.key(1, 1), Chunks.bytes(1, 9_000));
        ChunkStore.Writer repair = store.create(Chunks.header(Chunks.key(1, 1), 9_000, 1));
        repair.append(Chunks.bytes(1, 9_000), 0, 9_000);
        store.doom(new PgId(1), Chunks.key(1, 1).segment());
        store.delete(Chunks.key(1, 1));
        assertCode(ErrorCode.GONE, repair::finish);
        crash();
        assertCode(ErrorCode.GONE, () -> put(Chunks.key(1, 1), Chunks.bytes(1, 9_000)));
        assertThat(store.stat(Chunks.key(1, 1))).isEmpty();
        assertThat(store.list(new PgId(1), null, 10)).isEmpty();
    }

    @Test
    void groupsAreListedOnceEachWhileTheyHaveChunks() {
        assertThat(store.groups()).isEmpty();
        for (long pg : new long[] {1L << 40, 3, 7, 256, Long.MAX_VALUE}) {
            for (int i = 0; i < 3; i++) {
                put(Chunks.key(pg, i), Chunks.bytes(i, 10));
            }
        }
        for (int i = 0; i < 3; i++) {
            store.delete(Chunks.key(7, i));
        }
        store.delete(Chunks.key(256, 0));
        assertThat(store.groups())
                .containsExactly(
                        new PgId(3), new PgId(256), new PgId(1L << 40), new PgId(Long.MAX_VALUE));
    }

    @Test
    void anOpenSliceKeepsItsBytesThroughADelete() {
        byte[] bytes = Chunks.bytes(1, 9_000);
        put(Chunks.key(1, 1), bytes);
        Slice slice = store.open(Chunks.key(1, 1), 0, 9_000);
        store.delete(Chunks.key(1, 1));
        assertThat(Chunks.bytesOf(slice)).isEqualTo(bytes);
        slice.close();
        slice.close();
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
    }

    @Test
    void aDoomedSegmentIsNeitherReadNorWrittenEvenAfterACrash() throws Exception {
        put(Chunks.key(1, 1), Chunks.bytes(1, 100));
        ChunkStore.Writer late = store.create(Chunks.header(Chunks.key(1, 2), 100, 1));
        store.doom(new PgId(1), Chunks.key(1, 1).segment());
        store.doom(new PgId(1), Chunks.key(1, 2).segment());
        late.append(new byte[100], 0, 100);
        assertCode(ErrorCode.GONE, late::finish);
        crash();
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
        assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.MISSING);
        assertCode(ErrorCode.GONE, () -> store.create(Chunks.header(Chunks.key(1, 1), 100, 1)));
        assertThat(store.stat(Chunks.key(1, 2))).isEmpty();
        assertThat(store.erase(Chunks.key(1, 1)).overwrittenBytes()).isPositive();
    }

    @Test
    void aGroupsFloorRefusesOlderWritesAndNeverSinks() throws Exception {
        store.refuseBelow(new PgId(1), 5);
        store.refuseBelow(new PgId(1), 3);
        crash();
        ChunkStore.Writer late = store.create(Chunks.header(Chunks.key(1, 1), 100, 5));
        store.refuseBelow(new PgId(1), 6);
        late.append(new byte[10], 0, 10);
        assertCode(ErrorCode.STALE_EPOCH, late::finish);
        assertCode(
                ErrorCode.STALE_EPOCH, () -> store.create(Chunks.header(Chunks.key(1, 1), 100, 4)));
        assertThat(store.create(Chunks.header(Chunks.key(2, 1), 100, 1))).isNotNull();
        crash();
        assertThat(store.stat(Chunks.key(1, 1))).isEmpty();
    }

    @Test
    void chunksAreListedInKeyOrderByGroupAndInPages() {
        List<ChunkKey> keys = new ArrayList<>();
        for (int pg = 1; pg <= 3; pg++) {
            for (int i = 0; i < 10; i++) {
                keys.add(Chunks.key(pg, i));
                put(Chunks.key(pg, i), Chunks.bytes(i, 10));
            }
        }
        List<ChunkKey> seen = new ArrayList<>();
        ChunkKey after = null;
        for (int page = 0; page < 100; page++) {
            List<ChunkInfo> infos = store.list(null, after, 7);
            if (infos.isEmpty()) {
                break;
            }
            infos.forEach(info -> seen.add(info.key()));
            after = seen.getLast();
        }
        assertThat(seen).isEqualTo(keys);
        assertThat(store.list(new PgId(2), null, 100)).hasSize(10);
        assertThat(store.list(new PgId(2), Chunks.key(2, 6), 100)).hasSize(3);
        assertThat(store.list(new PgId(3), Chunks.key(2, 6), 100)).hasSize(10);
        assertThat(store.list(new PgId(1), Chunks.key(2, 6), 100)).isEmpty();
        assertThat(store.list(new PgId(4), null, 100)).isEmpty();
    }

    @Test
    void chunksStayUnresolvedUntilResolvedOrDeleted() throws Exception {
        for (int i = 0; i < 4; i++) {
            put(Chunks.key(1, i), Chunks.bytes(i, 10));
            clock.advanceMillis(1_000);
        }
        long now = clock.wallMillis();
        assertThat(keys(store.unresolved(now, 10)))
                .containsExactly(
                        Chunks.key(1, 0), Chunks.key(1, 1), Chunks.key(1, 2), Chunks.key(1, 3));
        assertThat(store.unresolved(now - 2_000, 10)).hasSize(2);
        assertThat(store.unresolved(now, 1)).hasSize(1);
        store.resolve(List.of(Chunks.key(1, 0), Chunks.key(1, 77)));
        store.delete(Chunks.key(1, 1));
        assertThat(keys(store.unresolved(now, 10)))
                .containsExactly(Chunks.key(1, 2), Chunks.key(1, 3));
        crash();
        assertThat(keys(store.unresolved(now, 10))).contains(Chunks.key(1, 2), Chunks.key(1, 3));
    }

    @Test
    void unresolvedChunksArePagedOldestFirstAlsoBehindOnesThatHaveGone() throws Exception {
        // Three of each age, and the keys go down as the ages go up.
        for (int i = 9; i >= 1; i--) {
            put(Chunks.key(i, 0), Chunks.bytes(i, 10));
            if (i % 3 == 1) {
                clock.advanceMillis(1_000);
            }
        }
        long now = clock.wallMillis();
        List<ChunkInfo> all = store.unresolved(now, 100);
        assertThat(all).hasSize(9).isSortedAccordingTo(comparingLong(ChunkInfo::createdMillis));
        List<ChunkKey> walked = new ArrayList<>();
        List<ChunkInfo> page = store.unresolved(now, 2);
        while (!page.isEmpty()) {
            walked.addAll(keys(page));
            ChunkInfo last = page.getLast();
            store.delete(last.key());
            page = store.unresolved(last, now, 2);
        }
        assertThat(walked).isEqualTo(keys(all));
        assertThat(keys(store.unresolved(all.get(3), all.get(6).createdMillis(), 100)))
                .containsExactly(all.get(4).key());
    }

    private static List<ChunkKey> keys(List<ChunkInfo> infos) {
        return infos.stream().map(ChunkInfo::key).toList();
    }

    @Test
    void anErasedChunkIsOverwrittenAndGone() throws Exception {
        put(Chunks.key(1, 1), Chunks.bytes(1, 70_000));
        assertThat(store.erase(Chunks.key(1, 1)).overwrittenBytes()).isGreaterThanOrEqualTo(70_000);
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
        assertThat(store.erase(Chunks.key(1, 1)).overwrittenBytes()).isZero();
        crash();
        assertCode(ErrorCode.GONE, () -> store.open(Chunks.key(1, 1), 0, 1));
    }

    @Test
    void statusCountsChunksAndBytes() {
        put(Chunks.key(1, 1), Chunks.bytes(1, 70_000));
        ChunkStore.Status status = store.status();
        assertThat(status.state()).isEqualTo(ChunkStore.State.ONLINE);
        assertThat(status.chunks()).isEqualTo(1);
        assertThat(status.storedBytes()).isGreaterThanOrEqualTo(70_000);
        assertThat(status.freeBytes()).isPositive().isLessThanOrEqualTo(status.capacityBytes());
        assertThat(status.fault()).isNull();
        assertThat(store.verify(Chunks.key(1, 1))).isEqualTo(Verdict.SOUND);
        assertThat(store.verify(Chunks.key(1, 2))).isEqualTo(Verdict.MISSING);
        assertThat(store.damaged(10)).isEmpty();
    }
}
