package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.EncryptionConfiguration;
import io.lethe.node.s3.xml.EncryptionConfiguration.Algorithm;
import java.util.Optional;

/**
 * GET, PUT and DELETE of a bucket's {@code ?encryption}. Everything is encrypted, under keys of its
 * own; so that is what a bucket without a configuration says too, as S3's do.
 */
final class BucketEncryption {
    private BucketEncryption() {}

    static void get(S3Call call) throws InterruptedException {
        EncryptionConfiguration always =
                new EncryptionConfiguration(Algorithm.AES256, Optional.empty(), false);
        call.xml(
                200,
                BucketDocuments.look(call, BucketSetting.ENCRYPTION)
                        .orElseGet(() -> Bytes.wrap(always.write())));
    }

    /**
     * @throws io.lethe.node.s3.S3Exception NotImplemented for any but AES256
     */
    static void put(S3Call call) throws InterruptedException {
        EncryptionConfiguration wanted = EncryptionConfiguration.parse(call.wholeBody(true));
        if (wanted.algorithm() != Algorithm.AES256) {
            throw S3Error.NOT_IMPLEMENTED.because(
                    "Encryption by keys of a key management service is not implemented.");
        }
        BucketDocuments.set(call, BucketSetting.ENCRYPTION, Bytes.wrap(wanted.write()));
        call.empty(200);
    }

    static void delete(S3Call call) throws InterruptedException {
        BucketDocuments.set(call, BucketSetting.ENCRYPTION, Bytes.EMPTY);
        call.empty(204);
    }
}
