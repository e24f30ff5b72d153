package io.lethe.node.metadata.raft;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file with a replica's term and vote, durable when a write returns. One thread at a time.
 *
 * <p>Layout: two copies of one record, at bytes 0 and 4096 (one page each); the second is written
 * once the first is synced, so one of them is always whole. Record, 512 bytes, big-endian: magic
 * "LTHVOTE1", u8 format = 1, i32 group, i32 generation, 16 bytes store id, i64 sequence, i64 term,
 * string vote ({@code host:port[:generation]}, empty: none), zeros, i32 CRC-32C of the 508 bytes
 * before it. The record with the higher sequence counts.
 */
final class VoteFile implements AutoCloseable {
    private static final byte[] MAGIC = {'L', 'T', 'H', 'V', 'O', 'T', 'E', '1'};
    private static final int FORMAT = 1;
    private static final int RECORD_BYTES = 512;
    private static final int CHECKED_BYTES = RECORD_BYTES - 4;
    private static final int PAGE_BYTES = 4096;

    /** One state of the file. */
    record Vote(int group, int generation, Id128 store, long sequence, long term, String votedFor) {
        byte[] encode() {
            Encoder out = new Encoder(RECORD_BYTES);
            out.raw(MAGIC).u8(FORMAT).i32(group).i32(generation);
            store.encode(out);
            out.i64(sequence).i64(term).string(votedFor);
            out.raw(new byte[CHECKED_BYTES - out.length()]);
            return out.i32(crc(out.toArray())).toArray();
        }

        static @Nullable Vote decode(byte[] record) {
            Decoder in = new Decoder(record);
            byte[] checked = in.raw(CHECKED_BYTES);
            if (in.i32() != crc(checked)) {
                return null;
            }
            Decoder fields = new Decoder(checked);
            if (!Arrays.equals(fields.raw(MAGIC.length), MAGIC) || fields.u8() != FORMAT) {
                return null;
            }
            return new Vote(
                    fields.i32(),
                    fields.i32(),
                    Id128.decode(fields),
                    fields.i64(),
                    fields.i64(),
                    fields.string());
        }
    }

    private final FileChannel channel;
    private Vote vote;

    private VoteFile(FileChannel channel, Vote vote) {
        this.channel = channel;
        this.vote = vote;
    }

    /** Makes the file of a new replica, durably, in place of whatever is there. */
    static void create(Path file, int group, int generation, Id128 store) throws IOException {
        create(file, group, generation, store, 0);
    }

    /** Of a replica whose log begins in a later term than 1. */
    static void create(Path file, int group, int generation, Id128 store, long term)
            throws IOException {
        byte[] record = new Vote(group, generation, store, 1, term, "").encode();
        byte[] content = Arrays.copyOf(record, PAGE_BYTES + RECORD_BYTES);
        System.arraycopy(record, 0, content, PAGE_BYTES, RECORD_BYTES);
        DurableFiles.replace(file, content);
    }

    /**
     * @throws StoreException CORRUPT when neither record is whole
     */
    static VoteFile open(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Vote first = Vote.decode(read(channel, 0));
            Vote second = Vote.decode(read(channel, PAGE_BYTES));
            Vote newest = newest(first, second);
            if (newest == null) {
                throw new StoreException(
                        ErrorCode.CORRUPT,
                        "The vote file "
                                + file
                                + " is damaged: remove this replica and add it as a new"
                                + " generation");
            }
            return new VoteFile(channel, newest);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable Vote newest(@Nullable Vote first, @Nullable Vote second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.sequence() >= second.sequence() ? first : second;
    }

    private static byte[] read(FileChannel channel, long offset) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(RECORD_BYTES);
        int read = 0;
        while (target.hasRemaining() && read >= 0) {
            read = channel.read(target, offset + target.position());
        }
        return target.array();
    }

    Vote vote() {
        return vote;
    }

    /** Durable in both copies when it returns. */
    void write(long term, String votedFor) throws IOException {
        Vote next =
                new Vote(
                        vote.group(),
                        vote.generation(),
                        vote.store(),
                        vote.sequence() + 1,
                        term,
                        votedFor);
        byte[] record = next.encode();
        for (long offset = 0; offset <= PAGE_BYTES; offset += PAGE_BYTES) {
            ByteBuffer source = ByteBuffer.wrap(record);
            while (source.hasRemaining()) {
                channel.write(source, offset + source.position());
            }
            channel.force(false);
        }
        vote = next;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
