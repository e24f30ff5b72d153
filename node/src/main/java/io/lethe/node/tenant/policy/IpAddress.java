package io.lethe.node.tenant.policy;

import java.util.Optional;

/**
 * An IPv4 or IPv6 address; an IPv4 address inside IPv6 ({@code ::ffff:1.2.3.4}) is the IPv4 one.
 *
 * @param high of IPv6 the first 64 bits, of IPv4 0
 * @param low of IPv6 the last 64 bits, of IPv4 its 32 bits
 */
record IpAddress(boolean isV4, long high, long low) {
    static final int BITS_V4 = 32;
    static final int BITS_V6 = 128;

    /** Bits before the IPv4 address in a mapped one. */
    static final int MAPPED_BITS = BITS_V6 - BITS_V4;

    private static final long MAPPED = 0xffffL << BITS_V4;
    private static final int GROUPS = 8;

    /** Longest text: eight groups of four digits; the last two as IPv4. */
    private static final int MOST_LENGTH = 45;

    static Optional<IpAddress> parse(String text) {
        if (text.isEmpty() || text.length() > MOST_LENGTH) {
            return Optional.empty();
        }
        if (text.indexOf(':') < 0) {
            long v4 = v4(text);
            return v4 < 0 ? Optional.empty() : Optional.of(new IpAddress(true, 0, v4));
        }
        return v6(text).map(IpAddress::unmapped);
    }

    private IpAddress unmapped() {
        boolean mapped = high == 0 && (low & ~0xffffffffL) == MAPPED;
        return mapped ? new IpAddress(true, 0, low & 0xffffffffL) : this;
    }

    /** Four decimal numbers without leading zeros, which some read as octal; -1 if it is not. */
    private static long v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return -1;
        }
        long bits = 0;
        for (String part : parts) {
            boolean plain =
                    !part.isEmpty()
                            && part.length() <= 3
                            && part.chars().allMatch(c -> c >= '0' && c <= '9')
                            && (part.length() == 1 || part.charAt(0) != '0');
            int value = plain ? Integer.parseInt(part) : -1;
            if (value < 0 || value > 255) {
                return -1;
            }
            bits = (bits << 8) | value;
        }
        return bits;
    }

    private static Optional<IpAddress> v6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            int[] groups = groups(text);
            return groups.length == GROUPS ? Optional.of(of(groups)) : Optional.empty();
        }
        String before = text.substring(0, gap);
        String after = text.substring(gap + 2);
        int[] first = before.isEmpty() ? new int[0] : groups(before);
        int[] last = after.isEmpty() ? new int[0] : groups(after);
        boolean broken =
                (first.length == 0 && !before.isEmpty())
                        || (last.length == 0 && !after.isEmpty())
                        || before.indexOf('.') >= 0
                        || first.length + last.length >= GROUPS;
        if (broken) {
            return Optional.empty();
        }
        int[] all = new int[GROUPS];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(last, 0, all, GROUPS - last.length, last.length);
        return Optional.of(of(all));
    }

    private static IpAddress of(int[] groups) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < GROUPS / 2; i++) {
            high = (high << 16) | groups[i];
            low = (low << 16) | groups[GROUPS / 2 + i];
        }
        return new IpAddress(false, high, low);
    }

    /** Groups of up to four hex digits between colons; the last may be IPv4. Empty if broken. */
    private static int[] groups(String text) {
        String[] parts = text.split(":", -1);
        boolean v4 = parts[parts.length - 1].indexOf('.') >= 0;
        int count = parts.length + (v4 ? 1 : 0);
        if (count > GROUPS) {
            return new int[0];
        }
        int[] groups = new int[count];
        for (int i = 0; i < parts.length - (v4 ? 1 : 0); i++) {
            groups[i] = group(parts[i]);
            if (groups[i] < 0) {
                return new int[0];
            }
        }
        if (v4) {
            long bits = v4(parts[parts.length - 1]);
            if (bits < 0) {
                return new int[0];
            }
            groups[count - 2] = (int) (bits >>> 16);
            groups[count - 1] = (int) (bits & 0xffff);
        }
        return groups;
    }

    private static int group(String hex) {
        if (hex.isEmpty() || hex.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }
}
