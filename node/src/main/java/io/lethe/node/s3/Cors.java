package io.lethe.node.s3;

import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.RequestHead.Header;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.access.Guard;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.xml.CorsConfiguration;
import io.lethe.node.s3.xml.CorsConfiguration.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What web pages of other origins are told: on preflight requests, which nobody signs, and on every
 * answer to a request that names its origin, errors included. Whose bucket is meant goes by what
 * the request claims, proven or not, since a browser must hear of errors too; so whoever has a CORS
 * configuration shows that there is a bucket. Safe for any task.
 */
final class Cors {
    private static final String ORIGIN = "origin";
    private static final String METHOD = "access-control-request-method";
    private static final String HEADERS = "access-control-request-headers";

    private final S3Ports ports;
    private final Guard guard;
    private final Identification identification;

    Cors(S3Ports ports, Guard guard, Identification identification) {
        this.ports = ports;
        this.guard = guard;
        this.identification = identification;
    }

    /** What is added to the answer; nothing where no rule allows it. */
    List<Header> headers(S3Request request, S3Address address, long deadlineNanos)
            throws InterruptedException {
        return headers(request, address, identification.claimed(request), deadlineNanos);
    }

    /**
     * As {@link #headers(S3Request, S3Address, long)}, of a form, which says who sends it.
     *
     * @param fields by lower-case name
     */
    List<Header> headersOfForm(
            S3Request request, S3Address address, Map<String, String> fields, long deadlineNanos)
            throws InterruptedException {
        return headers(request, address, identification.claimedByForm(fields), deadlineNanos);
    }

    private List<Header> headers(
            S3Request request, S3Address address, Optional<TenantId> claimed, long deadlineNanos)
            throws InterruptedException {
        Optional<String> origin = request.header(ORIGIN);
        if (origin.isEmpty() || address.isService()) {
            return List.of();
        }
        return configuration(claimed, address, deadlineNanos)
                .flatMap(known -> known.match(origin.get(), request.method(), List.of()))
                .map(rule -> headers(rule, origin.get()))
                .orElse(List.of());
    }

    /**
     * Answers OPTIONS.
     *
     * @throws S3Exception BadRequest; AccessForbidden also for a bucket that is not there
     */
    void preflight(
            HttpExchange exchange,
            S3Request request,
            S3Address address,
            String id,
            long deadlineNanos)
            throws InterruptedException {
        String origin =
                request.header(ORIGIN)
                        .orElseThrow(
                                () ->
                                        S3Error.BAD_REQUEST.because(
                                                "Insufficient information. Origin request header"
                                                        + " needed."));
        String method =
                request.header(METHOD)
                        .orElseThrow(
                                () ->
                                        S3Error.BAD_REQUEST.because(
                                                "Invalid Access-Control-Request-Method: null"));
        List<String> wanted =
                Stream.of(request.joinedHeader(HEADERS).orElse("").split(",", -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
        Rule rule =
                (address.isService()
                                ? Optional.<CorsConfiguration>empty()
                                : configuration(
                                        identification.claimed(request), address, deadlineNanos))
                        .flatMap(known -> known.match(origin, method, wanted))
                        .orElseThrow(S3Error.ACCESS_FORBIDDEN::exception);
        List<Header> answer = new ArrayList<>(headers(rule, origin));
        answer.add(new Header("x-amz-request-id", id));
        if (!wanted.isEmpty()) {
            answer.add(new Header("access-control-allow-headers", String.join(", ", wanted)));
        }
        exchange.answer(200, answer, new byte[0]);
    }

    private static List<Header> headers(Rule rule, String origin) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("access-control-allow-origin", rule.anyOrigin() ? "*" : origin));
        headers.add(
                new Header(
                        "access-control-allow-methods", String.join(", ", rule.allowedMethods())));
        if (!rule.anyOrigin()) {
            headers.add(new Header("access-control-allow-credentials", "true"));
        }
        if (!rule.exposeHeaders().isEmpty()) {
            headers.add(
                    new Header(
                            "access-control-expose-headers",
                            String.join(", ", rule.exposeHeaders())));
        }
        rule.maxAgeSeconds()
                .ifPresent(
                        age -> headers.add(new Header("access-control-max-age", age.toString())));
        headers.add(
                new Header(
                        "vary",
                        "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"));
        return headers;
    }

    private Optional<CorsConfiguration> configuration(
            Optional<TenantId> claimed, S3Address address, long deadlineNanos)
            throws InterruptedException {
        Optional<BucketRecord> bucket = guard.bucket(claimed, address.bucket(), deadlineNanos);
        return bucket.flatMap(
                record ->
                        ports.bucketSettings()
                                .of(
                                        record,
                                        BucketSetting.CORS,
                                        document ->
                                                CorsConfiguration.parse(document.unsafeArray())));
    }
}
