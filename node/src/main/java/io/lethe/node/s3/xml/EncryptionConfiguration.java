package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.Map;
import java.util.Optional;

/** How a bucket's new objects are encrypted by default. */
public record EncryptionConfiguration(
        Algorithm algorithm, Optional<String> kmsKeyId, boolean bucketKey) {
    public enum Algorithm {
        AES256("AES256"),
        KMS("aws:kms"),
        KMS_DSSE("aws:kms:dsse");

        private final String word;

        Algorithm(String word) {
            this.word = word;
        }

        /** As S3 writes it. */
        public String word() {
            return word;
        }
    }

    /** A key's ARN, at most. */
    private static final int MOST_KEY_ID_CHARS = 2048;

    private static final Map<String, Algorithm> WORDS =
            Words.of(Algorithm.values(), Algorithm::word);

    private record Default(Algorithm algorithm, Optional<String> kmsKeyId) {}

    /**
     * @throws io.lethe.node.s3.S3Exception MalformedXML, InvalidArgument
     */
    public static EncryptionConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "ServerSideEncryptionConfiguration");
        EncryptionConfiguration rule = null;
        while (in.next()) {
            if (!in.name().equals("Rule")) {
                throw in.unexpected();
            }
            rule = XmlReader.once(rule, rule(in));
        }
        in.end();
        return XmlReader.needed(rule);
    }

    private static EncryptionConfiguration rule(XmlReader in) {
        Default byDefault = null;
        Boolean bucketKey = null;
        while (in.next()) {
            switch (in.name()) {
                case "ApplyServerSideEncryptionByDefault" ->
                        byDefault = XmlReader.once(byDefault, byDefault(in));
                case "BucketKeyEnabled" -> bucketKey = XmlReader.once(bucketKey, in.bool());
                default -> throw in.unexpected();
            }
        }
        Default known = XmlReader.needed(byDefault);
        return new EncryptionConfiguration(
                known.algorithm(), known.kmsKeyId(), bucketKey != null && bucketKey);
    }

    private static Default byDefault(XmlReader in) {
        Algorithm algorithm = null;
        String keyId = null;
        while (in.next()) {
            switch (in.name()) {
                case "SSEAlgorithm" -> algorithm = XmlReader.once(algorithm, in.choice(WORDS));
                case "KMSMasterKeyID" -> keyId = XmlReader.once(keyId, in.word());
                default -> throw in.unexpected();
            }
        }
        Optional<String> key = Optional.ofNullable(keyId).filter(id -> !id.isEmpty());
        if (key.isPresent() && algorithm == Algorithm.AES256) {
            throw S3Error.INVALID_ARGUMENT
                    .because(
                            "a KMSMasterKeyID is not applicable if the default sse algorithm is"
                                    + " not aws:kms or aws:kms:dsse")
                    .with("ArgumentName", "ApplyServerSideEncryptionByDefault");
        }
        if (key.isPresent() && key.get().length() > MOST_KEY_ID_CHARS) {
            throw XmlReader.malformed();
        }
        return new Default(XmlReader.needed(algorithm), key);
    }

    /** The document that GetBucketEncryption answers with. */
    public byte[] write() {
        XmlWriter out =
                XmlWriter.s3("ServerSideEncryptionConfiguration")
                        .open("Rule")
                        .open("ApplyServerSideEncryptionByDefault")
                        .text("SSEAlgorithm", algorithm.word());
        kmsKeyId.ifPresent(id -> out.text("KMSMasterKeyID", id));
        return out.close().bool("BucketKeyEnabled", bucketKey).end();
    }
}
