package io.lethe.node.s3.sts;

import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.RequestHead.Header;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.access.Principal;
import io.lethe.node.s3.access.RequestKeys;
import io.lethe.node.s3.access.Sessions;
import io.lethe.node.s3.xml.ErrorDocument;
import io.lethe.node.s3.xml.XmlWriter;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests that are signed for {@code sts}: forms with an {@code Action}, answered in XML.
 * Safe for any task.
 *
 * <p>Roles come with users; until then every account has one, {@code role/account}, which may do
 * what the account may, and which the account's own users assume to hand out sessions that a policy
 * narrows.
 */
public final class StsDoor {
    private static final Logger log = LoggerFactory.getLogger(StsDoor.class);

    private static final int LEAST_SECONDS = 900;

    /** 12 hours. */
    private static final int MOST_SECONDS = 43_200;

    private static final int HOUR_SECONDS = 3_600;

    /** As AWS; counted in characters. */
    private static final int MOST_POLICY_CHARS = 2_048;

    private static final Pattern SESSION_NAME = Pattern.compile("[A-Za-z0-9_+=,.@-]{2,64}");

    private final Identification identification;
    private final Sessions sessions;
    private final LongSupplier wallMillis;

    public StsDoor(Identification identification, Sessions sessions, LongSupplier wallMillis) {
        this.identification = identification;
        this.sessions = sessions;
        this.wallMillis = wallMillis;
    }

    /** Whether a request is signed for STS; one that can't be read is S3's to refuse. */
    public static boolean isMeant(S3Request request) {
        return request.method().equals("POST")
                && request.header("authorization").filter(it -> it.contains("/sts/")).isPresent();
    }

    /** Answers one request. */
    public void serve(HttpExchange exchange, S3Request request, String id)
            throws InterruptedException {
        int status = 200;
        byte[] answer;
        try {
            answer = answer(exchange, request, id);
        } catch (S3Exception e) {
            status = e.error().httpStatus();
            answer = ErrorDocument.writeSts(e, id);
        } catch (StoreException e) {
            log.warn("request {}: an STS action failed", id, e);
            S3Exception failure = S3Exception.of(e);
            status = failure.error().httpStatus();
            answer = ErrorDocument.writeSts(failure, id);
        }
        exchange.answer(
                status,
                List.of(new Header("x-amzn-RequestId", id), new Header("content-type", "text/xml")),
                answer);
    }

    private byte[] answer(HttpExchange exchange, S3Request request, String id)
            throws InterruptedException {
        if (!request.method().equals("POST") || !request.rawPath().equals("/")) {
            throw S3Error.INVALID_ACTION.because("Actions are sent to / by POST.");
        }
        byte[] body = body(exchange);
        Principal principal = identification.ofBody(request, body, Set.of("sts"));
        StsQuestion question = StsQuestion.parse(body);
        String action = question.needed("Action");
        XmlWriter out = XmlWriter.sts(action + "Response").open(action + "Result");
        switch (action) {
            case "GetCallerIdentity" -> identity(out, question, principal);
            case "GetSessionToken" -> session(out, question, principal);
            case "AssumeRole" -> role(out, question, principal);
            default ->
                    throw S3Error.INVALID_ACTION.because(
                            "Could not find operation " + action + " for version 2011-06-15");
        }
        return out.close().open("ResponseMetadata").text("RequestId", id).end();
    }

    private static byte[] body(HttpExchange exchange) throws InterruptedException {
        byte[] buffer = new byte[StsQuestion.MOST_BYTES];
        int length = 0;
        while (true) {
            if (length == buffer.length) {
                throw StsQuestion.invalid("The request is too long.");
            }
            int count = exchange.read(buffer, length, buffer.length - length);
            if (count < 0) {
                return Arrays.copyOf(buffer, length);
            }
            length += count;
        }
    }

    private static void identity(XmlWriter out, StsQuestion question, Principal principal) {
        question.checkOnly(Set.of());
        out.text("Arn", principal.identity().arn())
                .text("UserId", principal.identity().keys().getOrDefault("aws:userid", ""))
                .text("Account", principal.identity().account());
    }

    private void session(XmlWriter out, StsQuestion question, Principal principal) {
        question.checkOnly(Set.of("DurationSeconds"));
        if (principal.isSession()) {
            throw S3Error.ACCESS_DENIED.because(
                    "Cannot call GetSessionToken with session credentials");
        }
        long seconds = question.lifeSeconds(MOST_SECONDS, LEAST_SECONDS, MOST_SECONDS);
        write(out, issue(principal, "", "", seconds));
    }

    private void role(XmlWriter out, StsQuestion question, Principal principal) {
        question.checkOnly(
                Set.of("RoleArn", "RoleSessionName", "Policy", "DurationSeconds", "ExternalId"));
        String arn = question.needed("RoleArn");
        String name = question.needed("RoleSessionName");
        if (!SESSION_NAME.matcher(name).matches()) {
            throw StsQuestion.invalid(
                    "RoleSessionName must have 2 to 64 letters, digits or any of _+=,.@-");
        }
        String policy = question.get("Policy");
        checkPolicy(policy);
        long seconds = question.lifeSeconds(HOUR_SECONDS, LEAST_SECONDS, MOST_SECONDS);
        TenantId tenant = principal.tenant().orElseThrow(S3Error.ACCESS_DENIED::exception);
        Caller.RoleSession session = Identification.accountRole(tenant, name);
        if (!arn.equals(session.roleArn()) || !principal.actsAsAccount()) {
            throw S3Error.ACCESS_DENIED.because(
                    "User: "
                            + principal.identity().arn()
                            + " is not authorized to perform: sts:AssumeRole on resource: "
                            + arn);
        }
        write(out, issue(principal, name, policy, seconds));
        out.open("AssumedRoleUser")
                .text("AssumedRoleId", session.roleId() + ':' + name)
                .text("Arn", session.arn())
                .close();
        if (!policy.isEmpty()) {
            out.number("PackedPolicySize", Math.ceilDiv(policy.length() * 100L, MOST_POLICY_CHARS));
        }
    }

    private static void checkPolicy(String json) {
        if (json.isEmpty()) {
            return;
        }
        if (json.length() > MOST_POLICY_CHARS) {
            throw S3Error.PACKED_POLICY_TOO_LARGE.exception();
        }
        try {
            Policy policy = Sessions.policy(json);
            RequestKeys.unread(policy)
                    .ifPresent(
                            key -> {
                                throw S3Error.MALFORMED_POLICY_DOCUMENT.because(
                                        "The condition key " + key + " is not supported here.");
                            });
        } catch (MalformedPolicyException e) {
            String why = e.getMessage();
            throw why == null
                    ? S3Error.MALFORMED_POLICY_DOCUMENT.exception()
                    : S3Error.MALFORMED_POLICY_DOCUMENT.because(why);
        }
    }

    private Sessions.Issued issue(Principal by, String name, String policy, long seconds) {
        return sessions.issue(
                identification.parent(by), name, policy, wallMillis.getAsLong(), seconds * 1000);
    }

    private static void write(XmlWriter out, Sessions.Issued issued) {
        out.open("Credentials")
                .text("AccessKeyId", issued.accessKeyId())
                .text("SecretAccessKey", issued.secret())
                .text("SessionToken", issued.token())
                .date("Expiration", issued.endMillis())
                .close();
    }
}
