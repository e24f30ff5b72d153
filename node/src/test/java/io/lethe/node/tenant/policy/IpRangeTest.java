package io.lethe.node.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Addresses and networks against those of the JDK. */
class IpRangeTest {
    private static final long SEED = 11;

    @Test
    void textsThatAreNoAddressAreRefused() {
        assertThat(
                        List.of(
                                "",
                                "1.2.3",
                                "1.2.3.4.5",
                                "256.1.1.1",
                                "01.2.3.4",
                                "1.2.3.",
                                "a.b.c.d",
                                "+1.2.3.4",
                                ":",
                                ":::",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1::2::3",
                                "12345::",
                                "g::",
                                "::1.2.3",
                                "1.2.3.4::",
                                "1:2:3:4:5:6:7:1.2.3.4",
                                "1:2:3:4:5:6:7::8",
                                "::1%lo",
                                "[::1]",
                                "::1 "))
                .allMatch(text -> IpAddress.parse(text).isEmpty());
    }

    @Test
    void textsThatAreNoNetworkAreRefused() {
        assertThat(List.of("1.2.3.4/", "1.2.3.4/33", "1.2.3.4/08", "1.2.3.4/-1", "::/129", "/8"))
                .allMatch(text -> IpRange.parse(text).isEmpty());
    }

    @Test
    void addressesAreReadAsTheJdkReadsThem() throws UnknownHostException {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(3) == 0 ? bytes[i] : 0;
            }
            InetAddress theirs = InetAddress.getByAddress(bytes);
            String text = shortened(theirs.getHostAddress(), random);
            assertThat(bytesOf(IpAddress.parse(text).orElseThrow()))
                    .as("seed %d, %s", SEED, text)
                    .isEqualTo(theirs.getAddress());
        }
    }

    /** Some run of zero groups left out. */
    private static String shortened(String text, Random random) {
        return random.nextBoolean() ? text : text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
    }

    private static byte[] bytesOf(IpAddress address) {
        byte[] bytes = new byte[address.isV4() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            long part = fromEnd >= 8 ? address.high() : address.low();
            bytes[i] = (byte) (part >>> (8 * (fromEnd % 8)));
        }
        return bytes;
    }

    @Test
    void aNetworkHoldsWhatSharesItsPrefix() {
        Random random = new Random(SEED);
        for (int round = 0; round < 10_000; round++) {
            boolean v4 = random.nextBoolean();
            int most = v4 ? 32 : 128;
            IpAddress base = random(random, v4);
            int bits = random.nextInt(most + 1);
            int flipped = random.nextInt(most);
            assertThat(new IpRange(base, bits).contains(flip(base, flipped)))
                    .as("seed %d, %s/%d with bit %d flipped", SEED, base, bits, flipped)
                    .isEqualTo(flipped >= bits);
            assertThat(new IpRange(base, bits).contains(base)).isTrue();
            assertThat(new IpRange(base, 0).contains(random(random, !v4))).isFalse();
        }
    }

    private static IpAddress random(Random random, boolean v4) {
        return v4
                ? new IpAddress(true, 0, random.nextInt() & 0xffffffffL)
                : new IpAddress(false, random.nextLong(), random.nextLong());
    }

    /**
     * @param bit counted from the first of the address
     */
    private static IpAddress flip(IpAddress address, int bit) {
        if (address.isV4()) {
            return new IpAddress(true, 0, address.low() ^ (1L << (31 - bit)));
        }
        return bit < 64
                ? new IpAddress(false, address.high() ^ (1L << (63 - bit)), address.low())
                : new IpAddress(false, address.high(), address.low() ^ (1L << (127 - bit)));
    }

    @Test
    void mappedNetworksAreIpv4Networks() {
        IpRange range = IpRange.parse("::ffff:10.0.0.0/104").orElseThrow();
        assertThat(range).isEqualTo(IpRange.parse("10.0.0.0/8").orElseThrow());
        assertThat(IpRange.parse("::ffff:10.0.0.0/64")).isEmpty();
    }
}
