package io.lethe.node.s3.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What uploads and parts keep of checksums, as it is stored. */
class UploadChecksumsTest {
    @ParameterizedTest
    @CsvSource({
        "CRC32 COMPOSITE, CRC32, COMPOSITE",
        "CRC32C COMPOSITE, CRC32C, COMPOSITE",
        "CRC64NVME FULL_OBJECT, CRC64NVME, FULL_OBJECT",
        "SHA1 COMPOSITE, SHA1, COMPOSITE",
        "SHA256 COMPOSITE, SHA256, COMPOSITE",
    })
    void whatAnUploadAsksForIsReadAsItWasWritten(
            String stored, ChecksumAlgorithm algorithm, ChecksumValue.Type type) {
        UploadChecksums.Wanted wanted = new UploadChecksums.Wanted(algorithm, type);
        assertThat(wanted.encode()).isEqualTo(Bytes.utf8(stored));
        assertThat(UploadChecksums.decode(Bytes.utf8(stored))).contains(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32 y/Q5Jg==, CRC32, cbf43926",
        "CRC32C 4waSgw==, CRC32C, e3069283",
        "CRC64NVME rosUhgpI1Zg=, CRC64NVME, ae8b14860a48d598",
    })
    void aPartsChecksumIsReadAsItWasWritten(
            String stored, ChecksumAlgorithm algorithm, String hex) {
        ChecksumValue value = UploadChecksums.ofPart(Bytes.utf8(stored)).orElseThrow();
        assertThat(value.algorithm()).isEqualTo(algorithm);
        assertThat(value.value()).isEqualTo(Bytes.hex(hex));
        assertThat(UploadChecksums.encode(value)).isEqualTo(Bytes.utf8(stored));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CRC32", "MD5 COMPOSITE", "CRC32 y/Q5Jg== x", "CRC32 y/Q5", " "})
    void otherTextSaysNothing(String stored) {
        assertThat(UploadChecksums.decode(Bytes.utf8(stored))).isEmpty();
        assertThat(UploadChecksums.ofPart(Bytes.utf8(stored))).isEmpty();
    }

    @Test
    void nothingIsStoredWhereNothingWasAskedFor() {
        assertThat(UploadChecksums.decode(Bytes.EMPTY)).isEmpty();
    }
}
