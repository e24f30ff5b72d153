package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * What one replica has on disk, opened. A replica is made once, under {@link ReplicaSpec#fresh};
 * later it must find votes and log with the same random store id, else it is refused: it would come
 * back without what it promised.
 */
record ReplicaStore(GroupLogStorage log, DurableVotes votes, Path snapshots) {
    /** Entries without a command at the end of a log: elections and changes of members. */
    private static final long MOST_LOOKED = 1_000;

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
        return spec.generation() > 0
                && generation(spec, log)
                        .map(generation -> generation < spec.generation())
                        .orElse(true);
    }

    /** Whether a store that is here, or was begun, is that of a later generation. */
    static boolean isLaterHere(ReplicaSpec spec, SharedLog log) throws IOException {
        return generation(spec, log)
                .filter(generation -> generation > spec.generation())
                .isPresent();
    }

    private static Optional<Integer> generation(ReplicaSpec spec, SharedLog log)
            throws IOException {
        try {
            return log.header(spec.group().value()).map(SharedLog.Header::generation);
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

    /** Fills the folder of snapshots of a store that is being made. */
    interface Seed {
        void snapshots(Path folder) throws IOException;
    }

    /**
     * Makes a store that begins at a snapshot, in the place of whatever is there; the vote file
     * comes last.
     *
     * @param index of the snapshot, and its term
     */
    static void seed(Path dir, ReplicaSpec spec, SharedLog log, Id128 store, long index, Seed seed)
            throws IOException {
        int group = spec.group().value();
        wipe(dir, group, log);
        Files.createDirectories(dir);
        DurableFiles.syncParent(dir);
        EpochSlots.create(dir.resolve("epochs"), group);
        seed.snapshots(dir.resolve("snapshots"));
        log.reset(group, new SharedLog.Header(spec.generation(), store, index + 1));
        VoteFile.create(dir.resolve("votes"), group, spec.generation(), store, index);
    }

    /**
     * Makes the store of a replica that is not open into that of the only voter of its group, in a
     * later generation: two entries follow its log, however much of that was committed. The first
     * names the voters, the second is a command; both in a term that no voter was ever in. Durable
     * when it returns; the vote file, by which the generation is known, comes last. Repeating it is
     * harmless.
     */
    static void makeOver(
            Path dir, ReplicaSpec was, RaftPeer alone, byte[] command, SharedLog log, Tools tools)
            throws IOException {
        int group = was.group().value();
        Path votes = dir.resolve("votes");
        if (!Files.exists(votes)) {
            throw refused(was, "its vote file is missing");
        }
        VoteFile.Vote vote;
        try (VoteFile file = VoteFile.open(votes)) {
            vote = file.vote();
        }
        if (vote.group() == group && vote.generation() == alone.generation()) {
            return;
        }
        if (vote.group() != group || vote.generation() != was.generation()) {
            throw refused(was, "the store is that of generation " + vote.generation());
        }
        long term = vote.term() + 1;
        try {
            SharedLog.Header header =
                    log.header(group).orElseThrow(() -> refused(was, "its log is missing"));
            if (!header.store().equals(vote.store())) {
                throw refused(was, "its log and its votes are not of one store");
            }
            if (header.generation() == was.generation()) {
                append(dir, header, alone, term, command, new Log(group, log, tools));
            }
        } catch (RocksDBException e) {
            throw refused(was, "its log cannot be read: " + e.getMessage());
        }
        VoteFile.create(votes, group, alone.generation(), vote.store(), term);
    }

    /** A group's part of the log, and what it is sealed with. */
    private record Log(int group, SharedLog shared, Tools tools) {}

    private static void append(
            Path dir, SharedLog.Header header, RaftPeer alone, long term, byte[] command, Log log)
            throws IOException, RocksDBException {
        long last = log.shared().lastIndex(log.group(), header.firstIndex());
        long next = Math.max(last, header.firstIndex() - 1) + 1;
        LogEntry voters = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        voters.setId(new LogId(next, term));
        voters.setPeers(List.of(alone.toPeerId()));
        LogEntry first = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        first.setId(new LogId(next + 1, term));
        first.setData(ByteBuffer.wrap(command));
        EpochSlots slots = EpochSlots.open(dir.resolve("epochs"), log.group());
        Tools tools = log.tools();
        try (EpochKeys keys =
                new EpochKeys(log.group(), slots, tools.wrap(), tools.random(), last)) {
            log.shared()
                    .makeOver(
                            log.group(),
                            new SharedLog.Header(
                                    alone.generation(), header.store(), header.firstIndex()),
                            next,
                            keys.seal(next, EntryCodec.encode(voters)),
                            keys.seal(next + 1, EntryCodec.encode(first)));
        }
    }

    /** What a replica that is not open has; empty where there is none. */
    static Optional<Standing> standing(Path dir, int group, SharedLog log, Tools tools)
            throws IOException {
        Path votes = dir.resolve("votes");
        if (!Files.exists(votes)) {
            return Optional.empty();
        }
        VoteFile.Vote vote;
        try (VoteFile file = VoteFile.open(votes)) {
            vote = file.vote();
        }
        try {
            Optional<SharedLog.Header> header = log.header(group);
            if (header.isEmpty()) {
                return Optional.empty();
            }
            long first = header.get().firstIndex();
            long last = log.lastIndex(group, first);
            long term = 0;
            byte[] command = null;
            EpochSlots slots = EpochSlots.open(dir.resolve("epochs"), group);
            try (EpochKeys keys = new EpochKeys(group, slots, tools.wrap(), tools.random(), last)) {
                for (long at = last; at >= Math.max(first, last - MOST_LOOKED) && at > 0; at--) {
                    byte[] sealed = log.entry(group, at);
                    if (sealed == null) {
                        break;
                    }
                    LogEntry entry = EntryCodec.decode(at, keys.open(at, sealed));
                    term = at == last ? entry.getId().getTerm() : term;
                    if (entry.getType() == EntryType.ENTRY_TYPE_DATA) {
                        ByteBuffer data = entry.getData();
                        command = new byte[data.remaining()];
                        data.get(command);
                        break;
                    }
                }
            }
            return Optional.of(
                    new Standing(
                            vote.generation(),
                            header.get().generation(),
                            Math.max(last, first - 1),
                            term,
                            command));
        } catch (RocksDBException e) {
            throw new IOException("the log can't be read", e);
        }
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
