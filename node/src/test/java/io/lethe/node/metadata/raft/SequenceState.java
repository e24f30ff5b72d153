package io.lethe.node.metadata.raft;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A state that is the list of its commands. Like a table without a write-ahead log, it keeps what
 * was applied in memory, and only a flush survives a crash.
 */
class SequenceState implements ReplicatedState {
    private final Path durable;
    private final List<String> commands = new ArrayList<>();
    private final List<Long> indexes = new ArrayList<>();
    private final List<Long> leaderTerms = new ArrayList<>();
    private volatile long appliedIndex;
    private volatile long appliedTerm;
    private byte[] keys = new byte[0];
    private int loads;
    private Runnable afterApply = () -> {};

    /** Finds what was flushed there before. */
    SequenceState(Path durable) throws IOException {
        this.durable = durable;
        if (Files.exists(durable)) {
            read(durable);
        }
    }

    @Override
    public synchronized byte[] apply(long index, long term, byte[] command) {
        if (index <= appliedIndex) {
            throw new IllegalStateException(index + " was applied before " + appliedIndex);
        }
        String text = new String(command, StandardCharsets.UTF_8);
        if (text.equals("fail")) {
            throw new IllegalStateException("told to fail");
        }
        commands.add(text);
        indexes.add(index);
        appliedTerm = term;
        appliedIndex = index;
        afterApply.run();
        return (text + "!").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long appliedTerm() {
        return appliedTerm;
    }

    @Override
    public synchronized void saveSnapshot(Path dir) throws IOException {
        write(dir.resolve("state"));
        flush();
    }

    synchronized void flush() throws IOException {
        write(durable);
    }

    private void write(Path file) throws IOException {
        Encoder out = new Encoder().i64(appliedIndex).i64(appliedTerm).varint(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            out.i64(indexes.get(i)).string(commands.get(i));
        }
        Files.write(file, out.toArray());
    }

    private void read(Path file) throws IOException {
        Decoder in = new Decoder(Files.readAllBytes(file));
        long index = in.i64();
        long term = in.i64();
        commands.clear();
        indexes.clear();
        int count = in.count(Integer.MAX_VALUE);
        for (int i = 0; i < count; i++) {
            indexes.add(in.i64());
            commands.add(in.string());
        }
        appliedTerm = term;
        appliedIndex = index;
    }

    @Override
    public synchronized void loadSnapshot(Path dir, long index, long term) throws IOException {
        loads++;
        read(dir.resolve("state"));
        flush();
    }

    @Override
    public synchronized byte[] exportKeys() {
        return ("keys at " + commands.size()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void importKeys(long snapshotIndex, byte[] imported) {
        keys = imported.clone();
    }

    @Override
    public synchronized void leaderStart(long term) {
        leaderTerms.add(term);
    }

    synchronized List<String> commands() {
        return List.copyOf(commands);
    }

    /** What is run at each command from now on, after it has been applied. */
    synchronized void afterApply(Runnable action) {
        afterApply = action;
    }

    /** The command that applied at an index. */
    synchronized String at(long index) {
        int place = indexes.indexOf(index);
        return place < 0 ? "nothing" : commands.get(place);
    }

    synchronized String importedKeys() {
        return new String(keys, StandardCharsets.UTF_8);
    }

    synchronized int loads() {
        return loads;
    }
}
