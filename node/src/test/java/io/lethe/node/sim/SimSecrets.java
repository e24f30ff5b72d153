package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.controller.Secrets;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.NodeRecord;
import java.util.List;

/** Key material for a controller of a cluster whose tenant exists already. */
final class SimSecrets implements Secrets {
    @Override
    public String firstAccessKeyId() {
        return "SIM";
    }

    @Override
    public First first() {
        throw new IllegalStateException("the simulated cluster is born with its tenant");
    }

    @Override
    public List<SealedTicketKey> freshTicketKey(int keyId, List<NodeRecord> nodes) {
        return nodes.stream()
                .map(node -> new SealedTicketKey(node.id(), Bytes.utf8("key-" + keyId)))
                .toList();
    }
}
