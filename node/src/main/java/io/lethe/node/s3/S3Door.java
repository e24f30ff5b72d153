package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.http.BodyBroken;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.HttpService;
import io.lethe.node.http.RequestHead;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.MarkedDeleted;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.access.CallAccess;
import io.lethe.node.s3.access.Guard;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.access.RequestKeys;
import io.lethe.node.s3.access.Sessions;
import io.lethe.node.s3.access.StoredVersions;
import io.lethe.node.s3.logging.AccessLog;
import io.lethe.node.s3.operation.Router;
import io.lethe.node.s3.sts.StsDoor;
import io.lethe.node.s3.xml.ErrorDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Takes S3 requests: reads the head, finds out who asks, chooses the operation, asks whether it is
 * allowed, and says what goes wrong as S3 does. Safe for any task.
 */
public final class S3Door implements HttpService {
    private static final Logger log = LoggerFactory.getLogger(S3Door.class);
    private static final Set<String> SERVICES = Set.of("s3");

    private final S3Ports ports;
    private final Identification identification;
    private final Guard guard;
    private final StsDoor sts;
    private final Cors cors;
    private final WebsiteDoor website;
    private final FormDoor forms;

    public S3Door(S3Ports ports) {
        this.ports = ports;
        Sessions sessions = new Sessions(ports.credentials(), ports.random());
        identification =
                new Identification(
                        ports.credentials(),
                        sessions,
                        ports.tenants(),
                        ports.tasks().clock(),
                        ports.settings().region());
        sts = new StsDoor(identification, sessions, ports.tasks().clock()::wallMillis);
        guard =
                new Guard(
                        ports.buckets(),
                        ports.bucketSettings(),
                        ports.tenants(),
                        S3Door.stored(ports.objects()));
        cors = new Cors(ports, guard, identification);
        website = new WebsiteDoor(ports, guard);
        forms = new FormDoor(ports, identification, guard, cors);
    }

    @Override
    public void serve(HttpExchange exchange) throws InterruptedException {
        String id = Id128.random(ports.random()).toString();
        // Every line of the log that this task writes tells whose it is, by the id that clients
        // see.
        try (var _ = MDC.putCloseable("request", id)) {
            serve(exchange, id);
        }
    }

    private void serve(HttpExchange exchange, String id) throws InterruptedException {
        AccessLog.Running running = ports.accessLog().begin(exchange, ports.tasks().clock());
        S3Call call = null;
        List<RequestHead.Header> added = new ArrayList<>();
        try {
            S3Request request = request(exchange.head());
            if (StsDoor.isMeant(request)) {
                sts.serve(exchange, request, id);
                return;
            }
            Optional<String> site = S3Address.hosted(request, ports.settings().websiteDomains());
            S3Address address =
                    site.isPresent()
                            ? S3Address.page(request, site.get())
                            : S3Address.of(request, ports.settings().domains());
            long deadlineNanos =
                    ports.tasks().clock().nanos() + ports.settings().requestTime().toNanos();
            if (request.method().equals("OPTIONS")) {
                cors.preflight(exchange, request, address, id, deadlineNanos);
                return;
            }
            added.addAll(cors.headers(request, address, deadlineNanos));
            S3Call.Opening opening =
                    new S3Call.Opening(
                            request, address, id, ports, deadlineNanos, added, running::admitted);
            if (site.isPresent()) {
                website.serve(exchange, opening);
            } else if (FormDoor.isMeant(request, address)) {
                forms.serve(exchange, opening);
            } else {
                call = opening.call(exchange, identification.of(request, SERVICES));
                Router.Route route = Router.route(call);
                call.admitted(guard.admit(asked(exchange, call, route)));
                route.operation().run(call);
            }
        } catch (S3Exception e) {
            running.failed(e.error().code());
            fail(exchange, e, id, added);
        } catch (StoreException e) {
            S3Exception failure = S3Exception.of(e);
            running.failed(failure.error().code());
            if (failure.error().httpStatus() >= 500) {
                RequestHead head = exchange.head();
                log.warn("{} {} failed", head.method(), S3Request.withoutSecrets(head.target()), e);
            }
            fail(
                    exchange,
                    mayKnow(call, e) ? failure : S3Error.ACCESS_DENIED.exception(),
                    id,
                    added);
        } finally {
            if (call != null) {
                call.over();
            }
            running.over();
        }
    }

