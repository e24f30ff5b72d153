package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.DirectoryCommand.EnrolSigner;
import io.lethe.node.metadata.command.DirectoryCommand.PublishCheckpoint;
import io.lethe.node.metadata.command.DirectoryCommand.RevokeSigner;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.SignerRecord;

/**
 * What is about the transparency log, for {@link CommandCodec} and the directory's rows:
 *
 * <pre>
 * 54 EnrolSigner        signer
 * 55 RevokeSigner       public key blob (32), until varint, milliseconds since 1970
 * 56 PublishCheckpoint  size varint, note blob (65,536)
 *
 * signer  kind u8, public key blob (32), nullable node id, wrapped seed,
 *         enrolled leaf + 1 varint, revoked leaf + 1 varint
 * </pre>
 *
 * Static and pure.
 */
public final class LogCodec {
    /** A checkpoint with the signatures of many witnesses. */
    public static final int MOST_NOTE_BYTES = 64 * 1024;

    private static final int KEY_BYTES = 32;

    private LogCodec() {}

    static int type(DirectoryCommand.OfLog command) {
        return switch (command) {
            case EnrolSigner _ -> 54;
            case RevokeSigner _ -> 55;
            case PublishCheckpoint _ -> 56;
        };
    }

    static void fields(FieldWriter out, DirectoryCommand.OfLog command) {
        switch (command) {
            case EnrolSigner c -> signer(out, c.signer());
            case RevokeSigner c ->
                    out.blob("public key", c.publicKey(), KEY_BYTES).number(c.untilMillis());
            case PublishCheckpoint c ->
                    out.number(c.size()).blob("note", c.note(), MOST_NOTE_BYTES);
        }
    }

    static DirectoryCommand read(FieldReader in, int type) {
        return switch (type) {
            case 54 -> new EnrolSigner(signer(in));
            case 55 -> new RevokeSigner(in.blob(KEY_BYTES), in.number());
            case 56 -> new PublishCheckpoint(in.number(), in.blob(MOST_NOTE_BYTES));
            default -> TenantCodec.read(in, type);
        };
    }

    public static void signer(FieldWriter out, SignerRecord signer) {
        out.choice(signer.kind())
                .blob("public key", signer.publicKey(), KEY_BYTES)
                .nullable(signer.node(), (to, node) -> to.id(node.id()))
                .wrapped(signer.wrappedSeed())
                .number(signer.enrolledLeaf() + 1)
                .number(signer.revokedLeaf() + 1);
    }

    public static SignerRecord signer(FieldReader in) {
        return new SignerRecord(
                in.choice(SignerRecord.Kind.values()),
                in.blob(KEY_BYTES),
                in.nullable(one -> new NodeId(one.id())),
                in.wrapped(),
                in.number() - 1,
                in.number() - 1);
    }
}
