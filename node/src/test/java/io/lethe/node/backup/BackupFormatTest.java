package io.lethe.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.backup.BackupFile.Header;
import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupFormatTest {
    private static final Id128 CLUSTER = new Id128(1, 2);
    private static final Id128 BACKUP = new Id128(0x123456, 0x7777);
    private static final Header HEADER =
            new Header(Kind.ROWS, CLUSTER, BACKUP, new GroupId(3), 700, 9);

    private static final List<FileContent.Piece> PIECES =
            List.of(piece("META", 1), piece("CURRENT", 2), piece("VERSIONS", 0));

    /** A header as the first version of the format wrote it, without its checksum. */
    private static final String HEADER_1 =
            "4c4554484542414b01010000000000000001000000000000000200000000001234"
                    + "5600000000000077770000000300000000000002bc0000000000000009";

    private static FileContent.Piece piece(String family, int rows) {
        Encoder out = new Encoder().string(family);
        for (int i = 0; i < rows; i++) {
            out.bytes(Bytes.utf8("key" + i)).bytes(Bytes.utf8("value" + i));
        }
        return new FileContent.Piece(rows, out.toArray());
    }

    private record Made(byte[] bytes, Manifest.Part part) {}

    private static Made made() throws Exception {
        Iterator<FileContent.Piece> pieces = PIECES.iterator();
        FileContent content =
                new FileContent(HEADER, () -> pieces.hasNext() ? pieces.next() : null);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[7];
        for (int count = content.read(buffer, 0, 7); count >= 0; ) {
            all.write(buffer, 0, count);
            count = content.read(buffer, 0, 7);
        }
        return new Made(all.toByteArray(), content.part());
    }

    private static Manifest.Part read(byte[] bytes) throws Exception {
        try (FileReader reader = new FileReader(new BytesContent(bytes))) {
            assertThat(reader.header()).isEqualTo(HEADER);
            List<byte[]> frames = new ArrayList<>();
            for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame);
            }
            assertThat(frames).hasSize(PIECES.size());
            return reader.part();
        }
    }

    private static Manifest manifest() {
        Manifest.Part part = new Manifest.Part(5, 600, Bytes.wrap(new byte[32]));
        return new Manifest(
                CLUSTER,
                "test",
                BACKUP,
                new NodeId(new Id128(5, 6)),
                1_000,
                2_000,
                1,
                77,
                Bytes.hex("0102"),
                List.of(new Manifest.Group(new GroupId(3), 700, 9, part, Manifest.Part.NONE)));
    }

    @Test
    void aFileComesBackAsItWas() throws Exception {
        Made made = made();
        assertThat(made.part().items()).isEqualTo(3);
        assertThat(made.part().lengthBytes()).isEqualTo(made.bytes().length);
        assertThat(read(made.bytes())).isEqualTo(made.part());
    }

    @Test
    void theFormatIsAsDocumented() throws Exception {
        String hex = HexFormat.of().formatHex(made().bytes());
        assertThat(hex).startsWith(HEADER_1);
        String frame = hex.substring(HEADER_1.length() + 8);
        String meta = HexFormat.of().formatHex("META".getBytes(StandardCharsets.US_ASCII));
        String row =
                HexFormat.of().formatHex("key0".getBytes(StandardCharsets.US_ASCII))
                        + "06"
                        + HexFormat.of().formatHex("value0".getBytes(StandardCharsets.US_ASCII));
        assertThat(frame).startsWith("00000011" + "04" + meta + "04" + row);
        String end = hex.substring(hex.length() - 48);
        assertThat(end).startsWith("00000000" + "0000000000000003" + "0000000000000003");
        assertThat(HexFormat.of().formatHex(manifest().encode()))
                .startsWith(
                        HexFormat.of().formatHex("LETHEMAN".getBytes(StandardCharsets.US_ASCII)))
                .contains("00000000000003e800000000000007d0014d020102010000000300000000000002bc");
        assertThat(Manifest.decode(manifest().encode())).isEqualTo(manifest());
    }

    @Test
    void whateverIsDamagedIsNoticed() throws Exception {
        byte[] whole = made().bytes();
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x40;
            assertThatThrownBy(() -> read(damaged)).as("byte %s", at).isNotNull();
            byte[] cut = java.util.Arrays.copyOf(whole, at);
            assertThatThrownBy(() -> read(cut))
                    .as("cut at %s", at)
                    .isInstanceOf(CorruptEncoding.class);
        }
        byte[] longer = java.util.Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> read(longer)).isInstanceOf(CorruptEncoding.class);
        byte[] manifest = manifest().encode();
        for (long seed = 1; seed <= 300; seed++) {
            RandomSource random = RandomSource.seeded(seed);
            byte[] damaged = manifest.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> Manifest.decode(damaged))
                    .as("seed %s", seed)
                    .isInstanceOf(CorruptEncoding.class);
        }
    }
}
