package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tags of an object or a bucket, valid as S3 says. */
public record Tagging(List<Tag> tags) {
    /** On an object. */
    public static final int MOST_OBJECT_TAGS = 10;

    /** On a bucket. */
    public static final int MOST_BUCKET_TAGS = 50;

    private static final int MOST_KEY_CHARS = 128;
    private static final int MOST_VALUE_CHARS = 256;

    public record Tag(String key, String value) {}

    public Tagging {
        tags = List.copyOf(tags);
    }

    public static Tagging parseObject(byte[] body) {
        return new Tagging(checked(parse(body), MOST_OBJECT_TAGS, "Object"));
    }

    public static Tagging parseBucket(byte[] body) {
        return new Tagging(checked(parse(body), MOST_BUCKET_TAGS, "Bucket"));
    }

    private static List<Tag> parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "Tagging");
        List<Tag> tags = null;
        while (in.next()) {
            if (!in.name().equals("TagSet")) {
                throw in.unexpected();
            }
            tags = XmlReader.once(tags, tagSet(in));
        }
        in.end();
        return XmlReader.needed(tags);
    }

    static List<Tag> tagSet(XmlReader in) {
        List<Tag> tags = new ArrayList<>();
        while (in.next()) {
            if (!in.name().equals("Tag")) {
                throw in.unexpected();
            }
            tags.add(tag(in));
        }
        return tags;
    }

    static Tag tag(XmlReader in) {
        String key = null;
        String value = null;
        while (in.next()) {
            switch (in.name()) {
                case "Key" -> key = XmlReader.once(key, in.text());
                case "Value" -> value = XmlReader.once(value, in.text());
                default -> throw in.unexpected();
            }
        }
        return new Tag(XmlReader.needed(key), XmlReader.needed(value));
    }

    /**
     * @throws S3Exception BadRequest for too many, InvalidTag for a bad one
     */
    public static List<Tag> checked(List<Tag> tags, int most, String what) {
        if (tags.size() > most) {
            throw S3Error.BAD_REQUEST.because(what + " tags cannot be greater than " + most);
        }
        Set<String> keys = new HashSet<>();
        for (Tag tag : tags) {
            String fault = fault(tag);
            if (fault != null) {
                throw S3Error.INVALID_TAG.because(fault).with("TagKey", tag.key());
            }
            if (!keys.add(tag.key())) {
                throw S3Error.INVALID_TAG
                        .because("Cannot provide multiple Tags with the same key")
                        .with("TagKey", tag.key());
            }
        }
        return List.copyOf(tags);
    }

    private static @Nullable String fault(Tag tag) {
        int keyChars = tag.key().codePointCount(0, tag.key().length());
        if (keyChars == 0 || keyChars > MOST_KEY_CHARS || !allowed(tag.key())) {
            return "The TagKey you have provided is invalid";
        }
        int valueChars = tag.value().codePointCount(0, tag.value().length());
        if (valueChars > MOST_VALUE_CHARS || !allowed(tag.value())) {
            return "The TagValue you have provided is invalid";
        }
        if (tag.key().startsWith("aws:")) {
            return "System tags cannot be added/updated by requester";
        }
        return null;
    }

    /** Letters, digits and spaces of any script, and a few signs. */
    private static boolean allowed(String text) {
        return text.codePoints()
                .allMatch(
                        one ->
                                Character.isLetterOrDigit(one)
                                        || Character.isSpaceChar(one)
                                        || Character.getType(one) == Character.NON_SPACING_MARK
                                        || Character.getType(one)
                                                == Character.COMBINING_SPACING_MARK
                                        || "_.:/=+-@".indexOf(one) >= 0);
    }

    /** In order. */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }

    /** The {@code TagSet} element. */
    public void writeTo(XmlWriter out) {
        out.open("TagSet");
        for (Tag tag : tags) {
            out.open("Tag").text("Key", tag.key()).text("Value", tag.value()).close();
        }
        out.close();
    }
}
