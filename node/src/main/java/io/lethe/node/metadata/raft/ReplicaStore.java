package io.lethe.node.metadata.raft;

import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * What one replica has on disk, opened. A replica is made once, under {@link ReplicaSpec#fresh};
 * later it must find votes and log with the same random store id, else it is refused: it would come
 * back without what it promised.
 */
record ReplicaStore(GroupLogStorage log, DurableVotes votes, Path snapshots) {
    /** What a store works with. */
    record Tools(EpochKeyWrap wrap, RandomSource random, FaultHandler faults) {}

    static ReplicaStore open(Path dir, ReplicaSpec spec, SharedLog log, Tools tools)
            throws IOException {
        int group = spec.group().value();
        Path votes = dir.resolve("votes");
        if (spec.fresh() && !holds(votes, spec, log)) {
            create(dir, spec, log, Id128.random(tools.random()));
        }
        if (!Files.exists(votes)) {
            throw refused(spec, "its vote file is missing");
        }
        VoteFile file = VoteFile.open(votes);
        VoteFile.Vote vote = file.vote();
        if (vote.group() != group || vote.generation() != spec.generation()) {
            file.close();
            throw refused(spec, "the store is that of generation " + vote.generation());
        }
        try {
            SharedLog.Header header = header(spec, log, vote);
            long last = log.lastIndex(group, header.firstIndex());
            EpochSlots slots = EpochSlots.open(dir.resolve("epochs"), group);
            EpochKeys keys = new EpochKeys(group, slots, tools.wrap(), tools.random(), last);
            return new ReplicaStore(
                    new GroupLogStorage(group, log, header, last, keys, tools.faults()),
                    new DurableVotes(file, tools.faults()),
                    dir.resolve("snapshots"));
        } catch (RocksDBException e) {
            file.close();
            throw refused(spec, "its log cannot be read: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Lets go of the files of a replica that does not start. */
    void close() {
        log.shutdown();
        votes.shutdown();
    }

    /** Whether this very generation was made before: a first start that was cut short. */
    private static boolean holds(Path votes, ReplicaSpec spec, SharedLog log) throws IOException {
        if (!Files.exists(votes)) {
            return false;
        }
        int stored;
        try (VoteFile file = VoteFile.open(votes)) {
            stored = file.vote().generation();
        } catch (StoreException e) {
            // A damaged vote file of an earlier generation goes with the rest of it; one that may
            // be of this generation stays, and is refused.
            if (e.code() == ErrorCode.CORRUPT && earlier(spec, log)) {
                return false;
            }
            throw e;
        }
        if (stored > spec.generation()) {
            throw refused(spec, "the store is that of a later generation, " + stored);
        }
        return stored == spec.generation();
    }

    /** Whether the log here, if any, is that of an earlier generation. */
    private static boolean earlier(ReplicaSpec spec, SharedLog log) throws IOException {
        try {
            return spec.generation() > 0
                    && log.header(spec.group().value())
                            .map(header -> header.generation() < spec.generation())
                            .orElse(true);
        } catch (RocksDBException e) {
            throw new IOException("the log can't be read", e);
        }
    }

    /** Makes an empty store; the vote file comes last, so that its being there means all is. */
    private static void create(Path dir, ReplicaSpec spec, SharedLog log, Id128 store)
            throws IOException {
        int group = spec.group().value();
        wipe(dir, group, log);
        Files.createDirectories(dir);
        DurableFiles.syncParent(dir);
        EpochSlots.create(dir.resolve("epochs"), group);
        log.reset(group, new SharedLog.Header(spec.generation(), store, 1));
        VoteFile.create(dir.resolve("votes"), group, spec.generation(), store);
    }

    /** Deletes whatever an earlier generation left, its keys first, by overwriting. */
    static void wipe(Path dir, int group, SharedLog log) throws IOException {
        Path epochs = dir.resolve("epochs");
        if (Files.exists(epochs)) {
            EpochSlots.overwriteAll(epochs);
        }
        DurableFiles.deleteTree(dir);
        log.remove(group);
    }

    private static SharedLog.Header header(ReplicaSpec spec, SharedLog log, VoteFile.Vote vote)
            throws RocksDBException {
        SharedLog.Header header =
                log.header(spec.group().value())
                        .orElseThrow(() -> refused(spec, "its log is missing"));
        if (!header.store().equals(vote.store()) || header.generation() != vote.generation()) {
            throw refused(spec, "its log and its votes are not of one store");
        }
        return header;
    }

    private static StoreException refused(ReplicaSpec spec, String why) {
        return new StoreException(
                ErrorCode.CORRUPT,
                "Generation "
                        + spec.generation()
                        + " of "
                        + spec.group()
                        + " cannot come back on this node ("
                        + why
                        + "): remove this replica and add it as a new generation");
    }
}
