package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of an object, as it is stored in each format. */
class AttributesTest {
    private static final Attributes PLAIN =
            new Attributes("a/b", Map.of("m", "1"), Map.of("t", "2"), Map.of("h", "3"));
    private static final String MAPS = "03612f62" + "01016d0131" + "0101740132";

    private static Attributes stored(String hex) {
        return Attributes.decode(Bytes.hex(hex).toArray());
    }

    @Test
    void storedFormatsAreRead() {
        assertThat(stored("01" + MAPS))
                .isEqualTo(new Attributes("a/b", Map.of("m", "1"), Map.of("t", "2")));
        String headers = MAPS + "0101680133";
        assertThat(stored("02" + headers)).isEqualTo(PLAIN);
        assertThat(Bytes.wrap(PLAIN.encode()).hex()).isEqualTo("02" + headers);
        Attributes keyed = PLAIN.withCustomerKey(Bytes.hex("0a0b"));
        assertThat(stored("03" + headers + "020a0b")).isEqualTo(keyed);
        assertThat(Bytes.wrap(keyed.encode()).hex()).isEqualTo("03" + headers + "020a0b");
        String acl = "0b7075626c69632d72656164";
        Attributes open = PLAIN.withAcl("public-read");
        assertThat(stored("04" + headers + "00" + acl)).isEqualTo(open);
        assertThat(Bytes.wrap(open.encode()).hex()).isEqualTo("04" + headers + "00" + acl);
        Attributes both = keyed.withAcl("public-read");
        assertThat(stored("04" + headers + "020a0b" + acl)).isEqualTo(both);
        assertThat(Bytes.wrap(both.encode()).hex()).isEqualTo("04" + headers + "020a0b" + acl);
        assertThatThrownBy(() -> stored("05" + headers))
                .isInstanceOf(Decoder.CorruptEncoding.class);
    }

    @Test
    void whatIsChangedLeavesTheRest() {
        Attributes all = PLAIN.withCustomerKey(Bytes.hex("0a0b")).withAcl("public-read");
        assertThat(all.withTags(Map.of()).acl()).isEqualTo("public-read");
        assertThat(all.with(Map.of("x", "y")).acl()).isEqualTo("public-read");
        assertThat(all.withAcl("").customerKey()).isEqualTo(Bytes.hex("0a0b"));
        assertThat(Objects.Kept.ALL.of(all, PLAIN).acl())
                .as("a copy's ACL is what its request says")
                .isEmpty();
        assertThat(Objects.Kept.ALL.of(PLAIN, all).acl()).isEqualTo("public-read");
    }

    @Test
    void anAclIsShort() {
        assertThatThrownBy(() -> PLAIN.withAcl("x".repeat(Attributes.MOST_ACL_CHARS + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
