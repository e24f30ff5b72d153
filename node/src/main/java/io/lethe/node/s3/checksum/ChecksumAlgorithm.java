package io.lethe.node.s3.checksum;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The algorithms, with S3's names for them. */
public enum ChecksumAlgorithm {
    CRC32("CRC32", 4),
    CRC32C("CRC32C", 4),
    CRC64NVME("CRC64NVME", 8),
    SHA1("SHA1", 20),
    SHA256("SHA256", 32);

    private static final Map<String, ChecksumAlgorithm> BY_HEADER =
            index(ChecksumAlgorithm::header);
    private static final Map<String, ChecksumAlgorithm> BY_ELEMENT =
            index(ChecksumAlgorithm::element);

    private final String word;
    private final int lengthBytes;

    ChecksumAlgorithm(String word, int lengthBytes) {
        this.word = word;
        this.lengthBytes = lengthBytes;
    }

    private static Map<String, ChecksumAlgorithm> index(Function<ChecksumAlgorithm, String> name) {
        return Arrays.stream(values())
                .collect(Collectors.toUnmodifiableMap(name, Function.identity()));
    }

    /** As in {@code x-amz-checksum-algorithm}. */
    public String word() {
        return word;
    }

    /** The header of its value, e.g. {@code x-amz-checksum-crc32}. */
    public String header() {
        return "x-amz-checksum-" + word.toLowerCase(Locale.ROOT);
    }

    /** The element of its value, e.g. {@code ChecksumCRC32}. */
    public String element() {
        return "Checksum" + word;
    }

    public int lengthBytes() {
        return lengthBytes;
    }

    /** Whether the whole's value follows from those of parts and their lengths. */
    public boolean combinable() {
        return combiner() != null;
    }

    @Nullable CrcCombiner combiner() {
        return switch (this) {
            case CRC32 -> CrcCombiner.CRC32;
            case CRC32C -> CrcCombiner.CRC32C;
            case CRC64NVME -> CrcCombiner.CRC64NVME;
            case SHA1, SHA256 -> null;
        };
    }

    public RunningChecksum start() {
        return switch (this) {
            case CRC32 -> new RunningChecksum.Crc(new CRC32(), lengthBytes);
            case CRC32C -> new RunningChecksum.Crc(new CRC32C(), lengthBytes);
            case CRC64NVME -> new RunningChecksum.Crc(new Crc64Nvme(), lengthBytes);
            case SHA1 -> RunningChecksum.Digest.of("SHA-1");
            case SHA256 -> RunningChecksum.Digest.of("SHA-256");
        };
    }

    /** In any case, as clients write it. */
    public static Optional<ChecksumAlgorithm> byWord(String word) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.word.equalsIgnoreCase(word))
                .findFirst();
    }

    public static Optional<ChecksumAlgorithm> byHeader(String lowerCaseName) {
        return Optional.ofNullable(BY_HEADER.get(lowerCaseName));
    }

    public static Optional<ChecksumAlgorithm> byElement(String name) {
        return Optional.ofNullable(BY_ELEMENT.get(name));
    }
}
