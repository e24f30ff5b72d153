package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.HandClock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Asker;
import io.lethe.node.object.Caller;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.ListDevicesRequest;
import io.lethe.proto.v1.ListDevicesResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls signed as lethe/v1/common.proto says, and calls that are not. */
class AuthenticatorTest {
    private static final TenantId TENANT = new TenantId(new Id128(1, 1));
    private static final byte[] SECRET = "säcret".getBytes(StandardCharsets.UTF_8);
    private static final MethodDescriptor<ListDevicesRequest, ListDevicesResponse> METHOD =
            ClusterServiceGrpc.getListDevicesMethod();
    private static final ListDevicesRequest MESSAGE =
            ListDevicesRequest.newBuilder().setNode("n1").build();

    private final HandClock clock = new HandClock();
    private final OneKey keys = new OneKey();
    private final Authenticator authenticator =
            new Authenticator(keys, clock, RandomSource.seeded(3));
    private int nonces;

    /** Knows one access key. */
    private static final class OneKey implements Authenticator.Keys {
        private boolean away;
        private boolean suspended;

        @Override
        public Optional<AccessKeyRecord> find(String accessKeyId) {
            if (away) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no directory; try again");
            }
            return accessKeyId.equals("KEY")
                    ? Optional.of(
                            new AccessKeyRecord("KEY", TENANT, new Id128(2, 2), Bytes.EMPTY, true))
                    : Optional.empty();
        }

        @Override
        public byte[] secret(AccessKeyRecord key) {
            return SECRET;
        }

