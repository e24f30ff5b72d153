package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.log.ActorRole;
import io.lethe.node.crypto.log.Checkpoint;
import io.lethe.node.crypto.log.LogEvent;
import io.lethe.node.crypto.log.MalformedNoteException;
import io.lethe.node.crypto.log.SignedNote;
import io.lethe.node.metadata.command.DirectoryCommand.EnrolSigner;
import io.lethe.node.metadata.command.DirectoryCommand.OfLog;
import io.lethe.node.metadata.command.DirectoryCommand.PublishCheckpoint;
import io.lethe.node.metadata.command.DirectoryCommand.RevokeSigner;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.SignerRecord.Kind;

/**
 * Decides about the keys by which the cluster signs, each of which the transparency log has from
 * its first to its last day, and about the log's checkpoints. Static and pure.
 *
 * <pre>
 * signer      none → enrolled → revoked. There is one good key for the log, made once; one for
 *             certificates; and one of each node.
 * checkpoint  of all leaves that there are, never of fewer than the one before
 * </pre>
 */
final class Signers {
    private Signers() {}

    static DirectoryReply decide(DirectoryDraft draft, OfLog command) {
        return switch (command) {
            case EnrolSigner c -> enrol(draft, c);
            case RevokeSigner c -> revoke(draft, c);
            case PublishCheckpoint c -> publish(draft, c);
        };
    }

    private static DirectoryReply enrol(DirectoryDraft draft, EnrolSigner c) {
        SignerRecord signer = c.signer();
        SignerRecord before = Table.SIGNERS.get(draft.rows, signer.publicKey());
        if (before != null) {
            return before.revoked() ? invalid("this key was revoked; make a fresh one") : DONE;
        }
        if (signer.publicKey().length() != Ed25519.KEY_BYTES
                || (signer.kind() == Kind.NODE) != (signer.node() != null)) {
            return invalid("a signer of kind " + signer.kind() + " without its key or node");
        }
        NodeId node = signer.node();
        NodeRecord known = node == null ? null : Table.NODES.get(draft.rows, node);
        if (node != null && (known == null || known.removed())) {
            return invalid("node " + node + " is unknown, or was removed");
        }
        for (SignerRecord other : Table.SIGNERS.records(draft.rows)) {
            boolean same =
                    other.kind() == signer.kind()
                            && java.util.Objects.equals(other.node(), signer.node())
                            && !other.revoked();
            if (same && signer.kind() != Kind.NODE) {
                return refused(
                        ErrorCode.STALE_EPOCH,
                        "there is a key of kind " + signer.kind() + " already");
            }
            if (same) {
                end(draft, other, draft.head.stateMillis);
            }
        }
        long leaf =
                switch (signer.kind()) {
                    case LOG -> -1;
                    case CERTIFICATE ->
                            draft.log(
                                    ActorRole.CLUSTER,
                                    new LogEvent.CertificateKeyEnrolled(signer.publicKey()));
                    case NODE ->
                            draft.log(
                                    ActorRole.CLUSTER,
                                    new LogEvent.NodeKeyEnrolled(
                                            java.util.Objects.requireNonNull(node),
                                            signer.publicKey()));
                };
        return draft.put(Table.SIGNERS, signer.publicKey(), signer.since(leaf));
    }

    private static DirectoryReply revoke(DirectoryDraft draft, RevokeSigner c) {
        SignerRecord signer = Table.SIGNERS.get(draft.rows, c.publicKey());
        if (signer == null || signer.kind() == Kind.LOG) {
            return invalid("there is no key " + c.publicKey().hex() + " that can be revoked");
        }
        if (!signer.revoked()) {
            end(draft, signer, c.untilMillis());
        }
        return DONE;
    }

    private static void end(DirectoryDraft draft, SignerRecord signer, long untilMillis) {
        NodeId node = signer.node();
        long leaf =
                draft.log(
                        ActorRole.CLUSTER,
                        node == null
                                ? new LogEvent.CertificateKeyRevoked(
                                        signer.publicKey(), untilMillis)
                                : new LogEvent.NodeKeyRevoked(
                                        node, signer.publicKey(), untilMillis));
        var _ = draft.put(Table.SIGNERS, signer.publicKey(), signer.until(leaf));
    }

    /** A node is taken out for good: its key goes with it. */
    static void ended(DirectoryDraft draft, NodeId node) {
        for (SignerRecord one : Table.SIGNERS.records(draft.rows)) {
            if (node.equals(one.node()) && !one.revoked()) {
                end(draft, one, draft.head.stateMillis);
            }
        }
    }

    private static DirectoryReply publish(DirectoryDraft draft, PublishCheckpoint c) {
        var frontier = LogRows.frontier(draft.rows);
        if (frontier.size() != c.size()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "the log has " + frontier.size() + " leaves by now; sign it again");
        }
        try {
            Checkpoint said = Checkpoint.parse(SignedNote.parse(c.note()).text());
            if (said.size() != frontier.size() || !said.root().equals(frontier.root())) {
                return invalid("the checkpoint is of another tree");
            }
        } catch (MalformedNoteException e) {
            return invalid("this is no checkpoint: " + e.getMessage());
        }
        draft.change(LogRows.putCheckpoint(c.note()));
        return DONE;
    }
}
