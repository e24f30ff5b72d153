package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Uploads;
import io.lethe.node.object.Uploads.PartInfo;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** GET of {@code ?attributes}: what HEAD and ListParts say of a version, as far as it is asked. */
final class GetObjectAttributes implements Operation {
    private static final String ASKED = "x-amz-object-attributes";

    private enum Attribute {
        ETAG("ETag"),
        CHECKSUM("Checksum"),
        OBJECT_PARTS("ObjectParts"),
        STORAGE_CLASS("StorageClass"),
        OBJECT_SIZE("ObjectSize");

        private final String word;

        Attribute(String word) {
            this.word = word;
        }
    }

    @Override
    public void run(S3Call call) throws InterruptedException {
        checkRead(call);
        Set<Attribute> asked = asked(call);
        ObjectInfo info = ObjectAnswers.headAsReader(call);
        ObjectHeaders.versionId(call, info);
        call.header("last-modified", HttpDates.format(info.createdMillis()));
        XmlWriter out = XmlWriter.s3("GetObjectAttributesResponse");
        Optional<ChecksumValue> checksum = checksum(info);
        if (asked.contains(Attribute.ETAG)) {
            out.text("ETag", info.etag());
        }
        if (asked.contains(Attribute.CHECKSUM) && checksum.isPresent()) {
            out.open("Checksum")
                    .text(checksum.get().algorithm().element(), checksum.get().text())
                    .text("ChecksumType", checksum.get().type().name())
                    .close();
        }
        if (asked.contains(Attribute.OBJECT_PARTS) && info.partsCount() > 0) {
            parts(call, info, checksum.isPresent(), out);
        }
        if (asked.contains(Attribute.STORAGE_CLASS)) {
            out.text("StorageClass", StorageClasses.name(info));
        }
        if (asked.contains(Attribute.OBJECT_SIZE)) {
            out.number("ObjectSize", info.sizeBytes());
        }
        call.xml(200, out);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception InvalidArgument for none, and for an unknown one
     */
    private static Set<Attribute> asked(S3Call call) {
        Set<Attribute> asked = EnumSet.noneOf(Attribute.class);
        String header = call.request().joinedHeader(ASKED).orElse("");
        for (String word : header.split(",", -1)) {
            asked.add(attribute(word.strip()));
        }
        return asked;
    }

    private static Attribute attribute(String word) {
        for (Attribute known : Attribute.values()) {
            if (known.word.equalsIgnoreCase(word)) {
                return known;
            }
        }
        throw Parameters.invalid(ASKED, word, "Invalid attribute name specified.");
    }

    /**
     * Whoever asks may read the object too.
     *
     * @throws io.lethe.node.s3.S3Exception AccessDenied
     */
    private static void checkRead(S3Call call) throws InterruptedException {
        String version = ObjectAnswers.wantedVersion(call);
        String action = version.isEmpty() ? "s3:GetObject" : "s3:GetObjectVersion";
        if (!call.access().allows(action, call.key(), version)) {
            throw S3Error.ACCESS_DENIED.exception();
        }
    }

    /** Of the whole object. */
    private static Optional<ChecksumValue> checksum(ObjectInfo info) {
        for (Map.Entry<String, String> header : info.attributes().headers().entrySet()) {
            Optional<ChecksumValue> value =
                    ChecksumAlgorithm.byHeader(header.getKey())
                            .flatMap(known -> ChecksumValue.parse(known, header.getValue()));
            if (value.isPresent()) {
                return value;
            }
        }
        return Optional.empty();
    }

    /**
     * @param each whether each part is told: as S3, only of objects with a checksum
     */
    private static void parts(S3Call call, ObjectInfo info, boolean each, XmlWriter out)
            throws InterruptedException {
        int most = number(call, "x-amz-max-parts", Objects.MOST_PAGE, 1);
        int after = number(call, "x-amz-part-number-marker", 0, 0);
        out.open("ObjectParts");
        if (each) {
            Uploads.PartPage page =
                    call.ports()
                            .objects()
                            .uploads()
                            .partsOf(
                                    call.caller(),
                                    call.bucket(),
                                    call.key(),
                                    info.versionId(),
                                    after,
                                    Math.min(most, Objects.MOST_PAGE),
                                    call.deadlineNanos());
            out.bool("IsTruncated", page.next() != 0)
                    .number("MaxParts", Math.min(most, Objects.MOST_PAGE))
                    .number("NextPartNumberMarker", page.next())
                    .number("PartNumberMarker", after);
            for (PartInfo part : page.parts()) {
                out.open("Part")
                        .number("PartNumber", part.number())
                        .number("Size", part.sizeBytes());
                UploadChecksums.ofPart(part.checksum())
                        .ifPresent(sum -> out.text(sum.algorithm().element(), sum.text()));
                out.close();
            }
        }
        out.number("PartsCount", info.partsCount()).close();
    }

    private static int number(S3Call call, String header, int fallback, int least) {
        String text = call.request().header(header).orElse("");
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number that is too small.
        }
        throw Parameters.invalid(
                header,
                text,
                String.format(Locale.ROOT, "%s must be an integer of at least %d", header, least));
    }
}
