package io.lethe.node.s3.operation;

import io.lethe.node.object.Body;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.access.Rights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which operation a request means: by what it is about, its method, and the parameter that names a
 * sub-resource. The one table; the README's is checked against it.
 */
public final class Router {
    /** What a request is about. */
    public enum About {
        SERVICE,
        BUCKET,
        OBJECT
    }

    /**
     * One line of the table.
     *
     * @param name S3's name of the operation
     * @param rights what its caller needs
     * @param parameter that must be there; empty: none of those that other lines of the same kind
     *     and method ask for
     */
    public record Route(
            String name,
            Rights rights,
            About about,
            String method,
            String parameter,
            Operation operation) {}

    private static final List<Route> ROUTES = routes();

    private Router() {}

    /** For the test that compares the README's table. */
    public static List<Route> all() {
        return ROUTES;
    }

    private static List<Route> routes() {
        RouteLines service = new RouteLines(About.SERVICE);
        service.get("", "ListBuckets", "s3:ListAllMyBuckets", new ListBuckets());
        List<Route> routes = new ArrayList<>(service.all());
        routes.addAll(bucket());
        routes.addAll(bucketAccess());
        routes.addAll(bucketWork());
        routes.addAll(bucketDocuments());
        routes.addAll(bucketKeeping());
        routes.addAll(object());
        routes.addAll(objectKeeping());
        return List.copyOf(routes);
    }

    private static List<Route> bucket() {
        RouteLines in = new RouteLines(About.BUCKET);
        in.add("PUT", "", "CreateBucket", Rights.toCreate("s3:CreateBucket"), new CreateBucket());
        in.head("", "HeadBucket", "s3:ListBucket", new HeadBucket());
        in.delete("", "DeleteBucket", "s3:DeleteBucket", new DeleteBucket());
        in.get("location", "GetBucketLocation", "s3:GetBucketLocation", new BucketLocation());
        in.get(
                "versioning",
                "GetBucketVersioning",
                "s3:GetBucketVersioning",
                BucketVersioning::get);
        in.put(
                "versioning",
                "PutBucketVersioning",
                "s3:PutBucketVersioning",
                BucketVersioning::put);
        in.get("versions", "ListObjectVersions", "s3:ListBucketVersions", new ListObjectVersions());
        in.get("list-type", "ListObjectsV2", "s3:ListBucket", new ListObjects(true));
        in.add(
                "POST",
                "",
                "PostObject",
                Rights.forEachKey("s3:PutObject", "s3:PutObject"),
                _ -> {
                    // Forms are taken before anything is routed.
                    throw S3Error.REQUEST_IS_NOT_MULTI_PART_CONTENT.exception();
                });
        in.get("", "ListObjects", "s3:ListBucket", new ListObjects(false));
        in.get(
                "uploads",
                "ListMultipartUploads",
                "s3:ListBucketMultipartUploads",
                MultipartUploads::list);
        in.add(
                "POST",
                "delete",
                "DeleteObjects",
                Rights.forEachKey("s3:DeleteObject", "s3:DeleteObjectVersion"),
                new DeleteObjects());
        return in.all();
    }

    private static List<Route> bucketAccess() {
        RouteLines in = new RouteLines(About.BUCKET);
        in.get("acl", "GetBucketAcl", "s3:GetBucketAcl", BucketAcl::get);
        in.put("acl", "PutBucketAcl", "s3:PutBucketAcl", BucketAcl::put);
        in.get("policy", "GetBucketPolicy", "s3:GetBucketPolicy", BucketPolicy::get);
        in.put("policy", "PutBucketPolicy", "s3:PutBucketPolicy", BucketPolicy::put);
        in.delete("policy", "DeleteBucketPolicy", "s3:DeleteBucketPolicy", BucketPolicy::delete);
        in.get(
                "policyStatus",
                "GetBucketPolicyStatus",
                "s3:GetBucketPolicyStatus",
                BucketPolicy::status);
        String putBlock = "s3:PutBucketPublicAccessBlock";
        in.get(
                "publicAccessBlock",
                "GetPublicAccessBlock",
                "s3:GetBucketPublicAccessBlock",
                BucketPublicAccess::get);
        in.put("publicAccessBlock", "PutPublicAccessBlock", putBlock, BucketPublicAccess::put);
        in.delete(
                "publicAccessBlock",
                "DeletePublicAccessBlock",
                putBlock,
                BucketPublicAccess::delete);
        BucketDocuments ownership = BucketDocuments.OWNERSHIP_CONTROLS;
        String putOwnership = "s3:PutBucketOwnershipControls";
        in.get(
                "ownershipControls",
                "GetBucketOwnershipControls",
                "s3:GetBucketOwnershipControls",
                ownership::get);
        in.put(
                "ownershipControls",
                "PutBucketOwnershipControls",
                putOwnership,
                BucketOwnership::put);
        in.delete(
                "ownershipControls",
                "DeleteBucketOwnershipControls",
                putOwnership,
                BucketOwnership::delete);
        return in.all();
    }

