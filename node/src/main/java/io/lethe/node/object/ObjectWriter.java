package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * Stores objects: small ones in their partition by one commit, others in segments under an open
 * write. Nothing is visible before the commit, and what did not commit is garbage or an orphan.
 * Safe for any task.
 */
final class ObjectWriter {
    private final ObjectPorts ports;
    private final BucketGate gate;
    private final BodyWriter.Shared shared;
    private final MemoryBudget memory;

    /**
     * @param memory that all uploads of the gateway share
     */
    ObjectWriter(BucketGate gate, BodyWriter.Shared shared, MemoryBudget memory) {
        ports = shared.ports();
        this.gate = gate;
        this.shared = shared;
        this.memory = memory;
    }

    /** Where one put stands: what every step of it needs. */
    private final class Upload {
        final Caller caller;
        final PutRequest request;
        final BodyReader body;
        final BucketGate.Admitted admitted;
        final Bytes key;
        final StorageClass storageClass;
        final KeyBytes dataKey = ports.keys().fresh();
        final EventNotes.Cause cause;
        final long deadlineNanos;

        Upload(
                Caller caller,
                PutRequest request,
                Body body,
                EventNotes.Cause cause,
                long deadlineNanos)
                throws InterruptedException {
            this.cause = cause;
            this.caller = caller;
            this.request = request;
            this.deadlineNanos = deadlineNanos;
            key = checkKey(request.key());
            this.body = new BodyReader(body, BodyReader.MOST_BYTES);
            KeyBytes customer = request.customerKey();
            if (customer != null) {
                this.body.under(new CustomerKeys.Stream(dataKey, customer, request.write(), 0));
            }
            admitted = gate.admit(caller, request.bucket(), request.protection(), deadlineNanos);
            storageClass = shared.storageClass(request.storageClass(), admitted.bucket());
        }

        WriteId write() {
            return request.write();
        }
    }

    /**
     * Checks an object key.
     *
     * @throws StoreException INVALID_ARGUMENT or KEY_TOO_LONG
     */
    static Bytes checkKey(String key) {
        Bytes bytes = Bytes.utf8(key);
        if (bytes.isEmpty()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "an object key has at least one byte");
        }
        if (bytes.length() > VersionRow.MOST_KEY_BYTES) {
            throw new StoreException(
                    ErrorCode.KEY_TOO_LONG,
                    "the key has "
                            + bytes.length()
                            + " bytes; "
                            + VersionRow.MOST_KEY_BYTES
                            + " is the most");
        }
        return bytes;
    }

    /**
     * Stores one object; when it returns, it is durable and visible.
     *
     * @throws StoreException of any kind; OUTCOME_UNKNOWN alone leaves open whether it was stored,
     *     and repeating under the same write id finds out
     */
    ObjectInfo put(
            Caller caller,
            PutRequest request,
            Body body,
            EventNotes.Cause cause,
            long deadlineNanos)
            throws InterruptedException {
        Upload upload = new Upload(caller, request, body, cause, deadlineNanos);
        byte[] head = new byte[ports.settings().inlineMostBytes()];
        int headLength = upload.body.fill(head, 0, head.length);
        if (upload.body.atEnd()) {
            return putInline(upload, head, headLength);
        }
        try (var _ = memory.take(CellBuffers.bytes(upload.storageClass.scheme()))) {
            return putSegments(upload, head, headLength);
        }
    }

    private ObjectInfo putInline(Upload upload, byte[] plain, int lengthBytes)
            throws InterruptedException {
        byte[] cell = new byte[lengthBytes + SegmentLayout.TAG_BYTES];
        try (CellCipher cipher = CellCipher.inline(upload.dataKey, upload.write())) {
            var _ = cipher.encrypt(0, true, plain, 0, lengthBytes, cell, 0);
        }
        ports.meters().inlineWritten.increment();
        return commit(upload, new Placement.Inline(Bytes.wrap(cell)), null);
    }

    private ObjectInfo putSegments(Upload upload, byte[] head, int headLength)
            throws InterruptedException {
        BodyWriter.Target target =
                new BodyWriter.Target(
                        upload.admitted,
                        upload.key,
                        upload.caller.tenant(),
                        upload.write(),
                        upload.write(),
                        upload.dataKey,
                        upload.storageClass);
        BodyWriter writer = new BodyWriter(shared, target, upload.body, upload.deadlineNanos);
        ShardGrant shard = writer.open();
        boolean stored = false;
        try {
            writer.write(head, headLength);
            ObjectInfo info = commit(upload, new Placement.Segments(writer.segments()), shard);
            stored = true;
            return info;
        } finally {
            if (!stored) {
                writer.close();
            }
        }
    }

    private ObjectInfo commit(Upload upload, Placement placement, @Nullable ShardGrant shard)
            throws InterruptedException {
        PutRequest request = upload.request;
        Digests.Result sums = upload.body.sums(request.expectedMd5(), request.expectedSha256());
        KeyBytes customer = request.customerKey();
        Attributes attributes =
                request.attributes()
                        .with(upload.body.headersAtEnd())
                        .withCustomerKey(CustomerAccess.verifier(customer, ports.random()));
        byte[] info = attributes.encode();
        Bytes sealedInfo = ports.keys().sealInfo(upload.dataKey, upload.write(), info);
        String etag =
                customer == null ? sums.md5().hex() : CustomerKeys.etag(upload.dataKey, sums.md5());
        String kept = BodyWriter.Shared.kept(request.storageClass(), upload.admitted.bucket());
        Commits.BodyMaker body =
                grant ->
                        new VersionBody(
                                upload.body.totalBytes(),
                                etag,
                                sums.md5(),
                                sums.sha256(),
                                sealedInfo,
                                grant.shard(),
                                ports.keys().wrap(upload.dataKey, grant, upload.write()),
                                kept,
                                customer != null,
                                placement);
        PartitionReply.Committed done =
                shared.commits()
                        .commit(
                                upload.caller,
                                request,
                                upload.admitted,
                                new Commits.Ready(upload.key, body, shard, upload.cause),
                                upload.deadlineNanos);
        return new ObjectInfo(
                request.key(),
                VersionIds.show(done.order(), done.nullVersion()),
                upload.body.totalBytes(),
                etag,
                sums.md5(),
                sums.sha256(),
                done.createdMillis(),
                upload.storageClass.name(),
                !kept.isEmpty(),
                true,
                attributes,
                0,
                request.protection());
    }
}
