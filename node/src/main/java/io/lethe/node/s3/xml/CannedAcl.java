package io.lethe.node.s3.xml;

import java.util.Map;
import java.util.Optional;

/** The ACLs that have a name; the only ones that are served. */
public enum CannedAcl {
    PRIVATE("private"),
    PUBLIC_READ("public-read"),
    PUBLIC_READ_WRITE("public-read-write"),
    AUTHENTICATED_READ("authenticated-read"),
    AWS_EXEC_READ("aws-exec-read"),
    BUCKET_OWNER_READ("bucket-owner-read"),
    BUCKET_OWNER_FULL_CONTROL("bucket-owner-full-control"),
    LOG_DELIVERY_WRITE("log-delivery-write");

    private static final Map<String, CannedAcl> BY_WORD = Words.of(values(), CannedAcl::word);

    private final String word;

    CannedAcl(String word) {
        this.word = word;
    }

    /** As in {@code x-amz-acl}. */
    public String word() {
        return word;
    }

    public static Optional<CannedAcl> byWord(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }
}
