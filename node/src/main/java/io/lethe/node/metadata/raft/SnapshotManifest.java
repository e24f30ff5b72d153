package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a snapshot folder holds: the file {@link #FILE_NAME} in it, and the first answer of a
 * transfer. Layout, big-endian: u8 format = 1, i64 index, i64 term, i64 applied index, i64 applied
 * term, four lists (voters, learners, old voters, old learners), each a varint count and strings;
 * varint count of files, each a string name and a varint length in bytes; i32 CRC-32C of all before
 * it.
 *
 * @param meta the library's index and term, which count its own entries too, and who replicates
 * @param appliedIndex {@link ReplicatedState#appliedIndex()} of the checkpoint
 * @param appliedTerm its term
 */
record SnapshotManifest(SnapshotMeta meta, long appliedIndex, long appliedTerm, List<Entry> files) {
    static final String FILE_NAME = "MANIFEST-LETHE";

    /** Far above the files of any checkpoint: bounds what a damaged count can allocate. */
    private static final int MOST_FILES = 1_000_000;

    private static final int MOST_PEERS = 10_000;
    private static final int FORMAT = 1;

    /** A file of the snapshot. */
    record Entry(String name, long lengthBytes) {}

    SnapshotManifest {
        files = List.copyOf(files);
    }

    long index() {
        return meta.getLastIncludedIndex();
    }

    byte[] encode() {
        Encoder out = new Encoder(256);
        out.u8(FORMAT).i64(meta.getLastIncludedIndex()).i64(meta.getLastIncludedTerm());
        out.i64(appliedIndex).i64(appliedTerm);
        strings(out, meta.getPeersList());
        strings(out, meta.getLearnersList());
        strings(out, meta.getOldPeersList());
        strings(out, meta.getOldLearnersList());
        out.varint(files.size());
        for (Entry file : files) {
            out.string(file.name()).varint(file.lengthBytes());
        }
        return out.i32(crc(out.toArray())).toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are no manifest of this format
     */
    static SnapshotManifest decode(byte[] encoded) {
        Decoder whole = new Decoder(encoded);
        byte[] checked = whole.raw(Math.max(0, encoded.length - 4));
        if (whole.i32() != crc(checked)) {
            throw new Decoder.CorruptEncoding("a snapshot's manifest does not match its checksum");
        }
        Decoder in = new Decoder(checked);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a snapshot's manifest has an unknown format");
        }
        long index = in.i64();
        long term = in.i64();
        long appliedIndex = in.i64();
        long appliedTerm = in.i64();
        SnapshotMeta meta =
                SnapshotMeta.newBuilder()
                        .setLastIncludedIndex(index)
                        .setLastIncludedTerm(term)
                        .addAllPeers(strings(in))
                        .addAllLearners(strings(in))
                        .addAllOldPeers(strings(in))
                        .addAllOldLearners(strings(in))
                        .build();
        int count = in.count(MOST_FILES);
        List<Entry> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(new Entry(fileName(in.string()), in.varint()));
        }
        in.end();
        return new SnapshotManifest(meta, appliedIndex, appliedTerm, files);
    }

    /** A name from another node must not lead out of the folder. */
    private static String fileName(String name) {
        if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
            throw new Decoder.CorruptEncoding("a snapshot's file is named '" + name + "'");
        }
        return name;
    }

    private static void strings(Encoder out, List<String> values) {
        out.varint(values.size());
        values.forEach(out::string);
    }

    private static List<String> strings(Decoder in) {
        int count = in.count(MOST_PEERS);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(in.string());
        }
        return values;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
