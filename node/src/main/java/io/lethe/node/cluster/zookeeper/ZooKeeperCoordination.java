package io.lethe.node.cluster.zookeeper;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.cluster.Coordination;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coordination over Curator. Names below {@code /lethe/CLUSTER}:
 *
 * <pre>
 *   nodes/NODE-ID    ephemeral, a {@link Registration}
 *   controller/      the election's latch; a participant's id is its node id
 *   controller-epoch empty; its version is the controller epoch, raised by each elected controller
 *   directory        {@link DirectoryVoters}
 *   feature-level    the level in force, in decimal digits
 * </pre>
 *
 * <p>Safe for any thread. Callbacks come from Curator's event thread.
 */
public final class ZooKeeperCoordination implements Coordination {
    private static final Logger log = LoggerFactory.getLogger(ZooKeeperCoordination.class);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int FIRST_RETRY_MILLIS = 100;
    private static final int MOST_RETRIES = 3;
    private static final int MOST_RETRY_MILLIS = 1_000;
    private static final int CACHES = 2;
    private static final String FEATURE_LEVEL = "/feature-level";

    private final CuratorFramework curator;
    private final NodeId self;
    private final boolean tls;
    private final CuratorCache nodesCache;
    private final CuratorCache directoryCache;
    private final LeaderLatch latch;
    private final Map<NodeId, Registration> nodes = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch known = new CountDownLatch(CACHES);
    private volatile @Nullable DirectoryVoters voters;
    private volatile @Nullable Long epoch;
    private volatile @Nullable PersistentNode registration;
    private volatile boolean campaigning;

    /**
     * Connects; returns when connected.
     *
     * @param connect {@code host:port,host:port}
     * @param tls null to speak in clear: on loopback only
     * @param patient wait for however long it takes, and say so: where it has worked before, the
     *     ensemble is being started too, or chooses a leader
     * @throws StoreException UNAVAILABLE when ZooKeeper can't be reached
     */
    public ZooKeeperCoordination(
            String connect,
            String cluster,
            NodeId self,
            int sessionMillis,
            @Nullable ZooKeeperTls tls,
            boolean patient) {
        this(connect, cluster, self, sessionMillis, tls, 2 * CONNECT_MILLIS, patient);
    }

    /**
     * @param withinMillis how long to wait for the first connection, or until it is said
     */
    ZooKeeperCoordination(
            String connect,
            String cluster,
            NodeId self,
            int sessionMillis,
            @Nullable ZooKeeperTls tls,
            int withinMillis,
            boolean patient) {
        this.self = self;
        this.tls = tls != null;
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder();
        if (tls != null) {
            builder.zkClientConfig(tls.clientConfig());
        }
        curator =
                builder.connectString(connect)
                        // The ensemble's own list of addresses has those of its open port too.
                        .ensembleTracker(false)
                        .sessionTimeoutMs(sessionMillis)
                        .connectionTimeoutMs(CONNECT_MILLIS)
                        .retryPolicy(
                                new ExponentialBackoffRetry(
                                        FIRST_RETRY_MILLIS, MOST_RETRIES, MOST_RETRY_MILLIS))
                        .namespace("lethe/" + cluster)
                        .build();
        nodesCache = CuratorCache.build(curator, "/nodes");
        directoryCache =
                CuratorCache.build(curator, "/directory", CuratorCache.Options.SINGLE_NODE_CACHE);
        latch = new LeaderLatch(curator, "/controller", self.toString());
        curator.getConnectionStateListenable()
                .addListener((client, state) -> connectionChanged(state));
        nodesCache.listenable().addListener(reading((type, old, now) -> nodeChanged(old, now)));
        directoryCache.listenable().addListener(reading((type, old, now) -> directoryChanged(now)));
        latch.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        elected();
                    }

