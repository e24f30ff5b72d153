package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ed25519 as this package calls it. */
final class Ed25519Test {
    /** RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature. */
    private static final List<List<String>> RFC_8032 =
            List.of(
                    List.of(
                            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                            "",
                            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065"
                                    + "224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
                                    + "655141438e7a100b"),
                    List.of(
                            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                            "72",
                            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223"
                                    + "ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
                                    + "b00d291612bb0c00"),
                    List.of(
                            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                            "af82",
                            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7"
                                    + "db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
                                    + "c027beceea1ec40a"));

    @Test
    void keysAndSignaturesAreThoseOfRfc8032() {
        for (List<String> vector : RFC_8032) {
            MessageSigner signer = Ed25519.signer(Bytes.hex(vector.get(0)));
            Bytes message = Bytes.hex(vector.get(2));
            assertThat(signer.publicKey().hex()).isEqualTo(vector.get(1));
            assertThat(signer.sign(message).hex()).isEqualTo(vector.get(3));
            assertThat(
                            Ed25519.verifies(
                                    Bytes.hex(vector.get(1)), message, Bytes.hex(vector.get(3))))
                    .isTrue();
        }
    }

    @Test
    void anyOtherBitIsNoSignature() {
        byte[] seed = new byte[Ed25519.KEY_BYTES];
        RandomSource.seeded(4).fill(seed);
        MessageSigner signer = Ed25519.signer(Bytes.wrap(seed));
        Bytes message = Bytes.utf8("said");
        Bytes signature = signer.sign(message);
        for (int bit = 0; bit < signature.length() * 8; bit++) {
            byte[] other = signature.toArray();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Ed25519.verifies(signer.publicKey(), message, Bytes.wrap(other)))
                    .as("bit %s", bit)
                    .isFalse();
        }
        assertThat(Ed25519.verifies(signer.publicKey(), Bytes.utf8("sayd"), signature)).isFalse();
    }

    @Test
    void whatIsNoKeyOrNoSignatureVerifiesNothing() {
        Bytes message = Bytes.utf8("m");
        Bytes signature = Bytes.wrap(new byte[Ed25519.SIGNATURE_BYTES]);
        Bytes key = Ed25519.signer(Bytes.wrap(new byte[32])).publicKey();
        assertThat(Ed25519.verifies(Bytes.hex("ff".repeat(32)), message, signature)).isFalse();
        assertThat(Ed25519.verifies(Bytes.EMPTY, message, signature)).isFalse();
        assertThat(Ed25519.verifies(key, message, Bytes.EMPTY)).isFalse();
        assertThatThrownBy(() -> Ed25519.signer(Bytes.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keysAreNotShown() {
        Bytes seed = Bytes.hex("5a".repeat(32));
        assertThat(Ed25519.signer(seed).toString()).doesNotContain(seed.hex());
    }
}
