package io.lethe.node.s3;

import io.lethe.node.model.AccessKeyRecord;
import java.util.Optional;

/** Looks up who signs. Safe for any task; may wait for the directory. */
public interface S3Credentials {
    Optional<AccessKeyRecord> find(String accessKeyId);

    /** The secret as the client has it. */
    String secret(AccessKeyRecord key);
}
