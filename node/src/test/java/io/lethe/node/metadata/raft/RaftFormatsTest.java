package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.model.Id128;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples of each stored format as written by its first version; they must decode forever. */
final class RaftFormatsTest {
    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void aCommandEntry() {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(9, 300));
        entry.setData(ByteBuffer.wrap("put".getBytes(StandardCharsets.UTF_8)));
        String sample = "0102ac02707574";
        assertThat(hex(EntryCodec.encode(entry))).isEqualTo(sample);
        LogEntry decoded = EntryCodec.decode(9, HexFormat.of().parseHex(sample));
        assertThat(decoded.getId()).isEqualTo(new LogId(9, 300));
        assertThat(decoded.getData()).isEqualTo(entry.getData());
    }

    @Test
    void aConfigurationEntry() {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(2, 1));
        entry.setPeers(List.of(new PeerId("a", 1), new PeerId("b", 2, 3)));
        entry.setLearners(List.of(new PeerId("c", 4)));
        String sample = "0103010203613a3105623a323a330001" + "03633a3400";
        assertThat(hex(EntryCodec.encode(entry))).isEqualTo(sample);
        LogEntry decoded = EntryCodec.decode(2, HexFormat.of().parseHex(sample));
        assertThat(decoded.getPeers()).isEqualTo(entry.getPeers());
        assertThat(decoded.getLearners()).isEqualTo(entry.getLearners());
        assertThat(decoded.getOldPeers()).isNull();
    }

    @Test
    void aGroupHeader() {
        SharedLog.Header header = new SharedLog.Header(2, new Id128(3, 4), 5);
        String sample = "01000000020000000000000003000000000000000400000000000000" + "05";
        assertThat(hex(header.encode())).isEqualTo(sample);
        assertThat(SharedLog.Header.decode(HexFormat.of().parseHex(sample))).isEqualTo(header);
    }

    @Test
    void aVote() {
        VoteFile.Vote vote = new VoteFile.Vote(7, 1, new Id128(3, 4), 6, 5, "a:1:2");
        byte[] encoded = vote.encode();
        String head =
                "4c5448564f5445310100000007000000010000000000000003000000000000000400000000"
                        + "00000006000000000000000505613a313a32";
        assertThat(encoded).hasSize(512);
        assertThat(hex(encoded))
                .startsWith(head)
                .endsWith(hex(Arrays.copyOfRange(encoded, 508, 512)));
        assertThat(VoteFile.Vote.decode(encoded)).isEqualTo(vote);
        encoded[20] ^= 1;
        assertThat(VoteFile.Vote.decode(encoded)).isNull();
    }

    @Test
    void aSnapshotManifest() {
        SnapshotManifest manifest =
                new SnapshotManifest(
                        SnapshotMeta.newBuilder()
                                .setLastIncludedIndex(10)
                                .setLastIncludedTerm(2)
                                .addPeers("a:1")
                                .build(),
                        9,
                        2,
                        List.of(new SnapshotManifest.Entry("000012.sst", 300)));
        byte[] encoded = manifest.encode();
        String sample =
                "01000000000000000a000000000000000200000000000000090000000000000002"
                        + "0103613a31000000010a3030303031322e737374ac02";
        assertThat(hex(encoded)).startsWith(sample).hasSize(sample.length() + 8);
        assertThat(SnapshotManifest.decode(encoded)).isEqualTo(manifest);
        encoded[3] ^= 1;
        assertThatThrownBy(() -> SnapshotManifest.decode(encoded))
                .isInstanceOf(Decoder.CorruptEncoding.class);
    }

    @Test
    void aManifestMayNotNameAFileOutsideItsFolder() {
        SnapshotManifest manifest =
                new SnapshotManifest(
                        SnapshotMeta.newBuilder()
                                .setLastIncludedIndex(1)
                                .setLastIncludedTerm(1)
                                .build(),
                        1,
                        1,
                        List.of(new SnapshotManifest.Entry("../votes", 1)));
        assertThatThrownBy(() -> SnapshotManifest.decode(manifest.encode()))
                .isInstanceOf(Decoder.CorruptEncoding.class)
                .hasMessageContaining("../votes");
    }

    @Test
    void aSnapshotRead() {
        SnapshotRead read =
                new SnapshotRead(
                        10, 1, SnapshotRead.What.FILE, 2, 300, new RaftPeer("a1", 9002, 3));
        String sample = "000000000000000a00000000000000010102ac020261310000232a03";
        assertThat(hex(read.encode())).isEqualTo(sample);
        assertThat(SnapshotRead.decode(HexFormat.of().parseHex(sample))).isEqualTo(read);
    }

    @Test
    void aSnapshotPart() {
        SnapshotRead.Part part = new SnapshotRead.Part(true, 5, new byte[] {1, 2});
        byte[] encoded = part.encode();
        assertThat(hex(encoded)).startsWith("0105020102").hasSize(18);
        SnapshotRead.Part decoded = SnapshotRead.Part.decode(encoded);
        assertThat(decoded.chunk()).isEqualTo(part.chunk());
        assertThat(decoded.wholeBytes()).isEqualTo(5);
        encoded[3] ^= 1;
        assertThatThrownBy(() -> SnapshotRead.Part.decode(encoded))
                .isInstanceOf(Decoder.CorruptEncoding.class);
        assertThat(SnapshotRead.Part.decode(SnapshotRead.Part.GONE.encode()).found()).isFalse();
    }
}
