package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.http.BodyBroken;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.HttpService;
import io.lethe.node.http.RequestHead;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Caller;
import io.lethe.node.s3.operation.Operation;
import io.lethe.node.s3.operation.Router;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.s3.sigv4.ChunkSigner;
import io.lethe.node.s3.sigv4.SigV4;
import io.lethe.node.s3.sigv4.SigningKeys;
import io.lethe.node.s3.xml.ErrorDocument;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes S3 requests: reads the head, finds out who asks, chooses the operation, and says what goes
 * wrong as S3 does. Safe for any task.
 */
public final class S3Door implements HttpService {
    private static final Logger log = LoggerFactory.getLogger(S3Door.class);
    private static final Set<String> SERVICES = Set.of("s3");

    /** Keys derived for a day and region: one for each access key in use at a time. */
    private static final int MOST_SIGNING_KEYS = 10_000;

    private final S3Ports ports;
    private final SigningKeys signingKeys = new SigningKeys(MOST_SIGNING_KEYS);

    public S3Door(S3Ports ports) {
        this.ports = ports;
    }

    @Override
    public void serve(HttpExchange exchange) throws InterruptedException {
        String id = Id128.random(ports.random()).toString();
        try {
            S3Call call = admit(exchange, id);
            Operation operation = Router.route(call);
            operation.run(call);
        } catch (S3Exception e) {
            fail(exchange, e, id);
        } catch (StoreException e) {
            S3Exception failure = S3Exception.of(e);
            if (failure.error().httpStatus() >= 500) {
                RequestHead head = exchange.head();
                log.warn("request {}: {} {} failed", id, head.method(), head.target(), e);
            }
            fail(exchange, failure, id);
        }
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
        Authentication.Signed signed =
                switch (SigV4.read(request)) {
                    case Authentication.Anonymous _ -> throw S3Error.ACCESS_DENIED.exception();
                    case Authentication.Signed claim -> claim;
                };
        signed.checkTime(ports.tasks().clock().wallMillis());
        signed.checkScope(ports.settings().region(), SERVICES);
        if (signed.sessionToken().isPresent()) {
            throw S3Error.INVALID_TOKEN.exception();
        }
        String accessKeyId = signed.credential().accessKeyId();
        AccessKeyRecord key =
                ports.credentials()
                        .find(accessKeyId)
                        .orElseThrow(
                                () ->
                                        S3Error.INVALID_ACCESS_KEY_ID
                                                .exception()
                                                .with("AWSAccessKeyId", accessKeyId));
        ChunkSigner signer =
                SigV4.verify(
                        signed,
                        request,
                        signingKeys.of(ports.credentials().secret(key), signed.credential()));
        Caller caller = new Caller(key.tenant(), accessKeyId, key.operator());
        RequestBody body = new RequestBody(exchange, request, signed.payload(), signer);
        long deadlineNanos =
                ports.tasks().clock().nanos() + ports.settings().requestTime().toNanos();
        return new S3Call(
                exchange,
                new S3Call.Admitted(request, address, caller, body, id),
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
