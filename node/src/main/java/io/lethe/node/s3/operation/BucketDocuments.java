package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.object.Buckets;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.CorsConfiguration;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.Tagging;
import io.lethe.node.s3.xml.WebsiteConfiguration;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * GET, PUT and DELETE of a sub-resource that is one document in XML: kept as this door writes it,
 * once it has been read.
 *
 * @param absent what GET says where there is none
 * @param putStatus what S3 answers to PUT
 * @param read parses a body, and writes it anew
 */
record BucketDocuments(
        BucketSetting setting, S3Error absent, int putStatus, UnaryOperator<byte[]> read) {
    static final BucketDocuments OWNERSHIP_CONTROLS =
            new BucketDocuments(
                    BucketSetting.OWNERSHIP_CONTROLS,
                    S3Error.OWNERSHIP_CONTROLS_NOT_FOUND_ERROR,
                    200,
                    body -> OwnershipControls.parse(body).write());

    static final BucketDocuments CORS =
            new BucketDocuments(
                    BucketSetting.CORS,
                    S3Error.NO_SUCH_CORS_CONFIGURATION,
                    200,
                    body -> CorsConfiguration.parse(body).write());
    static final BucketDocuments WEBSITE =
            new BucketDocuments(
                    BucketSetting.WEBSITE,
                    S3Error.NO_SUCH_WEBSITE_CONFIGURATION,
                    200,
                    body -> WebsiteConfiguration.parse(body).write());
    static final BucketDocuments TAGGING =
            new BucketDocuments(
                    BucketSetting.TAGGING, S3Error.NO_SUCH_TAG_SET, 204, BucketDocuments::tagging);

    private static byte[] tagging(byte[] body) {
        XmlWriter out = XmlWriter.s3("Tagging");
        Tagging.parseBucket(body).writeTo(out);
        return out.end();
    }

    void get(S3Call call) throws InterruptedException {
        call.xml(200, find(call, setting, absent));
    }

    void put(S3Call call) throws InterruptedException {
        set(call, setting, Bytes.wrap(read.apply(call.wholeBody(true))));
        call.empty(putStatus);
    }

    void delete(S3Call call) throws InterruptedException {
        set(call, setting, Bytes.EMPTY);
        call.empty(204);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception {@code absent}
     */
    static Bytes find(S3Call call, BucketSetting setting, S3Error absent)
            throws InterruptedException {
        return look(call, setting)
                .orElseThrow(() -> absent.exception().with("BucketName", call.bucket()));
    }

    static Optional<Bytes> look(S3Call call, BucketSetting setting) throws InterruptedException {
        return call.ports()
                .buckets()
                .document(call.caller(), call.bucket(), setting, call.deadlineNanos())
                .map(BucketDocument::bytes);
    }

    /** Changes a part of a document: of several who do so at once, nobody's change is lost. */
    static void revise(S3Call call, BucketSetting setting, Buckets.Revision revision)
            throws InterruptedException {
        call.ports()
                .buckets()
                .reviseDocument(
                        call.caller(), call.bucket(), setting, revision, call.deadlineNanos());
    }

    /**
     * @param document empty: none
     */
    static void set(S3Call call, BucketSetting setting, Bytes document)
            throws InterruptedException {
        call.ports()
                .buckets()
                .setDocument(call.caller(), call.bucket(), setting, document, call.deadlineNanos());
    }
}
