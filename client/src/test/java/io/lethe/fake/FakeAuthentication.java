package io.lethe.fake;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks signatures as common.proto says, written from that text and not from the client's code.
 * Sees messages as bytes, since the signature is over those.
 */
final class FakeAuthentication implements ServerInterceptor {
    private static final long MOST_SKEW_MILLIS = 5 * 60 * 1000;

    private final String accessKey;
    private final String secret;
    private final LongSupplier wallMillis;
    private final Faults faults;
    private final Set<String> nonces = ConcurrentHashMap.newKeySet();

    FakeAuthentication(String accessKey, String secret, LongSupplier wallMillis, Faults faults) {
        this.accessKey = accessKey;
        this.secret = secret;
        this.wallMillis = wallMillis;
        this.faults = faults;
    }

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
        faults.count(method);
        ServerCall.Listener<Q> inner = next.startCall(call, headers);
        return new ServerCall.Listener<>() {
            private boolean first = true;
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (refused) {
                    return;
                }
                Q forwarded = message;
                if (first) {
                    first = false;
                    byte[] bytes = bytes(message);
                    String wrong =
                            verify(headers, call.getMethodDescriptor().getFullMethodName(), bytes);
                    if (!wrong.isEmpty() || faults.isSilent(method)) {
                        refused = true;
                        if (!wrong.isEmpty()) {
                            call.close(
                                    Status.UNAUTHENTICATED.withDescription(
                                            "the call is not signed well: " + wrong),
                                    Refusal.trailers(wrong));
                        }
                        return;
                    }
                    // Messages are streams here: see ServerInterceptors.useInputStreamMessages.
                    @SuppressWarnings("unchecked") // Q is InputStream for all of them.
                    Q again = (Q) new ByteArrayInputStream(bytes);
                    forwarded = again;
                }
                inner.onMessage(forwarded);
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    inner.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                inner.onCancel();
            }

            @Override
            public void onComplete() {
                inner.onComplete();
            }

            @Override
            public void onReady() {
                inner.onReady();
            }
        };
    }

    private static byte[] bytes(Object message) {
        try {
            return ((InputStream) message).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The error code, or nothing. */
    private String verify(Metadata headers, String method, byte[] firstMessage) {
        String date = header(headers, "lethe-date");
        String nonce = header(headers, "lethe-nonce");
        if (!header(headers, "lethe-key").equals(accessKey)
                || !date.matches("[0-9]{1,15}")
                || !nonce.matches("[0-9a-f]{32}")
                || Math.abs(Long.parseLong(date) - wallMillis.getAsLong()) > MOST_SKEW_MILLIS
                || !nonces.add(nonce)) {
            return "UNAUTHENTICATED";
        }
        String text =
                "lethe-v1\n" + method + "\n" + date + "\n" + nonce + "\n" + sha256(firstMessage);
        return header(headers, "lethe-signature").equals(mac(text)) ? "" : "SIGNATURE_MISMATCH";
    }

    private static String header(Metadata headers, String name) {
        String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return value == null ? "" : value;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String mac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
