package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Completes uploads: compares the parts with what the sender says of them, finishes the hashes over
 * the whole object, and commits. The commit names each part by its order, so nothing can come under
 * a number between the look and the commit. Safe for any task.
 */
final class Completion {
    /** Looks at the parts: more only where the same parts are uploaded again meanwhile. */
    private static final int MOST_LOOKS = 3;

    private final ObjectPorts ports;
    private final BodyWriter.Shared shared;
    private final UploadFinder finder;
    private final ObjectReader reader;
    private final WholeDigests digests;

    Completion(
            BodyWriter.Shared shared,
            UploadFinder finder,
            ObjectReader reader,
            HashCatchUp catchUp) {
        ports = shared.ports();
        this.shared = shared;
        this.finder = finder;
        this.reader = reader;
        digests = new WholeDigests(finder, new PartsReader(reader), catchUp);
    }

    ObjectInfo complete(Caller caller, Uploads.CompleteRequest request, long deadlineNanos)
            throws InterruptedException {
        UploadFinder.Named named =
                finder.named(
                        caller, request.bucket(), request.key(), request.uploadId(), deadlineNanos);
        for (int look = 1; ; look++) {
            UploadFound found = finder.find(named.ref(), deadlineNanos);
            if (found.completedOrder() != 0) {
                return completed(caller, request, found.completedOrder(), deadlineNanos);
            }
            UploadFinder.Running upload = finder.running(caller, named, found);
            List<PartRow> parts =
                    choose(request.parts(), finder.allParts(named.ref(), deadlineNanos));
            try {
                return commit(caller, request, upload, parts, deadlineNanos);
            } catch (StoreException e) {
                if (e.code() != ErrorCode.INVALID_PART || look == MOST_LOOKS) {
                    throw e;
                }
                // One was replaced meanwhile: perhaps by the same bytes.
            }
        }
    }

    private ObjectInfo completed(
            Caller caller, Uploads.CompleteRequest request, long order, long deadlineNanos)
            throws InterruptedException {
        try {
            return reader.info(
                    reader.locate(
                            caller,
                            request.bucket(),
                            request.key(),
                            new Which.Order(order),
                            deadlineNanos));
        } catch (StoreException e) {
            throw e.code() == ErrorCode.NO_SUCH_VERSION ? UploadIds.none() : e;
        }
    }

    /** The parts that the sender names, as they are there. */
    private List<PartRow> choose(List<Uploads.PartClaim> claims, List<PartRow> there) {
        if (claims.isEmpty() || claims.size() > PartRow.MOST_PARTS) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "an upload is completed with 1 to " + PartRow.MOST_PARTS + " parts");
        }
        Map<Integer, PartRow> byNumber = new HashMap<>();
        there.forEach(part -> byNumber.put(part.number(), part));
        List<PartRow> chosen = new ArrayList<>();
        int last = 0;
        for (Uploads.PartClaim claim : claims) {
            if (claim.number() <= last) {
                throw new StoreException(
                        ErrorCode.INVALID_PART_ORDER,
                        "part " + claim.number() + " comes behind part " + last);
            }
            last = claim.number();
            chosen.add(same(claim, byNumber.get(last)));
        }
        for (PartRow part : chosen.subList(0, chosen.size() - 1)) {
            if (part.body().sizeBytes() < ports.settings().leastPartBytes()) {
                throw new StoreException(
                        ErrorCode.ENTITY_TOO_SMALL,
                        "part "
                                + part.number()
                                + " has "
                                + part.body().sizeBytes()
                                + " bytes; all but the last have at least "
                                + ports.settings().leastPartBytes());
            }
        }
        return chosen;
    }

    private static PartRow same(Uploads.PartClaim claim, @Nullable PartRow part) {
        boolean same =
                part != null
                        && part.body().md5().hex().equalsIgnoreCase(claim.etag())
                        && (claim.checksum().isEmpty()
                                || claim.checksum().equals(part.body().checksum()));
        if (part == null || !same) {
            throw new StoreException(
                    ErrorCode.INVALID_PART,
                    "part "
                            + claim.number()
                            + (part == null
                                    ? " was not uploaded"
                                    : " is another than its ETag or checksum says"));
        }
        return part;
    }

    private ObjectInfo commit(
            Caller caller,
            Uploads.CompleteRequest request,
            UploadFinder.Running upload,
            List<PartRow> parts,
            long deadlineNanos)
            throws InterruptedException {
        Attributes begun = finder.attributes(upload.row(), upload.dataKey());
        KeyBytes customer = CustomerAccess.check(begun, request.customerKey());
        Digests.Result sums = digests.of(upload, parts, customer, deadlineNanos);
        String etag = etag(parts);
        Attributes asked = request.attributes();
        Attributes attributes = asked != null ? asked.withCustomerKey(begun.customerKey()) : begun;
        Bytes sealedInfo =
                asked == null
                        ? upload.row().sealedInfo()
                        : ports.keys()
                                .sealInfo(
                                        upload.dataKey(),
                                        upload.ref().write(),
                                        attributes.encode());
        List<PartName> names =
                parts.stream().map(part -> new PartName(part.number(), part.order())).toList();
        PartitionReply reply =
                shared.commits()
                        .fenced(
                                upload.named().admitted(),
                                upload.named().rowKey(),
                                admitted ->
                                        shared.commits()
                                                .noted(
                                                        caller,
                                                        admitted.bucket(),
                                                        upload.ref().key(),
                                                        EventNotes.Cause.COMPLETE,
                                                        new PartitionCommand.CompleteUpload(
                                                                upload.ref(),
                                                                caller.tenant(),
                                                                admitted.bucket().versioning(),
                                                                request.condition(),
                                                                names,
                                                                etag,
                                                                sums.md5(),
                                                                sums.sha256(),
                                                                sealedInfo,
                                                                customer != null,
                                                                ObjectLocks.byDefault(
                                                                        admitted.bucket()))),
                                deadlineNanos);
        if (!(reply instanceof Committed done)) {
            throw Commits.failure(reply);
        }
        return new ObjectInfo(
                request.key(),
                VersionIds.show(done.order(), done.nullVersion()),
                sums.lengthBytes(),
                etag,
                sums.md5(),
                sums.sha256(),
                done.createdMillis(),
                asked(upload).isEmpty() ? bucketsClass(upload) : asked(upload),
                !asked(upload).isEmpty(),
                true,
                attributes,
                parts.size(),
                upload.row().protection());
    }

    private static String asked(UploadFinder.Running upload) {
        return upload.row().storageClass();
    }

    private static String bucketsClass(UploadFinder.Running upload) {
        return upload.named().admitted().bucket().storageClass();
    }

    /** MD5 of the parts' MD5s, and their count. */
    private static String etag(List<PartRow> parts) {
        Digests of = new Digests();
        for (PartRow part : parts) {
            byte[] md5 = part.body().md5().toArray();
            of.update(md5, 0, md5.length);
        }
        return of.finish().md5().hex() + "-" + parts.size();
    }
}
