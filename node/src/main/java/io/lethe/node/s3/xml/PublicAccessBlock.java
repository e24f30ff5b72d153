package io.lethe.node.s3.xml;

import org.jspecify.annotations.Nullable;

/** Which ways to public access are closed; what is not said stays open. */
public record PublicAccessBlock(
        boolean blockPublicAcls,
        boolean ignorePublicAcls,
        boolean blockPublicPolicy,
        boolean restrictPublicBuckets) {
    /** Of a bucket whose owner took it off. */
    public static final PublicAccessBlock NONE = new PublicAccessBlock(false, false, false, false);

    /** Of a bucket whose owner never said anything of it, as S3's since April 2023. */
    public static final PublicAccessBlock ALL = new PublicAccessBlock(true, true, true, true);

    public static PublicAccessBlock parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "PublicAccessBlockConfiguration");
        Boolean blockAcls = null;
        Boolean ignoreAcls = null;
        Boolean blockPolicy = null;
        Boolean restrict = null;
        while (in.next()) {
            switch (in.name()) {
                case "BlockPublicAcls" -> blockAcls = XmlReader.once(blockAcls, in.bool());
                case "IgnorePublicAcls" -> ignoreAcls = XmlReader.once(ignoreAcls, in.bool());
                case "BlockPublicPolicy" -> blockPolicy = XmlReader.once(blockPolicy, in.bool());
                case "RestrictPublicBuckets" -> restrict = XmlReader.once(restrict, in.bool());
                default -> throw in.unexpected();
            }
        }
        in.end();
        return new PublicAccessBlock(
                isTrue(blockAcls), isTrue(ignoreAcls), isTrue(blockPolicy), isTrue(restrict));
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return value != null && value;
    }

    /**
     * What is kept of one that was taken off: as {@link #NONE}, and told from one that says so.
     * {@link #write} makes no such document.
     */
    public static byte[] takenOff() {
        return XmlWriter.s3("PublicAccessBlockConfiguration").end();
    }

    /** The document that GetPublicAccessBlock answers with. */
    public byte[] write() {
        return XmlWriter.s3("PublicAccessBlockConfiguration")
                .bool("BlockPublicAcls", blockPublicAcls)
                .bool("IgnorePublicAcls", ignorePublicAcls)
                .bool("BlockPublicPolicy", blockPublicPolicy)
                .bool("RestrictPublicBuckets", restrictPublicBuckets)
                .end();
    }
}
