package io.lethe.node.controller;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.crypto.MessageSigner;
import io.lethe.node.crypto.log.Checkpoint;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.MalformedNoteException;
import io.lethe.node.crypto.log.NoteSigner;
import io.lethe.node.crypto.log.SignatureType;
import io.lethe.node.crypto.log.SignedNote;
import io.lethe.node.crypto.log.VerifierKey;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.SignerRecord.Kind;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Optional;

/**
 * The controller's care for the transparency log: sees to it that the cluster has its two keys,
 * which the root-key provider opens, and that the newest leaf is under a signed checkpoint. One
 * task.
 *
 * <p>Only what the directory itself has decided is signed, and it takes a checkpoint only of all
 * that it has: so no two checkpoints contradict each other, whoever is the controller.
 */
public final class LogKeeper implements Worker {
    /** Before the cluster's id in the log's name. */
    private static final String ORIGIN = "lethe/";

    /** The cluster's own keys, as the provider of root keys keeps them. */
    public interface SigningKeys {
        /** A new key pair, wrapped by the root key. */
        SignerRecord fresh(Kind kind);

        /**
         * @throws StoreException UNAVAILABLE when the root-key provider does not answer
         */
        MessageSigner open(SignerRecord signer);
    }

    private final ControllerPorts ports;
    private final Orders orders;
    private final SigningKeys keys;

    public LogKeeper(ControllerPorts ports, SigningKeys keys) {
        this.ports = ports;
        this.keys = keys;
        orders = new Orders(ports);
    }

    /** What the log of a cluster is called in its checkpoints. */
    public static String origin(Id128 cluster) {
        return ORIGIN + cluster;
    }

    /** The good key of a kind that the cluster has one of. */
    public static Optional<SignerRecord> signer(Directory directory, Kind kind) {
        List<SignerRecord> all = directory.signers();
        return all.stream().filter(one -> one.kind() == kind && !one.revoked()).findFirst();
    }

    /** By which the log's checkpoints are verified; empty while there is none. */
    public static Optional<VerifierKey> verifierKey(Directory directory) {
        return directory
                .cluster()
                .flatMap(
                        cluster ->
                                signer(directory, Kind.LOG)
                                        .map(
                                                one ->
                                                        new VerifierKey(
                                                                origin(cluster.id()),
                                                                SignatureType.ED25519,
                                                                one.publicKey())));
    }

    @Override
    public String name() {
        return "transparency-log";
    }

    @Override
    public Step step() throws InterruptedException {
        Directory directory = ports.directory();
        Optional<Directory.Cluster> cluster = directory.cluster();
        if (ports.coordination().controllerEpoch().isEmpty() || cluster.isEmpty()) {
            return new Step.Idle("another node is the controller");
        }
        if (directory.featureLevel() < FeatureLevels.LOG) {
            return new Step.Idle("the cluster has none before its upgrade is finished");
        }
        for (Kind kind : List.of(Kind.LOG, Kind.CERTIFICATE)) {
            if (signer(directory, kind).isEmpty()) {
                return enrol(kind);
            }
        }
        Frontier log = directory.log();
        if (checkpointed(directory) == log.size()) {
            return new Step.Idle(log.size() + " leaves under a checkpoint");
        }
        SignerRecord key = signer(directory, Kind.LOG).orElseThrow();
        String origin = origin(cluster.get().id());
        SignedNote note =
                new Checkpoint(origin, log.size(), log.root(), List.of())
                        .sign(new NoteSigner(origin, SignatureType.ED25519, keys.open(key)));
        return publish(log.size(), note.bytes());
    }

    private Step enrol(Kind kind) throws InterruptedException {
        try {
            var _ = orders.apply(new DirectoryCommand.EnrolSigner(keys.fresh(kind)));
        } catch (StoreException e) {
            if (e.code() != ErrorCode.STALE_EPOCH) {
                throw e;
            }
            // Another controller was first, and this copy has not heard of it.
        }
        return new Step.Worked("made the key that signs for " + kind);
    }

    private Step publish(long size, Bytes note) throws InterruptedException {
        try {
            var _ = orders.apply(new DirectoryCommand.PublishCheckpoint(size, note));
        } catch (StoreException e) {
            if (e.code() != ErrorCode.STALE_EPOCH) {
                throw e;
            }
            return new Step.Worked("the log has grown meanwhile");
        }
        return new Step.Worked("signed a checkpoint of " + size + " leaves");
    }

    private static long checkpointed(Directory directory) {
        Optional<Bytes> note = directory.logCheckpoint();
        if (note.isEmpty()) {
            return -1;
        }
        try {
            return Checkpoint.parse(SignedNote.parse(note.get()).text()).size();
        } catch (MalformedNoteException e) {
            throw new IllegalStateException("a checkpoint that was accepted can't be read", e);
        }
    }
}
