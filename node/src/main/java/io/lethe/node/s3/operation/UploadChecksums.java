package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.DeclaredChecksum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an upload and its parts remember of checksums. An upload: {@code ALGORITHM TYPE}, as the
 * client's headers have them, or nothing. A part: {@code ALGORITHM base64}, or nothing. In ASCII.
 */
final class UploadChecksums {
    private UploadChecksums() {}

    /** What was asked for when an upload began. */
    record Wanted(ChecksumAlgorithm algorithm, ChecksumValue.Type type) {
        Bytes encode() {
            return Bytes.utf8(algorithm.word() + ' ' + type.name());
        }
    }

    static Optional<Wanted> wanted(S3Request request) {
        return DeclaredChecksum.wanted(request)
                .map(algorithm -> new Wanted(algorithm, DeclaredChecksum.type(request, algorithm)));
    }

    static Optional<Wanted> decode(Bytes stored) {
        String[] words = stored.utf8().split(" ", -1);
        return words.length != 2
                ? Optional.empty()
                : ChecksumAlgorithm.byWord(words[0])
                        .flatMap(
                                algorithm ->
                                        ChecksumValue.Type.byWord(words[1])
                                                .map(type -> new Wanted(algorithm, type)));
    }

    static Bytes encode(ChecksumValue value) {
        return Bytes.utf8(value.algorithm().word() + ' ' + value.text());
    }

    static Optional<ChecksumValue> ofPart(Bytes stored) {
        String[] words = stored.utf8().split(" ", -1);
        return words.length != 2
                ? Optional.empty()
                : ChecksumAlgorithm.byWord(words[0])
                        .flatMap(algorithm -> ChecksumValue.parse(algorithm, words[1]));
    }

    /**
     * The whole object's checksum; empty where a part has none of the algorithm.
     *
     * @param parts those that the object is made of, in order
     */
    static Optional<ChecksumValue> whole(Wanted wanted, List<PartInfo> parts) {
        List<ChecksumValue.Part> values = new ArrayList<>();
        for (PartInfo part : parts) {
            Optional<ChecksumValue> value = ofPart(part.checksum());
            if (value.isEmpty() || value.get().algorithm() != wanted.algorithm()) {
                return Optional.empty();
            }
            values.add(new ChecksumValue.Part(value.get(), part.sizeBytes()));
        }
        return Optional.of(
                wanted.type() == ChecksumValue.Type.FULL_OBJECT
                        ? ChecksumValue.fullObject(wanted.algorithm(), values)
                        : ChecksumValue.composite(wanted.algorithm(), values));
    }
}
