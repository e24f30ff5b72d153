package io.lethe.node.s3;

import io.lethe.node.s3.xml.Tagging;
import io.lethe.node.s3.xml.Tagging.Tag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code x-amz-tagging}: tags as the parameters of a query. Static and pure. */
public final class TaggingHeader {
    /** Ten tags of 384 characters of four bytes, each byte encoded. */
    private static final int MOST_CHARS = 10 * 384 * 4 * 3;

    private TaggingHeader() {}

    /**
     * No tags where the header is absent.
     *
     * @throws S3Exception InvalidArgument, InvalidTag, BadRequest
     */
    public static Tagging of(S3Request request) {
        return parse(String.join("&", request.headerValues("x-amz-tagging")));
    }

    /**
     * @param header as it came
     */
    static Tagging parse(String header) {
        if (header.length() > MOST_CHARS) {
            throw malformed();
        }
        List<Tag> tags = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String pair : header.strip().split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                Tag tag =
                        new Tag(
                                decode(equals < 0 ? pair : pair.substring(0, equals)),
                                equals < 0 ? "" : decode(pair.substring(equals + 1)));
                if (!names.add(tag.key())) {
                    throw malformed();
                }
                tags.add(tag);
            }
        }
        return new Tagging(Tagging.checked(tags, Tagging.MOST_OBJECT_TAGS, "Object"));
    }

    private static String decode(String text) {
        try {
            return PercentCoding.decodeText(text, true);
        } catch (S3Exception e) {
            throw malformed();
        }
    }

    private static S3Exception malformed() {
        return S3Error.INVALID_ARGUMENT
                .because(
                        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL"
                                + " query parameters without tag name duplicates.")
                .with("ArgumentName", "x-amz-tagging");
    }
}
