package io.lethe.node.http;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP door: listens, admits, parses, hands whole requests to a {@link HttpHandler}, or
 * streamed ones to a {@link HttpService}. What a caller may send is bounded by {@link
 * HttpSettings}. Safe for any thread.
 */
public final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    /** Bodies come in parts of what one read of the socket brings. */
    private static final int MOST_PART_BYTES = 64 * 1024;

    /** Closing a socket takes a turn of its loop; five seconds mean that the loop is stuck. */
    private static final long CLOSE_MILLIS = 5_000;

    private final ChannelGroup channels;
    private final Channel listening;
    private final HttpSettings settings;
    private final AtomicReference<@Nullable TlsHosts> tls;

    private HttpServer(
            HttpSettings settings,
            ChannelGroup channels,
            Channel listening,
            AtomicReference<@Nullable TlsHosts> tls) {
        this.settings = settings;
        this.channels = channels;
        this.listening = listening;
        this.tls = tls;
    }

    private static @Nullable TlsHosts context(HttpSettings settings) {
        HttpTls files = settings.tls();
        return files == null ? null : TlsHosts.read(files);
    }

    /**
     * Reads the certificate's files again, for connections to come; when one is bad, what was read
     * before stays.
     *
     * @throws ConfigException when a file is missing or makes no sense
     */
    public void reloadTls() {
        tls.set(context(settings));
    }

    /**
     * Listens at once, for requests that are small: each is handed over whole.
     *
     * @throws ConfigException when it cannot; says which setting to change
     */
    public static HttpServer start(
            HttpSettings settings,
            HttpHandler handler,
            HttpLoops loops,
            Tasks tasks,
            Metrics metrics) {
        AtomicInteger inWork = new AtomicInteger();
        return listen(
                settings,
                loops,
                metrics,
                (pipeline, figures) ->
                        pipeline.addLast(
                                codec(settings, HttpSettings.MOST_LINE_BYTES),
                                new WholeRequests(settings.bodyBytes(), figures),
                                new Conversation(settings, handler, tasks, inWork, figures)));
    }

    /**
     * Listens at once, for requests and answers whose bodies stream; {@link
     * HttpSettings#bodyBytes()} says nothing here.
     *
     * @throws ConfigException when it cannot; says which setting to change
     */
    public static HttpServer start(
            HttpSettings settings,
            HttpService service,
            HttpLoops loops,
            Tasks tasks,
            Metrics metrics) {
        AtomicInteger inWork = new AtomicInteger();
        return listen(
                settings,
                loops,
                metrics,
                (pipeline, figures) ->
                        pipeline.addLast(
                                codec(settings, HttpSettings.MOST_STREAMED_LINE_BYTES),
                                new StreamedConversation(
                                        settings, service, tasks, inWork, figures)));
    }

    /** Adds what a door does with bytes that were admitted and decrypted. */
    private interface Tail {
        void add(ChannelPipeline pipeline, HttpFigures figures);
    }

    private static HttpServer listen(
            HttpSettings settings, HttpLoops loops, Metrics metrics, Tail tail) {
        AtomicReference<@Nullable TlsHosts> tls = new AtomicReference<>(context(settings));
        ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Admission admission = new Admission(settings, channels, metrics);
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(loops.serverChannel())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        ChannelPipeline pipeline = channel.pipeline();
                                        pipeline.addLast(admission);
                                        TlsHosts secure = tls.get();
                                        if (secure != null) {
                                            secure.secure(pipeline);
                                        }
                                        tail.add(pipeline, admission.figures());
                                    }
                                });
        ChannelFuture bound =
                bootstrap.bind(settings.host(), settings.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotListen(settings, bound.cause());
        }
        channels.add(bound.channel());
        return new HttpServer(settings, channels, bound.channel(), tls);
    }

    private static HttpServerCodec codec(HttpSettings settings, int lineBytes) {
        return new HttpServerCodec(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(lineBytes)
                        .setMaxHeaderSize(settings.headerBytes())
                        .setMaxChunkSize(MOST_PART_BYTES));
    }

    /** The port, also where the system chose it. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        var _ = channels.close().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ConfigException cannotListen(HttpSettings settings, Throwable cause) {
        String where = settings.host() + ":" + settings.port();
        String why = String.valueOf(cause.getMessage());
        String what;
        // By their texts: native sockets have an exception of their own.
        if (why.contains("in use")) {
            what =
                    "another program listens there; stop it or set "
                            + settings.portSetting()
                            + " to a free port";
        } else if (why.contains("ermission")) {
            what =
                    "this user may not use that port; set "
                            + settings.portSetting()
                            + " to 1024 or more";
        } else if (why.contains("assign requested")
                || cause instanceof UnresolvedAddressException
                || cause instanceof UnknownHostException) {
            what = "this machine has no such address; set listen.host to one that it has";
        } else {
            what = why;
        }
        return new ConfigException(
                "the " + settings.door() + " cannot listen on " + where + ": " + what, cause);
    }
}
