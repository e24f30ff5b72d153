package io.lethe.client;

import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A client of one cluster: owns the connections to its gateways, made at first use. Cheap to keep,
 * so make one and share it. Safe for any thread.
 *
 * <pre>{@code
 * try (LetheClient client =
 *         LetheClient.builder()
 *                 .endpoints("127.0.0.1:9002")
 *                 .credentials(accessKey, secretKey)
 *                 .build()) {
 *     client.buckets().create("photos");
 *     client.objects().put("photos", "a.jpg", Source.file(path));
 * }
 * }</pre>
 */
public final class LetheClient implements AutoCloseable {
    /** Enough for an election and several attempts. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private final Wiring wiring;
    private final BucketClient buckets;
    private final ObjectClient objects;
    private final ClusterClient cluster;
    private final BackupClient backups;
    private final TenantClient tenants;
    private final IdentityClient identities;

    private LetheClient(Wiring wiring, Duration timeout, Optional<Duration> transferTimeout) {
        this.wiring = wiring;
        long nanos = timeout.toNanos();
        this.buckets = new BucketClient(wiring, nanos);
        this.cluster = new ClusterClient(wiring, nanos);
        this.backups = new BackupClient(wiring, nanos);
        this.tenants = new TenantClient(wiring, nanos);
        this.identities = new IdentityClient(wiring, nanos, "");
        this.objects =
                new ObjectClient(
                        wiring,
                        nanos,
                        transferTimeout.map(Duration::toNanos).orElse(Retries.UNLIMITED));
    }

    public static Builder builder() {
        return new Builder();
    }

    public BucketClient buckets() {
        return buckets;
    }

    public ObjectClient objects() {
        return objects;
    }

    public ClusterClient cluster() {
        return cluster;
    }

    public BackupClient backups() {
        return backups;
    }

    public TenantClient tenants() {
        return tenants;
    }

    /** Users of the access key's own tenant; of another's with {@link IdentityClient#of}. */
    public IdentityClient identities() {
        return identities;
    }

    /** Ends all calls, which fail as cancelled, and closes the connections. */
    @Override
    public void close() {
        wiring.running().forEach(Runnable::run);
        wiring.endpoints().close();
        wiring.timer().close();
    }

    /** Collects what a client needs; not safe for several threads. */
    public static final class Builder {
        private final SecureRandom random = new SecureRandom();
        private final List<String> endpoints = new ArrayList<>();
        private String accessKey = "";
        private String secretKey = "";
        private Optional<Tls> tls = Optional.empty();
        private boolean plaintext;
        private RetryPolicy policy = RetryPolicy.DEFAULT;
        private Duration timeout = DEFAULT_TIMEOUT;
        private Optional<Duration> transferTimeout = Optional.empty();
        private LongSupplier wallMillis = System::currentTimeMillis;
        private LongSupplier nanos = System::nanoTime;
        private RandomIds ids =
                () -> {
                    byte[] id = new byte[RandomIds.LENGTH_BYTES];
                    random.nextBytes(id);
                    return id;
                };

        private Builder() {}

        /** Gateways as {@code host:port}, used in turn; name several, so that one may fail. */
        public Builder endpoints(String... hostsAndPorts) {
            return endpoints(List.of(hostsAndPorts));
        }

        public Builder endpoints(List<String> hostsAndPorts) {
            endpoints.addAll(hostsAndPorts);
            return this;
        }

        public Builder credentials(String accessKeyId, String secret) {
            accessKey = accessKeyId;
            secretKey = secret;
            return this;
        }

        public Builder tls(Tls protection) {
            tls = Optional.of(protection);
            return this;
        }

        /**
         * Allows unprotected connections to other machines. Without this and without TLS only
         * endpoints on this machine are accepted.
         */
        public Builder plaintext(boolean allowed) {
            plaintext = allowed;
            return this;
        }

        public Builder retries(RetryPolicy how) {
            policy = how;
            return this;
        }

        /** For each call that is not a transfer, all its attempts together; 30 s unless set. */
        public Builder timeout(Duration each) {
            timeout = each;
            return this;
        }

        /**
         * For each put, get and copy, all its attempts together; unlimited unless set, while {@link
         * RetryPolicy#stallTimeout} notices those that stand still.
         */
        public Builder transferTimeout(Duration each) {
            transferTimeout = Optional.of(each);
            return this;
        }

        /** Other clocks and ids, for tests. */
        Builder sources(LongSupplier wallClockMillis, LongSupplier monotonicNanos, RandomIds from) {
            wallMillis = wallClockMillis;
            nanos = monotonicNanos;
            ids = from;
            return this;
        }

        /**
         * Checks everything but reachability.
         *
         * @throws IllegalArgumentException that says what is missing or wrong
         */
        public LetheClient build() {
            if (endpoints.isEmpty()) {
                throw new IllegalArgumentException(
                        "no endpoints: name at least one gateway as host:port");
            }
            if (accessKey.isEmpty() || secretKey.isEmpty()) {
                throw new IllegalArgumentException(
                        "no credentials: give an access key id and its secret");
            }
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException(
                        "the time-out is " + timeout + ", and must be more than nothing");
            }
            Optional<SslContext> context = tls.map(Channels::context);
            List<Endpoint> gateways =
                    endpoints.stream()
                            .map(
                                    text ->
                                            new Endpoint(
                                                    text,
                                                    Channels.connector(text, context, plaintext)))
                            .toList();
            Set<Runnable> running = ConcurrentHashMap.newKeySet();
            Wiring wiring =
                    new Wiring(
                            new Endpoints(gateways, random.nextInt(gateways.size())),
                            new RequestSigner(accessKey, secretKey, wallMillis, ids),
                            policy,
                            Timer.real(),
                            nanos,
                            random,
                            ids,
                            running);
            return new LetheClient(wiring, timeout, transferTimeout);
        }
    }
}
