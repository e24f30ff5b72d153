package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.Objects;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.KeyEncoding;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.xml.XmlWriter;

/** GET of {@code ?versions}: all versions and delete markers, newest first within a key. */
final class ListObjectVersions implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        S3Request request = call.request();
        String prefix = request.parameter("prefix").orElse("");
        String delimiter = request.parameter("delimiter").orElse("");
        String keyMarker = request.parameter("key-marker").orElse("");
        String versionMarker = request.parameter("version-id-marker").orElse("");
        int limit = Parameters.number(call, "max-keys", Objects.MOST_PAGE, 1, Objects.MOST_PAGE);
        KeyEncoding encode = KeyEncoding.of(request);
        if (keyMarker.isEmpty() && !versionMarker.isEmpty()) {
            throw Parameters.invalid(
                    "version-id-marker",
                    versionMarker,
                    "A version-id marker cannot be specified without a key marker.");
        }
        ObjectLister.Page page =
                call.ports()
                        .objects()
                        .list(
                                call.caller(),
                                new Objects.ListRequest(
                                        call.bucket(),
                                        prefix,
                                        delimiter,
                                        Bytes.utf8(keyMarker),
                                        VersionIds.marker(versionMarker),
                                        true,
                                        limit),
                                call.deadlineNanos());
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
                    .text("StorageClass", "STANDARD");
        }
        Owners.write(out, "Owner", call);
        out.close();
    }
}
