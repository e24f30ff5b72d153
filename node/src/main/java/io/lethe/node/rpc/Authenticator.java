package io.lethe.node.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Asker;
import io.lethe.node.object.Caller;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks who calls, as lethe/v1/common.proto says: a call's first message is handed on only once
 * its signature holds. Safe for any thread.
 */
public final class Authenticator implements ServerInterceptor {
    /** How far a client's clock may be off. */
    static final Duration SKEW = Duration.ofMinutes(5);

    /**
     * Nonces remembered: 2,000 signed calls a second for as long as a date is taken (10 minutes);
     * more push out the oldest, which then only their date protects.
     */
    private static final int MOST_NONCES = 1 << 20;

    private static final Metadata.Key<String> KEY = ascii("lethe-key");
    private static final Metadata.Key<String> DATE = ascii("lethe-date");
    private static final Metadata.Key<String> NONCE = ascii("lethe-nonce");
    private static final Metadata.Key<String> SIGNATURE = ascii("lethe-signature");
    private static final Context.Key<Session> SESSION = Context.key("lethe-session");

    /** What stands in for an unknown key's secret, so that it costs the same. */
    private static final byte[] NO_SECRET = new byte[32];

    /** Where keys and their secrets come from. */
    public interface Keys {
        /** Asks again with a read-index round before saying that there is none; may block. */
        Optional<AccessKeyRecord> find(String accessKeyId);

        /** In UTF-8; not to be changed. */
        byte[] secret(AccessKeyRecord key);

        /**
         * @throws StoreException ACCESS_DENIED where who calls is suspended
         */
        void checkServed(Caller caller);
    }

    /** One call: its id, and who calls, known from the first message on. */
    static final class Session {
        private final String requestId;
        private volatile @Nullable Caller caller;

        Session(String requestId) {
            this.requestId = requestId;
        }

        String requestId() {
            return requestId;
        }

        Caller caller() {
            Caller known = caller;
            if (known == null) {
                throw new StoreException(ErrorCode.UNAUTHENTICATED, "the call is not signed");
            }
            return known;
        }
    }

    private final Keys keys;
    private final Clock clock;
    private final RandomSource random;
    private final Map<String, Boolean> nonces =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MOST_NONCES;
                }
            };

    public Authenticator(Keys keys, Clock clock, RandomSource random) {
        this.keys = keys;
        this.clock = clock;
        this.random = random;
    }

    /** As digits, without a zone; empty where there is no network between. */
    private static String address(ServerCall<?, ?> call) {
        if (!(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
                        instanceof InetSocketAddress remote)
                || remote.getAddress() == null) {
            return "";
        }
        String text = remote.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** The current call's session. */
    static Session session() {
        Session session = SESSION.get();
        if (session == null) {
            throw new IllegalStateException("a client service runs without its authenticator");
        }
        return session;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Session session = new Session(Id128.random(random).toString());
        Context context = Context.current().withValue(SESSION, session);
        ServerCall.Listener<Q> inner = Contexts.interceptCall(context, call, headers, next);
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(inner) {
            private boolean closed;

            @Override
            public void onMessage(Q message) {
                if (closed) {
                    return;
                }
                if (session.caller == null) {
                    try {
                        session.caller =
                                check(
                                                call.getMethodDescriptor().getFullMethodName(),
                                                headers,
                                                message)
                                        .at(address(call));
                    } catch (StoreException e) {
                        closed = true;
                        call.close(
                                Refusals.status(e.code()).withDescription(e.getMessage()),
                                Refusals.trailers(e.code(), session.requestId()));
                        return;
                    }
                }
                super.onMessage(message);
            }

            @Override
            public void onHalfClose() {
                if (!closed) {
                    super.onHalfClose();
                }
            }
        };
    }

    private Caller check(String method, Metadata headers, Object message) {
        String accessKeyId = header(headers, KEY);
        String date = header(headers, DATE);
        String nonce = header(headers, NONCE);
        String signature = header(headers, SIGNATURE);
        checkDate(date);
        byte[] body = ((MessageLite) message).toByteArray();
        String text =
                String.join(
                        "\n",
                        "lethe-v1",
                        method,
                        date,
                        nonce,
                        HexFormat.of().formatHex(sha256(body)));
        Optional<AccessKeyRecord> key = keys.find(accessKeyId);
        byte[] secret = key.map(keys::secret).orElse(NO_SECRET);
        String expected =
                HexFormat.of().formatHex(mac(secret, text.getBytes(StandardCharsets.UTF_8)));
        boolean same =
                MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.US_ASCII),
                        signature.getBytes(StandardCharsets.US_ASCII));
        if (key.isEmpty()) {
            throw new StoreException(
                    ErrorCode.UNAUTHENTICATED,
                    "there is no access key " + accessKeyId + "; check access_key in client.yaml");
        }
        if (!same) {
            throw new StoreException(
                    ErrorCode.SIGNATURE_MISMATCH,
                    "the signature does not match; check secret_key in client.yaml");
        }
        rememberNonce(nonce);
        AccessKeyRecord found = key.get();
        Caller caller =
                new Caller(
                        found.tenant(),
                        accessKeyId,
                        found.operator(),
                        "",
                        new Asker.User(found.tenant(), found.user()));
        keys.checkServed(caller);
        return caller;
    }

    private static String header(Metadata headers, Metadata.Key<String> name) {
        String value = headers.get(name);
        if (value == null || value.length() > 256) {
            throw new StoreException(
                    ErrorCode.UNAUTHENTICATED, "the call carries no valid " + name.name());
        }
        return value;
    }

    private void checkDate(String date) {
        long millis;
        try {
            millis = Long.parseLong(date);
        } catch (NumberFormatException e) {
            throw new StoreException(
                    ErrorCode.UNAUTHENTICATED, "lethe-date is not a number of milliseconds");
        }
        long now = clock.wallMillis();
        if (millis < now - SKEW.toMillis() || millis > now + SKEW.toMillis()) {
            throw new StoreException(
                    ErrorCode.UNAUTHENTICATED,
                    "the client's clock is more than five minutes off; set it and try again");
        }
    }

    private void rememberNonce(String nonce) {
        synchronized (nonces) {
            if (nonces.put(nonce, true) != null) {
                throw new StoreException(
                        ErrorCode.SIGNATURE_MISMATCH, "this signed call was sent before");
            }
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }

    private static byte[] mac(byte[] secret, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks HmacSHA256", e);
        }
    }
}
