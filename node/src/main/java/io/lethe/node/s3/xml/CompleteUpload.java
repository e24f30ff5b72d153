package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The parts that CompleteMultipartUpload puts together, ascending. */
public record CompleteUpload(List<Part> parts) {
    /** As S3. */
    public static final int MOST_PARTS = 10_000;

    /**
     * @param eTag without quotes
     * @param checksums base64, as the client has them
     */
    public record Part(int number, String eTag, Map<ChecksumAlgorithm, String> checksums) {
        public Part {
            checksums = Map.copyOf(checksums);
        }
    }

    public CompleteUpload {
        parts = List.copyOf(parts);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception MalformedXML, InvalidPartOrder, InvalidArgument
     */
    public static CompleteUpload parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "CompleteMultipartUpload", XmlReader.MOST_LIST_BYTES);
        List<Part> parts = new ArrayList<>();
        while (in.next()) {
            if (!in.name().equals("Part") || parts.size() == MOST_PARTS) {
                throw in.unexpected();
            }
            parts.add(part(in));
        }
        in.end();
        if (parts.isEmpty()) {
            throw XmlReader.malformed();
        }
        for (int i = 1; i < parts.size(); i++) {
            if (parts.get(i).number() <= parts.get(i - 1).number()) {
                throw S3Error.INVALID_PART_ORDER.exception();
            }
        }
        return new CompleteUpload(parts);
    }

    private static Part part(XmlReader in) {
        Integer number = null;
        String eTag = null;
        Map<ChecksumAlgorithm, String> checksums = new EnumMap<>(ChecksumAlgorithm.class);
        while (in.next()) {
            String name = in.name();
            switch (name) {
                case "PartNumber" -> number = XmlReader.once(number, in.integer());
                case "ETag" -> eTag = XmlReader.once(eTag, DeleteRequest.unquoted(in.word()));
                default -> {
                    ChecksumAlgorithm algorithm =
                            ChecksumAlgorithm.byElement(name).orElseThrow(XmlReader::malformed);
                    if (checksums.put(algorithm, in.word()) != null) {
                        throw XmlReader.malformed();
                    }
                }
            }
        }
        int known = XmlReader.needed(number);
        if (known < 1 || known > MOST_PARTS) {
            throw S3Error.INVALID_ARGUMENT
                    .because("Part number must be an integer between 1 and 10000, inclusive")
                    .with("ArgumentName", "partNumber")
                    .with("ArgumentValue", Integer.toString(known));
        }
        return new Part(known, XmlReader.needed(eTag), checksums);
    }
}