    private static List<Route> bucketWork() {
        RouteLines in = new RouteLines(About.BUCKET);
        String putLifecycle = "s3:PutLifecycleConfiguration";
        in.get(
                "lifecycle",
                "GetBucketLifecycleConfiguration",
                "s3:GetLifecycleConfiguration",
                BucketLifecycle::get);
        in.put("lifecycle", "PutBucketLifecycleConfiguration", putLifecycle, BucketLifecycle::put);
        in.delete("lifecycle", "DeleteBucketLifecycle", putLifecycle, BucketLifecycle::delete);
        in.get(
                "notification",
                "GetBucketNotificationConfiguration",
                "s3:GetBucketNotification",
                BucketNotification::get);
        in.put(
                "notification",
                "PutBucketNotificationConfiguration",
                "s3:PutBucketNotification",
                BucketNotification::put);
        in.get("logging", "GetBucketLogging", "s3:GetBucketLogging", BucketLogging::get);
        in.put("logging", "PutBucketLogging", "s3:PutBucketLogging", BucketLogging::put);
        String getInventory = "s3:GetInventoryConfiguration";
        String putInventory = "s3:PutInventoryConfiguration";
        in.get(
                "inventory",
                "GetBucketInventoryConfiguration, ListBucketInventoryConfigurations",
                getInventory,
                BucketInventory::get);
        in.put("inventory", "PutBucketInventoryConfiguration", putInventory, BucketInventory::put);
        in.delete(
                "inventory",
                "DeleteBucketInventoryConfiguration",
                putInventory,
                BucketInventory::delete);
        return in.all();
    }

    private static List<Route> bucketDocuments() {
        RouteLines in = new RouteLines(About.BUCKET);
        BucketDocuments cors = BucketDocuments.CORS;
        in.get("cors", "GetBucketCors", "s3:GetBucketCORS", cors::get);
        in.put("cors", "PutBucketCors", "s3:PutBucketCORS", cors::put);
        in.delete("cors", "DeleteBucketCors", "s3:PutBucketCORS", cors::delete);
        BucketDocuments website = BucketDocuments.WEBSITE;
        in.get("website", "GetBucketWebsite", "s3:GetBucketWebsite", website::get);
        in.put("website", "PutBucketWebsite", "s3:PutBucketWebsite", website::put);
        in.delete("website", "DeleteBucketWebsite", "s3:DeleteBucketWebsite", website::delete);
        BucketDocuments tagging = BucketDocuments.TAGGING;
        in.get("tagging", "GetBucketTagging", "s3:GetBucketTagging", tagging::get);
        in.put("tagging", "PutBucketTagging", "s3:PutBucketTagging", tagging::put);
        in.delete("tagging", "DeleteBucketTagging", "s3:PutBucketTagging", tagging::delete);
        return in.all();
    }

    private static List<Route> object() {
        RouteLines in = new RouteLines(About.OBJECT);
        in.post("uploads", "CreateMultipartUpload", "s3:PutObject", MultipartUploads::create);
        Rights putOrCopy = Rights.of("s3:PutObject").copying();
        in.add("PUT", "uploadId", "UploadPart, UploadPartCopy", putOrCopy, new UploadPart());
        in.post(
                "uploadId",
                "CompleteMultipartUpload",
                "s3:PutObject",
                new CompleteMultipartUpload());
        in.delete(
                "uploadId",
                "AbortMultipartUpload",
                "s3:AbortMultipartUpload",
                MultipartUploads::abort);
        in.get("uploadId", "ListParts", "s3:ListMultipartUploadParts", MultipartUploads::parts);
        in.add("PUT", "", "PutObject, CopyObject", putOrCopy, new PutObject());
        in.get("", "GetObject", "s3:GetObject s3:GetObjectVersion", new GetObject());
        in.head("", "HeadObject", "s3:GetObject s3:GetObjectVersion", new HeadObject());
        in.delete("", "DeleteObject", "s3:DeleteObject s3:DeleteObjectVersion", new DeleteObject());
        in.get("acl", "GetObjectAcl", "s3:GetObjectAcl s3:GetObjectVersionAcl", ObjectAcl::get);
        in.put("acl", "PutObjectAcl", "s3:PutObjectAcl s3:PutObjectVersionAcl", ObjectAcl::put);
        in.get(
                "tagging",
                "GetObjectTagging",
                "s3:GetObjectTagging s3:GetObjectVersionTagging",
                ObjectTagging::get);
        in.put(
                "tagging",
                "PutObjectTagging",
                "s3:PutObjectTagging s3:PutObjectVersionTagging",
                ObjectTagging::put);
        in.delete(
                "tagging",
                "DeleteObjectTagging",
                "s3:DeleteObjectTagging s3:DeleteObjectVersionTagging",
                ObjectTagging::delete);
        return in.all();
    }

