package io.lethe.node.tenant.policy;

import java.util.Optional;

/**
 * A network (RFC 4632). Bits of the base behind the prefix don't count.
 *
 * @param bits length of the prefix: up to 32 for IPv4, up to 128 for IPv6
 */
record IpRange(IpAddress base, int bits) {
    /** {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or an address alone. */
    static Optional<IpRange> parse(String text) {
        int slash = text.indexOf('/');
        Optional<IpAddress> base = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (base.isEmpty()) {
            return Optional.empty();
        }
        boolean v4 = base.get().isV4();
        int most = v4 ? IpAddress.BITS_V4 : IpAddress.BITS_V6;
        if (slash < 0) {
            return Optional.of(new IpRange(base.get(), most));
        }
        int bits = prefix(text.substring(slash + 1));
        boolean mapped = v4 && text.indexOf(':') >= 0;
        if (mapped && bits >= 0) {
            bits = Math.max(bits - IpAddress.MAPPED_BITS, -1);
        }
        return bits < 0 || bits > most
                ? Optional.empty()
                : Optional.of(new IpRange(base.get(), bits));
    }

    private static int prefix(String text) {
        boolean plain =
                !text.isEmpty()
                        && text.length() <= 3
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (text.length() == 1 || text.charAt(0) != '0');
        return plain ? Integer.parseInt(text) : -1;
    }

    boolean contains(IpAddress address) {
        if (address.isV4() != base.isV4()) {
            return false;
        }
        if (address.isV4()) {
            return same(base.low() << IpAddress.BITS_V4, address.low() << IpAddress.BITS_V4, bits);
        }
        return same(base.high(), address.high(), Math.min(bits, Long.SIZE))
                && same(base.low(), address.low(), Math.max(bits - Long.SIZE, 0));
    }

    private static boolean same(long one, long other, int bits) {
        return bits == 0 || (one ^ other) >>> (Long.SIZE - bits) == 0;
    }
}
