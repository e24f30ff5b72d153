package io.lethe.node.s3.checksum;

import io.lethe.node.base.Bytes;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checksum of an object or a part.
 *
 * @param parts how many parts a composite checksum is made of; 0 for that of the bytes themselves
 */
public record ChecksumValue(ChecksumAlgorithm algorithm, Bytes value, int parts) {
    /** How a multipart object's checksum comes about. */
    public enum Type {
        /** That of the bytes, whatever the parts. */
        FULL_OBJECT,
        /** That of the parts' checksums; told by {@code -N}. */
        COMPOSITE;

        private static final Map<String, Type> BY_WORD =
                Map.of(FULL_OBJECT.name(), FULL_OBJECT, COMPOSITE.name(), COMPOSITE);

        /** As in {@code x-amz-checksum-type}. */
        public static Optional<Type> byWord(String word) {
            return Optional.ofNullable(BY_WORD.get(word));
        }

        /** What S3 takes where the client says nothing. */
        public static Type byDefault(ChecksumAlgorithm algorithm) {
            return algorithm == ChecksumAlgorithm.CRC64NVME ? FULL_OBJECT : COMPOSITE;
        }

        /** Whether a multipart upload may have both. */
        public boolean fits(ChecksumAlgorithm algorithm) {
            return this == FULL_OBJECT
                    ? algorithm.combinable()
                    : algorithm != ChecksumAlgorithm.CRC64NVME;
        }
    }

    /**
     * One part of the whole.
     *
     * @param value its own checksum, not composite
     */
    public record Part(ChecksumValue value, long lengthBytes) {}

    /** Takes the run's value. */
    public static ChecksumValue of(ChecksumAlgorithm algorithm, RunningChecksum run) {
        return new ChecksumValue(algorithm, Bytes.wrap(run.value()), 0);
    }

    /**
     * Reads base64, with {@code -N} behind it for a composite one; empty where it is none of this
     * algorithm.
     */
    public static Optional<ChecksumValue> parse(ChecksumAlgorithm algorithm, String text) {
        int dash = text.indexOf('-');
        String base64 = dash < 0 ? text : text.substring(0, dash);
        String tail = dash < 0 ? "" : text.substring(dash + 1);
        // Base64 of n bytes has 4⌈n/3⌉ characters.
        if (base64.length() != (algorithm.lengthBytes() + 2) / 3 * 4
                || (dash >= 0 && !tail.matches("[1-9][0-9]{0,4}"))) {
            return Optional.empty();
        }
        try {
            byte[] value = Base64.getDecoder().decode(base64);
            return value.length == algorithm.lengthBytes()
                    ? Optional.of(
                            new ChecksumValue(
                                    algorithm,
                                    Bytes.wrap(value),
                                    dash < 0 ? 0 : Integer.parseInt(tail)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Base64, and {@code -N} for a composite one. */
    public String text() {
        String base64 = Base64.getEncoder().encodeToString(value.unsafeArray());
        return parts == 0 ? base64 : base64 + '-' + parts;
    }

    public Type type() {
        return parts == 0 ? Type.FULL_OBJECT : Type.COMPOSITE;
    }

    /** In constant time; a composite one equals none that is not. */
    public boolean same(ChecksumValue other) {
        return algorithm == other.algorithm
                && parts == other.parts
                && MessageDigest.isEqual(value.unsafeArray(), other.value.unsafeArray());
    }

    /**
     * That of the bytes of all parts in order.
     *
     * @throws IllegalArgumentException for an algorithm that can't be combined
     */
    public static ChecksumValue fullObject(ChecksumAlgorithm algorithm, List<Part> parts) {
        CrcCombiner combiner = algorithm.combiner();
        if (combiner == null) {
            throw new IllegalArgumentException(algorithm + " can't be combined from parts");
        }
        // The CRC of nothing is 0, and 0 combined with any CRC is that CRC.
        long crc = 0;
        for (Part part : parts) {
            crc = combiner.combine(crc, number(part.value().value()), part.lengthBytes());
        }
        byte[] value = new byte[algorithm.lengthBytes()];
        for (int i = value.length - 1; i >= 0; i--) {
            value[i] = (byte) crc;
            crc >>>= 8;
        }
        return new ChecksumValue(algorithm, Bytes.wrap(value), 0);
    }

    private static long number(Bytes value) {
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            number = (number << 8) | (value.at(i) & 0xff);
        }
        return number;
    }

    /** That of the parts' checksums in order, one behind the other. */
    public static ChecksumValue composite(ChecksumAlgorithm algorithm, List<Part> parts) {
        RunningChecksum run = algorithm.start();
        for (Part part : parts) {
            byte[] value = part.value().value().unsafeArray();
            run.update(value, 0, value.length);
        }
        return new ChecksumValue(algorithm, Bytes.wrap(run.value()), parts.size());
    }
}
