package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import org.junit.jupiter.api.Test;

final class DigestsTest {
    @Test
    void bothDigestsComeFromTheSameBytes() {
        Digests digests = new Digests();
        byte[] text = Bytes.utf8("..abc").toArray();
        digests.update(text, 2, 1);
        digests.update(text, 3, 2);
        assertThat(digests.lengthBytes()).isEqualTo(3);
        Digests.Result result = digests.finish();
        assertThat(result.md5().hex()).isEqualTo("900150983cd24fb0d6963f7d28e17f72");
        assertThat(result.sha256().hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(result.lengthBytes()).isEqualTo(3);
        assertThatThrownBy(digests::finish).isInstanceOf(Check.BrokenInvariant.class);
        assertThatThrownBy(() -> digests.update(text, 0, 1))
                .isInstanceOf(Check.BrokenInvariant.class);
    }

    @Test
    void nothingHasTheDigestsOfNothing() {
        Digests.Result result = new Digests().finish();
        assertThat(result.md5().hex()).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        assertThat(result.lengthBytes()).isZero();
    }
}