    /**
     * That a key is missing is told to those who may list the bucket, as S3 does; whoever names a
     * delete marker knows of it.
     */
    static boolean mayKnow(@Nullable S3Call call, StoreException failure)
            throws InterruptedException {
        boolean marker = failure instanceof MarkedDeleted marked && marked.named();
        boolean missing =
                !marker
                        && (failure.code() == ErrorCode.NO_SUCH_KEY
                                || failure.code() == ErrorCode.NO_SUCH_VERSION);
        CallAccess access = call == null ? null : call.accessIfAdmitted();
        return !missing || (access != null && access.mayList());
    }

    private static StoredVersions stored(Objects objects) {
        return (owner, bucket, key, versionId, deadlineNanos) -> {
            try {
                return Optional.of(
                        objects.head(owner, bucket, key, versionId, deadlineNanos).attributes());
            } catch (StoreException e) {
                // What can't be there has no tags and no ACL: its operation says what it is.
                return switch (e.code()) {
                    case NO_SUCH_KEY,
                            NO_SUCH_VERSION,
                            NO_SUCH_BUCKET,
                            INVALID_ARGUMENT,
                            KEY_TOO_LONG ->
                            Optional.empty();
                    default -> throw e;
                };
            }
        };
    }

    /** The condition keys that a request gives. */
    static RequestKeys keys(HttpExchange exchange, S3Call call, S3Ports ports) {
        RequestHead head = exchange.head();
        return new RequestKeys(
                call.request(),
                call.who().how(),
                head.remote(),
                head.tlsVersion(),
                ports.settings().region(),
                ports.tasks().clock().wallMillis());
    }

    private Guard.Asked asked(HttpExchange exchange, S3Call call, Router.Route route) {
        return new Guard.Asked(
                call.who().principal(),
                keys(exchange, call, ports),
                call.bucket(),
                call.key(),
                route.rights(),
                () -> call.wholeBody(false),
                call.deadlineNanos());
    }

    private static S3Request request(RequestHead head) {
        return new S3Request(
                head.method(),
                head.target(),
                head.headers().stream()
                        .map(line -> new S3Request.Header(line.name(), line.value()))
                        .toList());
    }

    private static void fail(
            HttpExchange exchange, S3Exception failure, String id, List<RequestHead.Header> added)
            throws InterruptedException {
        if (exchange.begun()) {
            // Too late for another status: the connection breaks, so that nobody takes it for all.
            throw new BodyBroken(BodyBroken.Why.GONE);
        }
        int status = failure.error().httpStatus();
        RequestHead head = exchange.head();
        String target = head.target();
        int question = target.indexOf('?');
        String resource = question < 0 ? target : target.substring(0, question);
        byte[] body =
                status == 304
                        ? new byte[0]
                        : ErrorDocument.write(
                                status == 405 ? failure.with("Method", head.method()) : failure,
                                resource,
                                id,
                                "lethe");
        List<RequestHead.Header> headers = new ArrayList<>(added);
        headers.add(new RequestHead.Header("x-amz-request-id", id));
        if (body.length > 0) {
            headers.add(new RequestHead.Header("content-type", "application/xml"));
        }
        failure.headers()
                .forEach((name, value) -> headers.add(new RequestHead.Header(name, value)));
        exchange.answer(status, headers, body);
    }

    @Override
    public HttpAnswer refusal(int status, String why) {
        S3Error error =
                switch (status) {
                    case 503 -> S3Error.SLOW_DOWN;
                    case 431 -> S3Error.REQUEST_HEADER_SECTION_TOO_LARGE;
                    case 414 -> S3Error.INVALID_URI;
                    case 408 -> S3Error.REQUEST_TIMEOUT;
                    case 500 -> S3Error.INTERNAL_ERROR;
                    default -> S3Error.BAD_REQUEST;
                };
        String id = Id128.random(ports.random()).toString();
        S3Exception failure = status == 500 ? error.exception() : error.because(why);
        return new HttpAnswer(
                error.httpStatus(),
                "application/xml",
                Bytes.wrap(ErrorDocument.write(failure, "", id, "lethe")),
                Map.of("x-amz-request-id", id));
    }
}
