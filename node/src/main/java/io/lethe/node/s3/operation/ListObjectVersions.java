package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.Objects;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.KeyEncoding;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.List;

/** GET of {@code ?versions}: all versions and delete markers, newest first within a key. */
final class ListObjectVersions implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        S3Request request = call.request();
        String prefix = Parameters.key(call, "prefix");
        String delimiter = Parameters.key(call, "delimiter");
        String keyMarker = Parameters.key(call, "key-marker");
        String versionMarker = request.parameter("version-id-marker").orElse("");
        int limit = Parameters.number(call, "max-keys", Objects.MOST_PAGE, 0, Objects.MOST_PAGE);
        KeyEncoding encode = KeyEncoding.of(request);
        if (keyMarker.isEmpty() && !versionMarker.isEmpty()) {
            throw Parameters.invalid(
                    "version-id-marker",
                    versionMarker,
                    "A version-id marker cannot be specified without a key marker.");
        }
        if (request.hasParameter("version-id-marker") && versionMarker.isEmpty()) {
            throw Parameters.invalid(
                    "version-id-marker", versionMarker, "A version-id marker cannot be empty.");
        }
        Place after = new Place(keyMarker, versionMarker);
        ObjectLister.Page page = page(call, prefix, delimiter, after, limit);
        boolean more = !page.next().isEmpty();
        XmlWriter out = XmlWriter.s3("ListVersionsResult");
        out.text("Name", call.bucket()).text("Prefix", encode.apply(prefix));
        out.text("KeyMarker", encode.apply(keyMarker)).text("VersionIdMarker", versionMarker);
        if (more) {
            out.text("NextKeyMarker", encode.apply(page.next().utf8()));
            if (page.nextOrder() != 0) {
                out.text("NextVersionIdMarker", VersionIds.show(page.nextOrder(), false));
            }
        }
        out.number("MaxKeys", limit);
        if (!delimiter.isEmpty()) {
            out.text("Delimiter", encode.apply(delimiter));
        }
        if (encode == KeyEncoding.URL) {
            out.text("EncodingType", "url");
        }
        out.bool("IsTruncated", more);
        for (ObjectLister.Entry entry : page.entries()) {
            write(out, call, entry, encode);
        }
        for (String common : page.prefixes()) {
            out.open("CommonPrefixes").text("Prefix", encode.apply(common)).close();
        }
        call.xml(200, out);
    }

    /** Behind which a page begins. */
    private record Place(String key, String versionId) {}

    private static ObjectLister.Page page(
            S3Call call, String prefix, String delimiter, Place after, int limit)
            throws InterruptedException {
        Objects objects = call.ports().objects();
        long order =
                objects.orderOf(
                        call.caller(),
                        call.bucket(),
                        after.key(),
                        after.versionId(),
                        call.deadlineNanos());
        if (limit == 0) {
            var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
            return new ObjectLister.Page(List.of(), List.of(), Bytes.EMPTY, 0);
        }
        return objects.list(
                call.caller(),
                new Objects.ListRequest(
                        call.bucket(),
                        prefix,
                        delimiter,
                        Bytes.utf8(after.key()),
                        order,
                        true,
                        limit),
                call.deadlineNanos());
    }

    private static void write(
            XmlWriter out, S3Call call, ObjectLister.Entry entry, KeyEncoding encode) {
        out.open(entry.deleteMarker() ? "DeleteMarker" : "Version")
                .text("Key", encode.apply(entry.key()))
                .text("VersionId", entry.versionId())
                .bool("IsLatest", entry.latest())
                .date("LastModified", entry.modifiedMillis());
        if (!entry.deleteMarker()) {
            out.text("ETag", '"' + entry.etag() + '"')
                    .number("Size", entry.sizeBytes())
                    .text("StorageClass", StorageClasses.name(entry.storageClass()));
        }
        Owners.write(out, "Owner", call);
        out.close();
    }
}
