package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.FileFormat.FileHeader;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExtentFormatTest {
    private static final long NONCE = 0x1122334455667788L;
    private static final Location PLACE = new Location(7, 3 * 4096);
    private static final Extent EXTENT =
            new Extent(
                    new ChunkKey(
                            new PgId(258), new SegmentId(new Id128(0xA1A2A3A4A5A6A7A8L, 9)), 5),
                    7,
                    3 * 4096,
                    4096,
                    10_000,
                    4096,
                    12,
                    new WriteId(new Id128(21, 0xB1B2B3B4B5B6B7B8L)),
                    Bytes.hex("00112233445566778899"),
                    1_700_000_000_123L,
                    77);
    private static final int[] CRCS = {1, -2, 0x7fffffff};

    private static byte[] sample(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ExtentFormatTest.class.getResourceAsStream(name))) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
        }
    }

    @Test
    void theStoredSampleOfVersionOneIsDecoded() throws IOException {
        byte[] head = sample("extent-v1.hex");
        ExtentFormat.Header header =
                Objects.requireNonNull(ExtentFormat.decode(head, 0, PLACE, NONCE));
        assertThat(header.extent()).isEqualTo(EXTENT);
        assertThat(ExtentFormat.table(head, ExtentFormat.HEADER_BYTES, 3, header.tableCrc()))
                .isEqualTo(CRCS);
        assertThat(ExtentFormat.encode(EXTENT, NONCE, CRCS)).isEqualTo(head);
    }

    @Test
    void theStoredSampleOfAFileHeaderIsDecoded() throws IOException {
        FileHeader header = new FileHeader(7, NONCE, new DeviceId(new Id128(3, 4)), 1_700L);
        byte[] page = FileFormat.encode(header);
        assertThat(page).hasSize(4096);
        byte[] sample = sample("file-v1.hex");
        assertThat(java.util.Arrays.copyOf(page, sample.length)).isEqualTo(sample);
        assertThat(FileFormat.decode(java.util.Arrays.copyOf(sample, 4096))).isEqualTo(header);
        page[20] ^= 1;
        assertThat(FileFormat.decode(page)).isNull();
    }

    @Test
    void aHeaderElsewhereOrOfAnotherFileIsNone() {
        byte[] head = ExtentFormat.encode(EXTENT, NONCE, CRCS);
        assertThat(ExtentFormat.decode(head, 0, new Location(7, 4096), NONCE)).isNull();
        assertThat(ExtentFormat.decode(head, 0, new Location(8, 3 * 4096), NONCE)).isNull();
        assertThat(ExtentFormat.decode(head, 0, PLACE, NONCE + 1)).isNull();
        assertThat(ExtentFormat.decode(new byte[4096], 0, PLACE, NONCE)).isNull();
        assertThat(ExtentFormat.decode(new byte[10], 0, PLACE, NONCE)).isNull();
    }

    @Test
    void everyFlippedBitOfHeaderOrTableIsNoticed() {
        byte[] head = ExtentFormat.encode(EXTENT, NONCE, CRCS);
        for (int bit = 0; bit < head.length * 8; bit++) {
            byte[] bad = head.clone();
            bad[bit / 8] ^= (byte) (1 << (bit % 8));
            ExtentFormat.Header header = ExtentFormat.decode(bad, 0, PLACE, NONCE);
            boolean noticed =
                    header == null
                            || ExtentFormat.table(
                                            bad, ExtentFormat.HEADER_BYTES, 3, header.tableCrc())
                                    == null;
            assertThat(noticed).as("bit %d", bit).isTrue();
        }
    }

    @Test
    void randomPagesAreNeverHeaders() {
        long seed = 11;
        Random random = new Random(seed);
        byte[] page = new byte[4096];
        for (int i = 0; i < 10_000; i++) {
            random.nextBytes(page);
            assertThat(ExtentFormat.decode(page, 0, PLACE, NONCE)).as("seed %d", seed).isNull();
        }
    }

    @Test
    void anIndexRecordSurvivesItsEncoding() {
        assertThat(Extent.decode(EXTENT.key(), EXTENT.encode())).isEqualTo(EXTENT);
    }
}
