package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.lethe.node.base.FaultHandler;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * One group's part of the {@link SharedLog} as the library wants it. Every failure goes to the
 * fault handler, because the library would log it and go on.
 *
 * <p>Written by the group's log thread only; read by any thread. Order of a truncation: the new
 * first index is synced, then the slots of epochs before it are overwritten.
 */
final class GroupLogStorage implements LogStorage {
    private final int group;
    private final String name;
    private final SharedLog log;
    private final EpochKeys keys;
    private final FaultHandler faults;
    private volatile SharedLog.Header header;
    private volatile long lastIndex;

    /**
     * The entry that was appended last: each heartbeat asks for the term of the entry before it,
     * which is mostly this one. Null after a truncation.
     */
    private volatile @Nullable LogEntry recent;

    /** Of the entry at {@link #lastIndex}; 0 where that is not known. */
    private volatile long lastTerm;

    private volatile boolean closed;

    /**
     * @param lastIndex 0 when the log is empty
     */
    GroupLogStorage(
            int group,
            SharedLog log,
            SharedLog.Header header,
            long lastIndex,
            EpochKeys keys,
            FaultHandler faults) {
        this.group = group;
        this.name = "the log of group " + group;
        this.log = log;
        this.header = header;
        this.lastIndex = lastIndex;
        this.keys = keys;
        this.faults = faults;
    }

    private interface Step<T> {
        T run() throws IOException, RocksDBException;
    }

    private <T> T orHalt(Step<T> step) {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        try {
            return step.run();
        } catch (IOException | RocksDBException | RuntimeException e) {
            faults.halt(name, e);
            throw new IllegalStateException(name + " failed", e);
        }
    }

    @Override
    public boolean init(LogStorageOptions options) {
        return orHalt(
                () -> {
                    // What a crash between the two steps of a truncation left.
                    keys.truncated(header.firstIndex());
                    lastTerm = termAt(lastIndex);
                    ConfigurationManager configurations = options.getConfigurationManager();
                    log.configurations(
                            group,
                            header.firstIndex(),
                            (index, value) ->
                                    configurations.add(
                                            configuration(
                                                    EntryCodec.decode(
                                                            index, keys.open(index, value)))));
                    return true;
                });
    }

    private static ConfigurationEntry configuration(LogEntry entry) {
        Configuration old = new Configuration();
        if (entry.getOldPeers() != null) {
            old = new Configuration(entry.getOldPeers(), entry.getOldLearners());
        }
        return new ConfigurationEntry(
                entry.getId(), new Configuration(entry.getPeers(), entry.getLearners()), old);
    }

    @Override
    public long getFirstLogIndex() {
        return header.firstIndex();
    }

    @Override
    public long getLastLogIndex() {
        return lastIndex;
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        if (index < header.firstIndex()) {
            return null;
        }
        LogEntry known = recent;
        if (known != null && known.getId().getIndex() == index) {
            return own(known);
        }
        return orHalt(
                        () ->
                                Optional.ofNullable(log.entry(group, index))
                                        .map(found -> keys.open(index, found))
                                        .map(entry -> EntryCodec.decode(index, entry)))
                .orElse(null);
    }

    /** A copy with a reading position of its own; none of a configuration, which are few. */
    private static @Nullable LogEntry own(LogEntry entry) {
        if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
            return null;
        }
        LogEntry copy = new LogEntry(entry.getType());
        copy.setId(entry.getId());
        copy.setData(entry.sliceData());
        return copy;
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        return orHalt(
                () -> {
                    int count = entries.size();
                    long[] indexes = new long[count];
                    byte[][] sealed = new byte[count][];
                    boolean[] configuration = new boolean[count];
                    for (int i = 0; i < count; i++) {
                        LogEntry entry = entries.get(i);
                        indexes[i] = entry.getId().getIndex();
                        sealed[i] = keys.seal(indexes[i], EntryCodec.encode(entry));
                        configuration[i] = entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION;
                    }
                    log.append(group, indexes, sealed, configuration);
                    lastIndex = indexes[count - 1];
                    recent = own(entries.get(count - 1));
                    lastTerm = entries.get(count - 1).getId().getTerm();
                    return count;
                });
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return orHalt(
                () -> {
                    if (firstIndexKept > header.firstIndex()) {
                        SharedLog.Header cut =
                                new SharedLog.Header(
                                        header.generation(), header.store(), firstIndexKept);
                        log.truncatePrefix(group, cut);
                        header = cut;
                        if (lastIndex < firstIndexKept) {
                            lastIndex = 0;
                        }
                    }
                    keys.truncated(header.firstIndex());
                    return true;
                });
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return orHalt(
                () -> {
                    recent = null;
                    log.truncateSuffix(group, lastIndexKept);
                    // An index before this epoch's first may follow now: it begins another epoch.
                    keys.rotate();
                    lastIndex = lastIndexKept < header.firstIndex() ? 0 : lastIndexKept;
                    lastTerm = termAt(lastIndex);
                    return true;
                });
    }

    @Override
    public boolean reset(long nextLogIndex) {
        return orHalt(
                () -> {
                    SharedLog.Header empty =
                            new SharedLog.Header(header.generation(), header.store(), nextLogIndex);
                    recent = null;
                    log.reset(group, empty);
                    header = empty;
                    lastIndex = 0;
                    lastTerm = 0;
                    keys.destroyAll();
                    return true;
                });
    }

    private long termAt(long index) throws RocksDBException {
        byte[] found = index == 0 ? null : log.entry(group, index);
        return found == null
                ? 0
                : EntryCodec.decode(index, keys.open(index, found)).getId().getTerm();
    }

    /** Of the last entry that was appended; 0 where none was since the log was emptied. */
    long lastTerm() {
        return lastTerm;
    }

    EpochKeys keys() {
        return keys;
    }

    @Override
    public void shutdown() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            keys.close();
        } catch (IOException e) {
            faults.halt(name, e);
        }
    }
}
