package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
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
     * @param parameter that must be there; empty: none of those that other lines of the same kind
     *     and method ask for
     */
    public record Route(
            String name, About about, String method, String parameter, Operation operation) {}

    private static final List<Route> ROUTES = routes();

    private Router() {}

    /** For the test that compares the README's table. */
    public static List<Route> all() {
        return ROUTES;
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(new Route("ListBuckets", About.SERVICE, "GET", "", new ListBuckets()));
        routes.addAll(bucket());
        routes.addAll(object());
        return List.copyOf(routes);
    }

    private static List<Route> bucket() {
        List<Route> routes = new ArrayList<>();
        add(routes, "CreateBucket", About.BUCKET, "PUT", "", new CreateBucket());
        add(routes, "HeadBucket", About.BUCKET, "HEAD", "", new HeadBucket());
        add(routes, "DeleteBucket", About.BUCKET, "DELETE", "", new DeleteBucket());
        add(routes, "GetBucketLocation", About.BUCKET, "GET", "location", new BucketLocation());
        add(
                routes,
                "GetBucketVersioning",
                About.BUCKET,
                "GET",
                "versioning",
                BucketVersioning::get);
        add(
                routes,
                "PutBucketVersioning",
                About.BUCKET,
                "PUT",
                "versioning",
                BucketVersioning::put);
        add(
                routes,
                "GetBucketLifecycleConfiguration",
                About.BUCKET,
                "GET",
                "lifecycle",
                BucketLifecycle::get);
        add(
                routes,
                "PutBucketLifecycleConfiguration",
                About.BUCKET,
                "PUT",
                "lifecycle",
                BucketLifecycle::put);
        add(
                routes,
                "DeleteBucketLifecycle",
                About.BUCKET,
                "DELETE",
                "lifecycle",
                BucketLifecycle::delete);
        add(routes, "GetBucketAcl", About.BUCKET, "GET", "acl", BucketAcl::get);
        add(routes, "PutBucketAcl", About.BUCKET, "PUT", "acl", BucketAcl::put);
        add(
                routes,
                "ListObjectVersions",
                About.BUCKET,
                "GET",
                "versions",
                new ListObjectVersions());
        add(routes, "ListObjectsV2", About.BUCKET, "GET", "list-type", new ListObjects(true));
        add(routes, "ListObjects", About.BUCKET, "GET", "", new ListObjects(false));
        add(routes, "ListMultipartUploads", About.BUCKET, "GET", "uploads", MultipartUploads::list);
        add(routes, "DeleteObjects", About.BUCKET, "POST", "delete", new DeleteObjects());
        return routes;
    }

    private static List<Route> object() {
        List<Route> routes = new ArrayList<>();
        add(
                routes,
                "CreateMultipartUpload",
                About.OBJECT,
                "POST",
                "uploads",
                MultipartUploads::create);
        add(
                routes,
                "UploadPart, UploadPartCopy",
                About.OBJECT,
                "PUT",
                "uploadId",
                new UploadPart());
        add(
                routes,
                "CompleteMultipartUpload",
                About.OBJECT,
                "POST",
                "uploadId",
                new CompleteMultipartUpload());
        add(
                routes,
                "AbortMultipartUpload",
                About.OBJECT,
                "DELETE",
                "uploadId",
                MultipartUploads::abort);
        add(routes, "ListParts", About.OBJECT, "GET", "uploadId", MultipartUploads::parts);
        add(routes, "PutObject, CopyObject", About.OBJECT, "PUT", "", new PutObject());
        add(routes, "GetObject", About.OBJECT, "GET", "", new GetObject());
        add(routes, "HeadObject", About.OBJECT, "HEAD", "", new HeadObject());
        add(routes, "DeleteObject", About.OBJECT, "DELETE", "", new DeleteObject());
        add(routes, "GetObjectAcl", About.OBJECT, "GET", "acl", ObjectAcl::get);
        add(routes, "PutObjectAcl", About.OBJECT, "PUT", "acl", ObjectAcl::put);
        add(routes, "GetObjectTagging", About.OBJECT, "GET", "tagging", ObjectTagging::get);
        add(routes, "PutObjectTagging", About.OBJECT, "PUT", "tagging", ObjectTagging::put);
        add(
                routes,
                "DeleteObjectTagging",
                About.OBJECT,
                "DELETE",
                "tagging",
                ObjectTagging::delete);
        return routes;
    }

    private static void add(
            List<Route> routes,
            String name,
            About about,
            String method,
            String parameter,
            Operation operation) {
        routes.add(new Route(name, about, method, parameter, operation));
    }

    /**
     * @throws io.lethe.node.s3.S3Exception NotImplemented for a sub-resource of S3's that is not
     *     served, MethodNotAllowed for a method that nothing has
     */
    public static Operation route(S3Call call) {
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
            return named.get().operation();
        }
        Optional<String> unserved =
                SubResources.ALL.stream().filter(request::hasParameter).findFirst();
        if (unserved.isPresent()) {
            return SubResources.of(about, request.method(), unserved.get());
        }
        return lines.stream()
                .filter(line -> line.parameter().isEmpty())
                .findFirst()
                .map(Route::operation)
                .orElseThrow(
                        () ->
                                S3Error.METHOD_NOT_ALLOWED
                                        .exception()
                                        .with("Method", request.method())
                                        .with("ResourceType", about.name()));
    }

    /** Names and the refusals beside them. */
    public static Map<String, String> refused() {
        return SubResources.REFUSED;
    }
}
