package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import java.util.Locale;

/** S3's names of storage classes: STANDARD is the bucket's, others are Lethe's in capitals. */
final class StorageClasses {
    private StorageClasses() {}

    /** Empty: the bucket's. */
    static String wanted(S3Call call) {
        String name = call.request().header("x-amz-storage-class").orElse("STANDARD");
        return name.equals("STANDARD") ? "" : name.toLowerCase(Locale.ROOT);
    }
}
