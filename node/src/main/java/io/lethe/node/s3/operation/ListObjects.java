package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.KeyEncoding;
import io.lethe.node.s3.PageToken;
import io.lethe.node.s3.S3Address;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.StorageClasses;
import io.lethe.node.s3.xml.XmlWriter;

/** GET of a bucket: current objects in key order, version 1 and 2 of the operation. */
final class ListObjects implements Operation {
    private final boolean second;

    ListObjects(boolean second) {
        this.second = second;
    }

    @Override
    public void run(S3Call call) throws InterruptedException {
        S3Request request = call.request();
        String prefix = Parameters.key(call, "prefix");
        String delimiter = Parameters.key(call, "delimiter");
        int limit = Parameters.number(call, "max-keys", Objects.MOST_PAGE, 0, Objects.MOST_PAGE);
        KeyEncoding encode = KeyEncoding.of(request);
        String start = Parameters.key(call, second ? "start-after" : "marker");
        String token = second ? request.parameter("continuation-token").orElse("") : "";
        if (request.hasParameter("continuation-token") && token.isEmpty() && second) {
            throw Parameters.invalid(
                    "continuation-token", token, "The continuation token provided is incorrect");
        }
        ObjectLister.Page page = page(call, prefix, delimiter, after(start, token), limit);
        boolean more = !page.next().isEmpty();
        XmlWriter out = XmlWriter.s3("ListBucketResult");
        out.text("Name", call.bucket()).text("Prefix", encode.apply(prefix));
        if (second) {
            out.number("KeyCount", (long) page.entries().size() + page.prefixes().size());
            if (!token.isEmpty()) {
                out.text("ContinuationToken", token);
            }
            if (!start.isEmpty()) {
                out.text("StartAfter", encode.apply(start));
            }
            if (more) {
                out.text(
                        "NextContinuationToken",
                        new PageToken(PageToken.Kind.OBJECTS, page.next()).encode());
            }
        } else {
            out.text("Marker", encode.apply(start));
            // Without a delimiter the last key says the same, and S3 leaves it out.
            if (more && !delimiter.isEmpty()) {
                out.text("NextMarker", encode.apply(page.next().utf8()));
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
        boolean owners =
                !second || request.parameter("fetch-owner").filter("true"::equals).isPresent();
        for (ObjectLister.Entry entry : page.entries()) {
            write(out, call, entry, encode, owners);
        }
        for (String common : page.prefixes()) {
            out.open("CommonPrefixes").text("Prefix", encode.apply(common)).close();
        }
        call.xml(200, out);
    }

    private static void write(
            XmlWriter out,
            S3Call call,
            ObjectLister.Entry entry,
            KeyEncoding encode,
            boolean owner) {
        out.open("Contents")
                .text("Key", encode.apply(entry.key()))
                .date("LastModified", entry.modifiedMillis())
                .text("ETag", '"' + entry.etag() + '"')
                .number("Size", entry.sizeBytes());
        if (owner) {
            Owners.write(out, "Owner", call);
        }
        out.text("StorageClass", StorageClasses.name(entry.storageClass())).close();
    }

    private static ObjectLister.Page page(
            S3Call call, String prefix, String delimiter, Bytes after, int limit)
            throws InterruptedException {
        if (limit == 0) {
            var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
            return new ObjectLister.Page(java.util.List.of(), java.util.List.of(), Bytes.EMPTY, 0);
        }
        return call.ports()
                .objects()
                .list(
                        call.caller(),
                        new Objects.ListRequest(
                                call.bucket(), prefix, delimiter, after, 0, false, limit),
                        call.deadlineNanos());
    }

    private static Bytes after(String start, String token) {
        if (token.isEmpty()) {
            return Bytes.utf8(start);
        }
        Bytes position = PageToken.decode(token, PageToken.Kind.OBJECTS).position();
        if (position.length() > S3Address.MOST_KEY_BYTES) {
            throw Parameters.invalid(
                    "continuation-token", token, "The continuation token provided is incorrect");
        }
        return position;
    }
}
