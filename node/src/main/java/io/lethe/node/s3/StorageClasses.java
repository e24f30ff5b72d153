package io.lethe.node.s3;

import io.lethe.node.object.ObjectInfo;
import java.util.Locale;
import java.util.regex.Pattern;

/** S3's names of storage classes: STANDARD is the bucket's, others are Lethe's in capitals. */
public final class StorageClasses {
    /** ASCII without small letters: one spelling of each, since policies compare them as text. */
    private static final Pattern NAME = Pattern.compile("[!-`{-~]+");

    private static final String STANDARD = "STANDARD";

    private StorageClasses() {}

    /**
     * Empty: the bucket's.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidStorageClass for what is no name of any
     */
    public static String wanted(S3Request request) {
        String name = request.header("x-amz-storage-class").orElse(STANDARD);
        if (!NAME.matcher(name).matches()) {
            throw S3Error.INVALID_STORAGE_CLASS.exception();
        }
        return name.equals(STANDARD) ? "" : name.toLowerCase(Locale.ROOT);
    }

    /**
     * @param storageClass Lethe's; empty: the bucket's
     */
    public static String name(String storageClass) {
        return storageClass.isEmpty() ? STANDARD : storageClass.toUpperCase(Locale.ROOT);
    }

    public static String name(ObjectInfo info) {
        return name(info.otherClass() ? info.storageClass() : "");
    }
}
