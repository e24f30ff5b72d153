package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The JDK's algorithms, as this package calls them, give what their standards say. */
final class RfcVectorsTest {
    private static byte[] hex(String hex) {
        return Bytes.hex(hex).toArray();
    }

    @Test
    void hkdfGivesTheFirstVectorOfRfc5869() {
        byte[] derived =
                Hkdf.derive(
                        new SecretKeySpec(hex("0b".repeat(22)), "Generic"),
                        hex("000102030405060708090a0b0c"),
                        hex("f0f1f2f3f4f5f6f7f8f9"),
                        42);
        assertThat(Bytes.wrap(derived).hex())
                .isEqualTo(
                        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                                + "34007208d5b887185865");
    }

    @Test
    void hkdfGivesTheThirdVectorOfRfc5869WithoutSaltAndInfo() {
        byte[] derived =
                Hkdf.derive(
                        new SecretKeySpec(hex("0b".repeat(22)), "Generic"),
                        new byte[0],
                        new byte[0],
                        42);
        assertThat(Bytes.wrap(derived).hex())
                .isEqualTo(
                        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                                + "9d201395faa4b61a96c8");
    }

    @Test
    void keyWrapGivesTheLastVectorOfRfc3394() throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
        cipher.init(Cipher.WRAP_MODE, Samples.key(0));
        KeyBytes key =
                KeyBytes.copyOf(
                        hex(
                                "00112233445566778899aabbccddeeff"
                                        + "000102030405060708090a0b0c0d0e0f"));
        assertThat(Bytes.wrap(cipher.wrap(key)).hex())
                .isEqualTo(
                        "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326"
                                + "cbc7f0e71a99f43bfb988b9b7a02dd21");
    }

    @Test
    void x25519GivesTheVectorsOfRfc7748() throws InvalidKeyException {
        KeyBytes alice =
                KeyBytes.copyOf(
                        hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        KeyBytes bob =
                KeyBytes.copyOf(
                        hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        Bytes alicePublic = X25519.publicKey(alice);
        Bytes bobPublic = X25519.publicKey(bob);
        assertThat(alicePublic.hex())
                .isEqualTo("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assertThat(bobPublic.hex())
                .isEqualTo("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        String shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assertThat(Bytes.wrap(X25519.agree(alice, bobPublic)).hex()).isEqualTo(shared);
        assertThat(Bytes.wrap(X25519.agree(bob, alicePublic)).hex()).isEqualTo(shared);
    }

    @Test
    void x25519RefusesPointsOfSmallOrder() {
        Bytes zero = Bytes.wrap(new byte[32]);
        assertThatThrownBy(() -> X25519.agree(Samples.key(1), zero))
                .isInstanceOf(InvalidKeyException.class);
    }
}
