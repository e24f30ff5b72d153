package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;

/** One of S3's operations: reads what the request says, does it, answers. Stateless. */
@FunctionalInterface
public interface Operation {
    /**
     * @throws io.lethe.node.s3.S3Exception what S3 answers instead
     * @throws io.lethe.node.model.StoreException a failure of the store, told as S3 does
     */
    void run(S3Call call) throws InterruptedException;
}
