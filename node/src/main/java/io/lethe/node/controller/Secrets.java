package io.lethe.node.controller;

import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.List;

/** Key material that the controller orders but never sees. */
public interface Secrets {
    /** The operator's own tenant, user and access key, made at the cluster's birth. */
    record First(TenantRecord tenant, UserRecord user, AccessKeyRecord key) {}

    First first();

    /** Name of the access key that {@link #first} makes. */
    String firstAccessKeyId();

    /** A new ticket key, sealed to each of the nodes. */
    List<SealedTicketKey> freshTicketKey(int keyId, List<NodeRecord> nodes);
}
