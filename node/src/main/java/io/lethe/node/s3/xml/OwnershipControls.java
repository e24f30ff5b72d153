package io.lethe.node.s3.xml;

import java.util.Map;

/** Who owns objects that others put into a bucket. */
public record OwnershipControls(Ownership ownership) {
    public enum Ownership {
        BUCKET_OWNER_ENFORCED("BucketOwnerEnforced"),
        BUCKET_OWNER_PREFERRED("BucketOwnerPreferred"),
        OBJECT_WRITER("ObjectWriter");

        private final String word;

        Ownership(String word) {
            this.word = word;
        }

        /** As S3 writes it. */
        public String word() {
            return word;
        }
    }

    private static final Map<String, Ownership> WORDS =
            Words.of(Ownership.values(), Ownership::word);

    public static OwnershipControls parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "OwnershipControls");
        Ownership ownership = null;
        while (in.next()) {
            if (!in.name().equals("Rule")) {
                throw in.unexpected();
            }
            ownership = XmlReader.once(ownership, rule(in));
        }
        in.end();
        return new OwnershipControls(XmlReader.needed(ownership));
    }

    private static Ownership rule(XmlReader in) {
        Ownership ownership = null;
        while (in.next()) {
            if (!in.name().equals("ObjectOwnership")) {
                throw in.unexpected();
            }
            ownership = XmlReader.once(ownership, in.choice(WORDS));
        }
        return XmlReader.needed(ownership);
    }

    /** The document that GetBucketOwnershipControls answers with. */
    public byte[] write() {
        return XmlWriter.s3("OwnershipControls")
                .open("Rule")
                .text("ObjectOwnership", ownership.word())
                .end();
    }
}
