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
import io.lethe.node.s3.access.CallAccess;
import io.lethe.node.s3.access.Guard;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.access.RequestKeys;
import io.lethe.node.s3.logging.AccessLog;
import io.lethe.node.s3.operation.Router;
import io.lethe.node.s3.xml.ErrorDocument;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    public S3Door(S3Ports ports) {
        this.ports = ports;
        identification =
                new Identification(
                        ports.credentials(),
                        ports.tenants(),
                        ports.tasks().clock(),
                        ports.settings().region());
        guard = new Guard(ports.buckets(), ports.bucketSettings(), ports.tenants());
    }

    @Override
    public void serve(HttpExchange exchange) throws InterruptedException {
        String id = Id128.random(ports.random()).toString();
        AccessLog.Running running = ports.accessLog().begin(exchange, ports.tasks().clock());
        S3Call call = null;
        try {
            call = admit(exchange, id);
            running.admitted(call);
            Router.Route route = Router.route(call);
            call.admitted(guard.admit(asked(exchange, call, route)));
            route.operation().run(call);
        } catch (S3Exception e) {
            running.failed(e.error().code());
            fail(exchange, e, id);
        } catch (StoreException e) {
            S3Exception failure = S3Exception.of(e);
            running.failed(failure.error().code());
            if (failure.error().httpStatus() >= 500) {
                RequestHead head = exchange.head();
                log.warn("request {}: {} {} failed", id, head.method(), head.target(), e);
            }
            fail(exchange, mayKnow(call, e) ? failure : S3Error.ACCESS_DENIED.exception(), id);
        } finally {
            running.over();
        }
    }

    /** That a key is missing is told to those who may list the bucket, as S3 does. */
    private static boolean mayKnow(@Nullable S3Call call, StoreException failure) {
        boolean missing =
                failure.code() == ErrorCode.NO_SUCH_KEY
                        || failure.code() == ErrorCode.NO_SUCH_VERSION;
        CallAccess access = call == null ? null : call.accessIfAdmitted();
        return !missing || (access != null && access.mayList());
    }

    private Guard.Asked asked(HttpExchange exchange, S3Call call, Router.Route route) {
        RequestHead head = exchange.head();
        return new Guard.Asked(
                call.who().principal(),
                new RequestKeys(
                        call.request(),
                        call.who().how(),
                        head.remote(),
                        head.secure(),
                        ports.settings().region(),
                        ports.tasks().clock().wallMillis(),
                        Map.of()),
                call.bucket(),
                call.key(),
                route.rights(),
                () -> call.wholeBody(true),
                call.deadlineNanos());
    }

    private S3Call admit(HttpExchange exchange, String id) {
        RequestHead head = exchange.head();
        S3Request request =
                new S3Request(
                        head.method(),
                        head.target(),
                        head.headers().stream()
                                .map(line -> new S3Request.Header(line.name(), line.value()))
                                .toList());
        S3Address address = S3Address.of(request, ports.settings().domains());
        Identification.Identified who = identification.of(request, SERVICES);
        RequestBody body = new RequestBody(exchange, request, who.payload(), who.signer());
        long deadlineNanos =
                ports.tasks().clock().nanos() + ports.settings().requestTime().toNanos();
        return new S3Call(
                exchange,
                new S3Call.Admitted(request, address, who, body, id),
                ports,
                deadlineNanos);
    }

    private static void fail(HttpExchange exchange, S3Exception failure, String id)
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
                status == 304 ? new byte[0] : ErrorDocument.write(failure, resource, id, "lethe");
        List<RequestHead.Header> headers =
                List.of(
                        new RequestHead.Header("x-amz-request-id", id),
                        new RequestHead.Header("content-type", "application/xml"));
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