    /** How what a bucket keeps is locked and encrypted. */
    private static List<Route> bucketKeeping() {
        RouteLines in = new RouteLines(About.BUCKET);
        String putEncryption = "s3:PutEncryptionConfiguration";
        in.get(
                "encryption",
                "GetBucketEncryption",
                "s3:GetEncryptionConfiguration",
                BucketEncryption::get);
        in.put("encryption", "PutBucketEncryption", putEncryption, BucketEncryption::put);
        in.delete("encryption", "DeleteBucketEncryption", putEncryption, BucketEncryption::delete);
        in.get(
                "object-lock",
                "GetObjectLockConfiguration",
                "s3:GetBucketObjectLockConfiguration",
                BucketObjectLock::get);
        in.put(
                "object-lock",
                "PutObjectLockConfiguration",
                "s3:PutBucketObjectLockConfiguration",
                BucketObjectLock::put);
        return in.all();
    }

    private static List<Route> objectKeeping() {
        RouteLines in = new RouteLines(About.OBJECT);
        in.get(
                "attributes",
                "GetObjectAttributes",
                "s3:GetObjectAttributes s3:GetObjectVersionAttributes",
                new GetObjectAttributes());
        in.post("restore", "RestoreObject", "s3:RestoreObject", new RestoreObject());
        in.get("retention", "GetObjectRetention", "s3:GetObjectRetention", ObjectRetention::get);
        in.put("retention", "PutObjectRetention", "s3:PutObjectRetention", ObjectRetention::put);
        in.get(
                "legal-hold",
                "GetObjectLegalHold",
                "s3:GetObjectLegalHold",
                ObjectRetention::getHold);
        in.put(
                "legal-hold",
                "PutObjectLegalHold",
                "s3:PutObjectLegalHold",
                ObjectRetention::putHold);
        return in.all();
    }

    /**
     * @throws io.lethe.node.s3.S3Exception NotImplemented for a sub-resource of S3's that is not
     *     served, MethodNotAllowed for a method that nothing has
     */
    public static Route route(S3Call call) {
        S3Request request = call.request();
        About about =
                call.bucket().isEmpty()
                        ? About.SERVICE
                        : call.key().isEmpty() ? About.BUCKET : About.OBJECT;
        List<Route> lines =
                ROUTES.stream()
                        .filter(line -> line.about() == about)
                        .filter(line -> line.method().equals(request.method()))
                        .toList();
        Optional<Route> named =
                lines.stream()
                        .filter(line -> !line.parameter().isEmpty())
                        .filter(line -> request.hasParameter(line.parameter()))
                        .findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        Optional<String> unserved =
                SubResources.ALL.stream().filter(request::hasParameter).findFirst();
        if (unserved.isPresent()) {
            return SubResources.of(about, request.method(), unserved.get());
        }
        return lines.stream()
                .filter(line -> line.parameter().isEmpty())
                .findFirst()
                .orElseThrow(
                        () ->
                                S3Error.METHOD_NOT_ALLOWED
                                        .exception()
                                        .with("Method", request.method())
                                        .with("ResourceType", about.name()));
    }

    /** Answers GET or HEAD of an object to a call that was admitted otherwise: a website's. */
    public static void show(S3Call call) throws InterruptedException {
        Operation operation =
                call.request().method().equals("HEAD") ? new HeadObject() : new GetObject();
        operation.run(call);
    }

    /** Stores what a form sends, once its call is admitted. */
    public static ObjectInfo store(S3Call call, Body file) throws InterruptedException {
        return PutObject.storeFile(call, file);
    }

    /** Names and the refusals beside them. */
    public static Map<String, String> refused() {
        return SubResources.REFUSED;
    }
}
