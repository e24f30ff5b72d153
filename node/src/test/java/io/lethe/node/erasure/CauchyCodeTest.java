package io.lethe.node.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.erasure.kernel.Cells;
import io.lethe.node.erasure.kernel.Kernels;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stored values come from ISA-L 2.30 itself: chunks on disk depend on them. */
final class CauchyCodeTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @CsvSource({
        "1, 2, 018e",
        "2, 1, 8ef4",
        "4, 2, 47a77abaa747ba7a",
        "6, 3, 7aba47a78ef4ba7aa747f48ead9ddd983daa",
        "8, 4, ad9ddd983daa5d969dad98ddaa3d965ddd98ad9d5d963daa98dd9dad965daa3d",
    })
    void parityRowsAreThoseOfIsal(int k, int m, String expected) {
        byte[] all = CauchyCode.generator(k, m).toArray();
        assertThat(HEX.formatHex(all, k * k, (k + m) * k)).isEqualTo(expected);
    }

    @Test
    void allGeneratorsAreThoseOfIsal() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int k = 1; k <= 32; k++) {
            for (int m = 0; m <= 8; m++) {
                digest.update(CauchyCode.generator(k, m).toArray());
            }
        }
        assertThat(HEX.formatHex(digest.digest()))
                .isEqualTo("2e063c82bd304a9102622b2076bf5a5ae88e87f618f121755e18a639e2c3b720");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 01203f5e7d9cbbdaf91837567594b3d2f1102f4e 8e10912fb04ed36df20c952bb44ad769f6089927",
        "2, 1, 7d0d580ccc2f6632f2f274eb6bc84ad555058b14",
        "4, 2, 4ed70ea26c9443390052352b2e1d78df0547cf3a efc2fa93c125b7da31db087113c745cb5f77a77f",
        "6, 3, c28f0a1dd72b9e3ab2a542b4c0d2ce69234b4fa9 dc52e789ae157b73653df21770f38d6a6cd7c592"
                + " 0124cf4f69b27e5dbf3894e207eb4486dd7f88a7",
        "8, 4, c8ff3de1559c7957f560e55afbdb8333573939b0 2e5e2e764f95d40059759960f35b0e311b016f44"
                + " d40aaeb2fd7439656ca8584df264a20243bdef16"
                + " 7e52f80413059e1cd19624091ce260db517afc33",
    })
    void parityCellsAreThoseOfIsal(int k, int m, String expected) {
        Cells data = new Cells(k);
        for (int j = 0; j < k; j++) {
            byte[] cell = new byte[20];
            for (int i = 0; i < cell.length; i++) {
                cell[i] = (byte) (31 * i + 7 * j + 1);
            }
            data.set(j, cell, 0, cell.length);
        }
        byte[][] parity = new byte[m][20];
        new ErasureCodec(k, m, Kernels.byName("scalar").kernel())
                .encode(data, Cells.of(parity), 20);
        assertThat(IntStream.range(0, m).mapToObj(i -> HEX.formatHex(parity[i])).toList())
                .containsExactly(expected.split(" "));
    }

    @Test
    void geometriesOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> CauchyCode.generator(33, 1)).hasMessageContaining("k is 33");
        assertThatThrownBy(() -> CauchyCode.generator(0, 1)).hasMessageContaining("k is 0");
        assertThatThrownBy(() -> CauchyCode.generator(1, 9)).hasMessageContaining("m is 9");
    }
}
