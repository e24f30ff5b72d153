package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.controller.Secrets;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.List;

/** Key material for a controller: the one tenant, and keys that nobody needs. */
final class SimSecrets implements Secrets {
    @Override
    public String firstAccessKeyId() {
        return "SIM";
    }

    @Override
    public First first() {
        Id128 user = new Id128(8, 8);
        return new First(
                new TenantRecord(SimCluster.TENANT, "sim", "Simulated", 1, Bytes.utf8("key")),
                new UserRecord(SimCluster.TENANT, user, "operator"),
                new AccessKeyRecord("SIM", SimCluster.TENANT, user, Bytes.utf8("s"), true));
    }

    @Override
    public List<SealedTicketKey> freshTicketKey(int keyId, List<NodeRecord> nodes) {
        return nodes.stream()
                .map(node -> new SealedTicketKey(node.id(), Bytes.utf8("key-" + keyId)))
                .toList();
    }
}
