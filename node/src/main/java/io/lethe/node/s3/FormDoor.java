package io.lethe.node.s3;

import io.lethe.node.http.BodyBroken;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.access.Guard;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.access.Rights;
import io.lethe.node.s3.form.MultipartReader;
import io.lethe.node.s3.form.UploadForm;
import io.lethe.node.s3.operation.Router;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.s3.sigv4.PostPolicy;
import io.lethe.node.s3.xml.XmlWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Takes objects by browsers' forms: POST of {@code multipart/form-data} to a bucket. Who asks
 * stands in the form, so it is read up to its file first. Safe for any task.
 */
final class FormDoor {
    private static final Rights WRITE = Rights.of("s3:PutObject");

    private final S3Ports ports;
    private final Identification identification;
    private final Guard guard;
    private final Cors cors;

    FormDoor(S3Ports ports, Identification identification, Guard guard, Cors cors) {
        this.ports = ports;
        this.identification = identification;
        this.guard = guard;
        this.cors = cors;
    }

    /** Whether a request is such a form; other POSTs to a bucket have a sub-resource. */
    static boolean isMeant(S3Request request, S3Address address) {
        return request.method().equals("POST")
                && address.isBucket()
                && request.rawQuery().isEmpty()
                && request.header("content-type")
                        .filter(type -> type.regionMatches(true, 0, "multipart/", 0, 10))
                        .isPresent();
    }

    /**
     * Answers one form.
     *
     * @throws S3Exception what S3 answers instead
     */
    void serve(HttpExchange exchange, S3Call.Opening opening) throws InterruptedException {
        S3Request sent = opening.request();
        MultipartReader reader =
                new MultipartReader(
                        (target, offset, length) -> read(exchange, target, offset, length),
                        MultipartReader.boundary(sent.header("content-type").orElse(""))
                                .orElseThrow(S3Error.REQUEST_IS_NOT_MULTI_PART_CONTENT::exception));
        UploadForm form = UploadForm.read(reader);
        if (opening.added().isEmpty()) {
            opening.added()
                    .addAll(
                            cors.headersOfForm(
                                    sent,
                                    opening.address(),
                                    form.fields(),
                                    opening.deadlineNanos()));
        }
        String key = form.key();
        S3Address.checkKey(key);
        Identification.Identified who = identification.ofForm(form.fields());
        Optional<PostPolicy> policy = Optional.empty();
        if (who.how() instanceof Authentication.Signed) {
            policy = Optional.of(PostPolicy.parse(form.field("policy")));
            policy.get()
                    .check(
                            form.fields(),
                            opening.address().bucket(),
                            ports.tasks().clock().wallMillis());
        }
        S3Request put = form.asPut(sent);
        FormBody file = new FormBody(form.content(), policy, put);
        S3Call call = opening.call(exchange, put, key, who);
        call.admitted(
                guard.admit(
                        new Guard.Asked(
                                who.principal(),
                                S3Door.keys(exchange, call, ports),
                                opening.address().bucket(),
                                key,
                                WRITE,
                                () -> new byte[0],
                                call.deadlineNanos())));
        answer(call, form, Router.store(call, file));
    }

    private static int read(HttpExchange exchange, byte[] target, int offset, int length)
            throws InterruptedException {
        try {
            return exchange.read(target, offset, length);
        } catch (BodyBroken e) {
            throw RequestBody.broken(e);
        }
    }

    private static void answer(S3Call call, UploadForm form, ObjectInfo stored)
            throws InterruptedException {
        String etag = '"' + stored.etag() + '"';
        String location = "/" + call.bucket() + "/" + PercentCoding.encode(call.key(), true);
        String redirect =
                form.field("success_action_redirect").isEmpty()
                        ? form.field("redirect")
                        : form.field("success_action_redirect");
        call.header("etag", etag);
        if (isUrl(redirect)) {
            call.header(
                            "location",
                            redirect
                                    + (redirect.contains("?") ? "&" : "?")
                                    + "bucket="
                                    + encode(call.bucket())
                                    + "&key="
                                    + encode(call.key())
                                    + "&etag="
                                    + encode(etag))
                    .empty(303);
            return;
        }
        call.header("location", location);
        switch (form.field("success_action_status")) {
            case "200" -> call.empty(200);
            case "201" ->
                    call.xml(
                            201,
                            XmlWriter.plain("PostResponse")
                                    .text("Location", location)
                                    .text("Bucket", call.bucket())
                                    .text("Key", call.key())
                                    .text("ETag", etag));
            default -> call.empty(204);
        }
    }

    /** S3 passes over what is none. */
    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