        @Override
        public void checkServed(Caller caller) {
            if (suspended) {
                throw new StoreException(ErrorCode.ACCESS_DENIED, "suspended");
            }
        }
    }

    /** What a client sends, in the clear. */
    private record Signed(String key, String date, String nonce, String method, byte[] secret) {
        String signature() {
            String text =
                    String.join(
                            "\n",
                            "lethe-v1",
                            method,
                            date,
                            nonce,
                            HexFormat.of().formatHex(sha256(MESSAGE.toByteArray())));
            return HexFormat.of().formatHex(mac(secret, text.getBytes(StandardCharsets.UTF_8)));
        }

        Metadata headers() {
            return AuthenticatorTest.headers(
                    Map.of(
                            "lethe-key", key,
                            "lethe-date", date,
                            "lethe-nonce", nonce,
                            "lethe-signature", signature()));
        }
    }

    /** One call, and what came of it. */
    private static final class Call extends ServerCall<ListDevicesRequest, ListDevicesResponse> {
        private final List<ListDevicesRequest> handed = new ArrayList<>();
        private final List<Caller> callers = new ArrayList<>();
        private boolean halfClosed;
        private @Nullable Status closed;
        private Metadata trailers = new Metadata();

        @Override
        public void request(int numMessages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(ListDevicesResponse message) {}

        @Override
        public void close(Status status, Metadata given) {
            closed = status;
            trailers = given;
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.newBuilder()
                    .set(
                            Grpc.TRANSPORT_ATTR_REMOTE_ADDR,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 7))
                    .build();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<ListDevicesRequest, ListDevicesResponse> getMethodDescriptor() {
            return METHOD;
        }

        private final class Handler extends ServerCall.Listener<ListDevicesRequest> {
            @Override
            public void onMessage(ListDevicesRequest message) {
                handed.add(message);
                callers.add(Authenticator.session().caller());
            }

            @Override
            public void onHalfClose() {
                halfClosed = true;
            }
        }

        private String said() {
            return closed == null ? "" : String.valueOf(closed.getDescription());
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] mac(byte[] secret, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Metadata headers(Map<String, String> entries) {
        Metadata headers = new Metadata();
        entries.forEach((name, value) -> headers.put(key(name), value));
        return headers;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private Signed signed() {
        return signed(Long.toString(clock.wallMillis()));
    }

    private Signed signed(String date) {
        return new Signed(
                "KEY", date, "%032x".formatted(++nonces), METHOD.getFullMethodName(), SECRET);
    }

    private Call send(Metadata headers, ListDevicesRequest... messages) {
        Call call = new Call();
        ServerCall.Listener<ListDevicesRequest> listener =
                authenticator.interceptCall(call, headers, (_, _) -> call.new Handler());
        for (ListDevicesRequest message : messages) {
            listener.onMessage(message);
        }
        listener.onHalfClose();
        return call;
    }

    private void assertTaken(Metadata headers) {
        Call call = send(headers, MESSAGE);
        assertThat(call.said()).isEmpty();
        assertThat(call.handed).containsExactly(MESSAGE);
    }

    private void assertRefused(ErrorCode code, String why, Metadata headers) {
        Call call = send(headers, MESSAGE);
        assertThat(call.said()).contains(why);
        assertThat(call.trailers.get(key("lethe-error-code"))).isEqualTo(code.name());
        assertThat(call.trailers.get(key("lethe-request-id"))).hasSize(32);
        assertThat(call.handed).isEmpty();
        assertThat(call.halfClosed).isFalse();
    }

    @Test
    void aSignedCallReachesItsServiceWithTheCaller() {
        Call call = send(signed().headers(), MESSAGE);
        assertThat(call.handed).containsExactly(MESSAGE);
        assertThat(call.callers)
                .containsExactly(
                        new Caller(
                                TENANT,
                                "KEY",
                                true,
                                "127.0.0.1",
                                new Asker.User(TENANT, new Id128(2, 2))));
        assertThat(call.halfClosed).isTrue();
    }

    @Test
    void whoIsSuspendedIsToldOnlyWhereTheSignatureHolds() {
        keys.suspended = true;
        assertRefused(ErrorCode.ACCESS_DENIED, "suspended", signed().headers());
        Signed good = signed();
        Signed other =
                new Signed(good.key(), good.date(), good.nonce(), good.method(), new byte[] {9});
        assertRefused(ErrorCode.SIGNATURE_MISMATCH, "does not match", other.headers());
    }

    @Test
    void theFirstMessageIsSignedAndThoseAfterItBelongToIt() {
        ListDevicesRequest next = ListDevicesRequest.newBuilder().setNode("n2").build();
        assertThat(send(signed().headers(), MESSAGE, next).handed).containsExactly(MESSAGE, next);
        Call wrong = send(signed().headers(), next, MESSAGE);
        assertThat(wrong.said()).contains("the signature does not match");
        assertThat(wrong.handed).as("not the second one either").isEmpty();
    }

    @Test
    void aWrongSecretAndAnUnknownKeyAreToldApartByTheirCodes() {
        Signed good = signed();
        Signed wrong =
                new Signed(good.key(), good.date(), good.nonce(), good.method(), new byte[] {1});
        assertRefused(ErrorCode.SIGNATURE_MISMATCH, "check secret_key", wrong.headers());
        // Not even the stand-in for a missing secret opens the door.
        Signed unknown =
                new Signed("OTHER", good.date(), good.nonce(), good.method(), new byte[32]);
        assertRefused(ErrorCode.UNAUTHENTICATED, "there is no access key OTHER", unknown.headers());
    }

    @Test
    void everythingThatASignatureCoversIsCovered() {
        List<UnaryOperator<Signed>> changes =
                List.of(
                        s -> new Signed(s.key(), s.date(), s.nonce(), "a/b", s.secret()),
                        s -> new Signed(s.key(), s.date() + "0", s.nonce(), s.method(), SECRET),
                        s -> new Signed(s.key(), s.date(), "f", s.method(), s.secret()));
        for (UnaryOperator<Signed> change : changes) {
            Signed sent = signed();
            Metadata headers = sent.headers();
            headers.discardAll(key("lethe-signature"));
            headers.put(key("lethe-signature"), change.apply(sent).signature());
            assertRefused(ErrorCode.SIGNATURE_MISMATCH, "the signature does not match", headers);
        }
    }

    @Test
    void aCallWithoutOneOfItsFourEntriesIsToldWhich() {
        for (String name : List.of("lethe-key", "lethe-date", "lethe-nonce", "lethe-signature")) {
            Metadata missing = signed().headers();
            missing.discardAll(key(name));
            assertRefused(ErrorCode.UNAUTHENTICATED, name, missing);
            missing.put(key(name), "x".repeat(257));
            assertRefused(ErrorCode.UNAUTHENTICATED, name, missing);
        }
    }

    @Test
    void aDateIsTakenFiveMinutesToBothSidesAndNoFurther() {
        long now = clock.wallMillis();
        long skew = Duration.ofMinutes(5).toMillis();
        assertTaken(signed(Long.toString(now - skew)).headers());
        assertTaken(signed(Long.toString(now + skew)).headers());
        // The last one is as far away as a long reaches.
        for (long off : new long[] {now - skew - 1, now + skew + 1, 0, Long.MIN_VALUE + now}) {
            assertRefused(
                    ErrorCode.UNAUTHENTICATED,
                    "more than five minutes off",
                    signed(Long.toString(off)).headers());
        }
        assertRefused(ErrorCode.UNAUTHENTICATED, "not a number", signed("yesterday").headers());
    }

    @Test
    void aCallThatWasSentBeforeIsRefused() {
        Signed first = signed();
        assertTaken(first.headers());
        clock.advance(Duration.ofMinutes(4));
        assertRefused(
                ErrorCode.SIGNATURE_MISMATCH, "this signed call was sent before", first.headers());
        clock.advance(Duration.ofMinutes(2));
        assertRefused(ErrorCode.UNAUTHENTICATED, "five minutes off", first.headers());
        assertTaken(signed().headers());
    }

    @Test
    void aCallThatWasRefusedDoesNotUseUpTheNonce() {
        Signed good = signed();
        Signed forged =
                new Signed(good.key(), good.date(), good.nonce(), good.method(), new byte[] {1});
        assertRefused(ErrorCode.SIGNATURE_MISMATCH, "does not match", forged.headers());
        assertTaken(good.headers());
    }

    @Test
    void aDirectoryThatIsAwayIsNoUnknownKey() {
        keys.away = true;
        assertRefused(ErrorCode.UNAVAILABLE, "no directory", signed().headers());
    }
}