                    @Override
                    public void notLeader() {
                        epoch = null;
                        changed();
                    }
                });
        start(connect, withinMillis, patient);
    }

    private CuratorCacheListener reading(CuratorCacheListener changes) {
        return new CuratorCacheListener() {
            @Override
            public void event(Type type, @Nullable ChildData old, @Nullable ChildData now) {
                changes.event(type, old, now);
            }

            @Override
            public void initialized() {
                known.countDown();
            }
        };
    }

    private void start(String connect, int withinMillis, boolean patient) {
        curator.start();
        try {
            while (!curator.blockUntilConnected(withinMillis, TimeUnit.MILLISECONDS)) {
                if (!patient) {
                    curator.close();
                    throw new StoreException(ErrorCode.UNAVAILABLE, unreachable(connect));
                }
                log.warn("{} This node waits for it", unreachable(connect));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            curator.close();
            throw new StoreException(ErrorCode.UNAVAILABLE, "interrupted while connecting", e);
        }
        nodesCache.start();
        directoryCache.start();
    }

    private String unreachable(String connect) {
        return "ZooKeeper can't be reached at "
                + connect
                + (tls
                        ? " with TLS; is it running, has zookeeper.connect its secureClientPort,"
                                + " and are the certificates of both from the authority of the"
                                + " other and the ensemble's for these hosts?"
                        : "; is it running, and is zookeeper.connect right?");
    }

    private void connectionChanged(ConnectionState state) {
        log.info("ZooKeeper connection: {}", state);
        if (!state.isConnected()) {
            // Commands in flight are refused by the directory once a successor has spoken.
            epoch = null;
        } else if (state == ConnectionState.RECONNECTED && latch.hasLeadership()) {
            elected();
        }
        changed();
    }

    /** Whether what is there was read, so that what is not shown is not there. */
    public boolean awaitKnown(long withinMillis) throws InterruptedException {
        return known.await(withinMillis, TimeUnit.MILLISECONDS);
    }

    private void nodeChanged(@Nullable ChildData old, @Nullable ChildData now) {
        try {
            if (now != null && now.getData() != null && now.getData().length > 0) {
                Registration seen = Registration.decode(now.getData());
                nodes.put(seen.node(), seen);
            } else if (now == null && old != null && old.getPath().startsWith("/nodes/")) {
                nodes.remove(new NodeId(Id128.parse(old.getPath().substring("/nodes/".length()))));
            }
        } catch (Decoder.CorruptEncoding | IllegalArgumentException e) {
            log.warn("a registration is unreadable and is passed over: {}", e.getMessage());
        }
        changed();
    }

    private void directoryChanged(@Nullable ChildData now) {
        if (now != null && now.getData() != null && now.getData().length > 0) {
            voters = DirectoryVoters.decode(now.getData());
        }
        changed();
    }

    private void elected() {
        try {
            if (curator.checkExists().forPath("/controller-epoch") == null) {
                createQuietly("/controller-epoch", "");
            }
            Stat stat = curator.setData().forPath("/controller-epoch", new byte[0]);
            if (latch.hasLeadership()) {
                epoch = (long) stat.getVersion();
                log.info("this node is the controller, epoch {}", stat.getVersion());
                changed();
            }
        } catch (Exception e) {
            // Curator declares Exception; without an epoch this node just does not control.
            log.warn("no controller epoch: {}", e.toString());
        }
    }

    private void createQuietly(String path, String value) throws Exception {
        try {
            curator.create().creatingParentsIfNeeded().forPath(path, text(value));
        } catch (KeeperException.NodeExistsException e) {
            log.debug("{} is there already", path);
        }
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public boolean connected() {
        return curator.getZookeeperClient().isConnected();
    }

    @Override
    public void register(Registration said) {
        PersistentNode node = registration;
        try {
            if (node == null) {
                node =
                        new PersistentNode(
                                curator,
                                CreateMode.EPHEMERAL,
                                false,
                                "/nodes/" + self,
                                said.encode());
                registration = node;
                node.start();
                if (!node.waitForInitialCreate(CONNECT_MILLIS, TimeUnit.MILLISECONDS)) {
                    log.warn("the registration is not written yet");
                }
            } else {
                node.setData(said.encode());
            }
        } catch (Exception e) {
            // Said again at the next report; until then the older registration stands.
            log.warn("the registration could not be written: {}", e.toString());
        }
    }

    @Override
    public Map<NodeId, Registration> nodes() {
        return new TreeMap<>(nodes);
    }

    @Override
    public void campaign() {
        try {
            latch.start();
            campaigning = true;
        } catch (Exception e) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "the election can't be joined", e);
        }
    }

    @Override
    public Optional<Long> controllerEpoch() {
        return Optional.ofNullable(epoch);
    }

    @Override
    public Optional<NodeId> controller() {
        try {
            Participant leader = latch.getLeader();
            return leader.getId().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new NodeId(Id128.parse(leader.getId())));
        } catch (Exception e) {
            // For show only: unknown is an answer.
            return Optional.empty();
        }
    }

    @Override
    public Optional<DirectoryVoters> directoryVoters() {
        return Optional.ofNullable(voters);
    }

    @Override
    public boolean createDirectoryVoters(DirectoryVoters first) {
        try {
            curator.create().creatingParentsIfNeeded().forPath("/directory", first.encode());
            return true;
        } catch (KeeperException.NodeExistsException e) {
            return false;
        } catch (Exception e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the directory's voters can't be written", e);
        }
    }

    @Override
    public void updateDirectoryVoters(DirectoryVoters before, DirectoryVoters next) {
        Long own = epoch;
        try {
            Stat stat = new Stat();
            byte[] stored = curator.getData().storingStatIn(stat).forPath("/directory");
            if (own == null || !Arrays.equals(stored, before.encode())) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "the directory's voters have changed, or another node is the controller");
            }
            // The election's znode must be as this node left it: a deposed controller fails here.
            var _ =
                    curator.transaction()
                            .forOperations(
                                    curator.transactionOp()
                                            .check()
                                            .withVersion(Math.toIntExact(own))
                                            .forPath("/controller-epoch"),
                                    curator.transactionOp()
                                            .setData()
                                            .withVersion(stat.getVersion())
                                            .forPath("/directory", next.encode()));
        } catch (StoreException e) {
            throw e;
        } catch (Exception e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the directory's voters can't be written", e);
        }
    }

    @Override
    public Optional<Integer> featureLevel() {
        try {
            byte[] told = curator.getData().forPath(FEATURE_LEVEL);
            return Optional.of(Integer.parseInt(new String(told, StandardCharsets.US_ASCII)));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            // The node's own copy of the directory knows too.
            log.warn("the feature level can't be read: {}", e.toString());
            return Optional.empty();
        }
    }

    @Override
    public void tellFeatureLevel(int level) {
        Long own = epoch;
        if (own == null) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "another node is the controller by now");
        }
        try {
            createQuietly(FEATURE_LEVEL, Integer.toString(level));
            var _ =
                    curator.transaction()
                            .forOperations(
                                    curator.transactionOp()
                                            .check()
                                            .withVersion(Math.toIntExact(own))
                                            .forPath("/controller-epoch"),
                                    curator.transactionOp()
                                            .setData()
                                            .forPath(FEATURE_LEVEL, text(Integer.toString(level))));
        } catch (Exception e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the feature level can't be written", e);
        }
    }

    private static byte[] text(String value) {
        return value.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        listeners.clear();
        try {
            PersistentNode node = registration;
            if (node != null) {
                node.close();
            }
            if (campaigning) {
                latch.close();
            }
        } catch (IOException e) {
            log.warn("leaving ZooKeeper: {}", e.toString());
        }
        nodesCache.close();
        directoryCache.close();
        curator.close();
    }
}
