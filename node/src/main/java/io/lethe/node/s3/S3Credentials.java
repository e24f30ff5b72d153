package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.AccessKeyRecord;
import java.util.Optional;

/** Looks up who signs. Safe for any task; may wait for the directory. */
public interface S3Credentials {
    Optional<AccessKeyRecord> find(String accessKeyId);

    /** The secret as the client has it. */
    String secret(AccessKeyRecord key);

    /** Seals what a session says that came from an access key, so that every node can open it. */
    Bytes sealSession(AccessKeyRecord parent, byte[] session);

    /**
     * @throws io.lethe.node.model.StoreException CORRUPT for what was not sealed for this key
     */
    byte[] openSession(AccessKeyRecord parent, Bytes sealed);
}
