package io.lethe.node.s3.operation;

import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.SourceVersion;
import io.lethe.node.s3.CopySource;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.DeclaredChecksum;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** PUT of an object from another: new segments under new keys. */
final class CopyObject implements Operation {
    /** Of each object by itself: S3 never copies it. */
    private static final String REDIRECT = "x-amz-website-redirect-location";

    /** What no copy takes over as it stands: a checksum of parts is none of a whole. */
    private static final Set<String> FRESH =
            Stream.concat(
                            Stream.of(REDIRECT),
                            Stream.of(ChecksumAlgorithm.values()).map(ChecksumAlgorithm::header))
                    .collect(Collectors.toUnmodifiableSet());

    /** What a copy may change of an object that it is a copy of. */
    private static final List<String> NEWS =
            List.of("x-amz-storage-class", REDIRECT, "x-amz-server-side-encryption");

    @Override
    public void run(S3Call call) throws InterruptedException {
        String acl = Acls.ofNew(call);
        Refusals.checkWrite(call);
        CopySource source = CopySource.of(call.request()).orElseThrow();
        String version = source.versionId().orElse("");
        Objects.Kept kept =
                new Objects.Kept(
                        keeps(call, "x-amz-metadata-directive"),
                        keeps(call, "x-amz-tagging-directive"),
                        FRESH);
        boolean same = call.access().copiesItself();
        KeyBytes customer = EncryptionHeaders.customerKey(call.request());
        boolean nothingNew =
                kept.metadata()
                        && kept.tags()
                        && customer == null
                        && NEWS.stream().allMatch(name -> call.request().header(name).isEmpty());
        if (same && nothingNew && version.isEmpty()) {
            throw S3Error.INVALID_REQUEST.because(
                    "This copy request is illegal because it is trying to copy an object to"
                            + " itself without changing the object's metadata, storage class,"
                            + " website redirect location or encryption attributes.");
        }
        PutRequest target =
                new PutRequest(
                        new WriteId(Id128.random(call.random())),
                        call.bucket(),
                        call.key(),
                        StorageClasses.wanted(call.request()),
                        ObjectHeaders.attributes(call.request()).withAcl(acl),
                        Preconditions.ofWrite(call.request()),
                        null,
                        null,
                        LockHeaders.asked(call.request()),
                        customer);
        CopiedSource from = CopiedSource.ofObject(call, DeclaredChecksum.wanted(call.request()));
        SourceVersion read = from.version(found -> check(call, kept, from, found));
        new PatientAnswer<ObjectInfo>(call, "s3-copy", false)
                .give(
                        () ->
                                from.copy(
                                        () ->
                                                call.ports()
                                                        .objects()
                                                        .copy(
                                                                call.caller(),
                                                                read,
                                                                target,
                                                                kept,
                                                                call.deadlineNanos())),
                        (stored, begun) -> answer(call, from, stored, begun));
    }

    private static XmlWriter answer(
            S3Call call, CopiedSource from, ObjectInfo stored, boolean begun)
            throws InterruptedException {
        if (!begun) {
            from.tell();
            ObjectHeaders.versionId(call, stored);
            EncryptionHeaders.answer(call, stored);
            BucketLifecycle.tell(call, stored);
        }
        return from.tellChecksum(
                XmlWriter.s3("CopyObjectResult")
                        .date("LastModified", stored.createdMillis())
                        .text("ETag", '"' + stored.etag() + '"'));
    }

    private static void check(S3Call call, Objects.Kept kept, CopiedSource from, ObjectInfo found)
            throws InterruptedException {
        from.check(found);
        if (kept.tags() && !found.attributes().tags().isEmpty()) {
            call.access().checkCopiedTags(found.attributes().tags());
        }
    }

    private static boolean keeps(S3Call call, String directive) {
        String word = call.request().header(directive).orElse("COPY");
        return switch (word) {
            case "COPY" -> true;
            case "REPLACE" -> false;
            default -> throw Parameters.invalid(directive, word, "Unknown directive.");
        };
    }
}
