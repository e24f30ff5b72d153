package io.lethe.node.http;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.task.Tasks;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads a request, has it answered in a task, writes the answer, reads the next. On
 * the channel's event loop, except {@link #inTask}.
 *
 * <p>Reading is by hand (auto-read is off), so at most one request of a connection is in work;
 * those that came pipelined in the same socket buffer wait in a bounded queue. One timer covers
 * idling and slow senders: from the last answer until the next request has arrived whole.
 */
final class Conversation extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    /** Browsers and monitors don't pipeline; whoever does gets a buffer's worth of small ones. */
    private static final int MOST_PIPELINED = 64;

    private static final HttpQuestion NOTHING =
            new HttpQuestion(
                    "", "", Map.of(), Map.of(), Bytes.EMPTY, InetAddress.getLoopbackAddress());

    private static final HttpAnswer BUSY =
            new HttpAnswer(
                    503,
                    "text/plain; charset=utf-8",
                    Bytes.utf8("too many requests; try again in a second\n"),
                    Map.of("retry-after", "1"));

    /** A request, or why it is refused without being asked. */
    private record Arrived(HttpQuestion question, @Nullable HttpAnswer refusal, Reply reply) {}

    private final HttpSettings settings;
    private final HttpHandler handler;
    private final Tasks tasks;
    private final AtomicInteger inWork;
    private final HttpFigures figures;
    private final Deque<Arrived> pipelined = new ArrayDeque<>();
    private boolean busy;
    private @Nullable ScheduledFuture<?> arrival;

    Conversation(
            HttpSettings settings,
            HttpHandler handler,
            Tasks tasks,
            AtomicInteger inWork,
            HttpFigures figures) {
        this.settings = settings;
        this.handler = handler;
        this.tasks = tasks;
        this.inWork = inWork;
        this.figures = figures;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        next(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopTimer();
        context.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        stopTimer();
        if (pipelined.size() >= MOST_PIPELINED) {
            figures.rejected("pipelined");
            var _ = context.close();
            return;
        }
        pipelined.add(arrived(context, request));
        if (!busy) {
            work(context);
        }
    }

    /** Takes the next request that has arrived, or reads on. */
    private void work(ChannelHandlerContext context) {
        Arrived next = pipelined.poll();
        busy = next != null;
        if (next == null) {
            next(context);
        } else if (next.refusal() != null) {
            next.reply().send(next.refusal());
        } else if (inWork.incrementAndGet() > settings.requests()) {
            inWork.decrementAndGet();
            figures.rejected("requests");
            next.reply().send(BUSY);
        } else {
            var _ = tasks.fork("http-" + settings.door(), () -> inTask(next));
        }
    }

    private Arrived arrived(ChannelHandlerContext context, FullHttpRequest request) {
        long startNanos = tasks.clock().nanos();
        boolean bodyWanted = !request.method().name().equals("HEAD");
        DecoderResult decoded = request.decoderResult();
        if (decoded.isFailure()) {
            return new Arrived(
                    NOTHING, refusal(decoded.cause()), new Reply(context, startNanos, false, true));
        }
        try {
            boolean keep = HttpUtil.isKeepAlive(request);
            return new Arrived(
                    question(context, request),
                    null,
                    new Reply(context, startNanos, keep, bodyWanted));
        } catch (IllegalArgumentException e) {
            figures.rejected("malformed");
            return new Arrived(
                    NOTHING,
                    HttpAnswer.text(400, "the request's target is malformed"),
                    new Reply(context, startNanos, false, true));
        }
    }

    /** The task's root: whatever leaves the handler becomes an answer. */
    private void inTask(Arrived arrived) {
        HttpQuestion question = arrived.question();
        HttpAnswer answer = HttpAnswer.text(500, "an internal error; the node's log has more");
        try {
            answer = handler.answer(question);
        } catch (Check.BrokenInvariant e) {
            throw e;
        } catch (RuntimeException e) {
            log.error("{} failed on {} {}", settings.door(), question.method(), question.path(), e);
        } finally {
            inWork.decrementAndGet();
            HttpAnswer last = answer;
            Reply reply = arrived.reply();
            reply.context().executor().execute(() -> reply.send(last));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("{} closes a connection", settings.door(), cause);
        figures.rejected("broken connection");
        var _ = context.close();
    }

    private void next(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return; // Closed while its request was in work.
        }
        arrival =
                context.executor()
                        .schedule(
                                () -> {
                                    figures.rejected("arrival");
                                    var _ = context.close();
                                },
                                settings.arrival().toMillis(),
                                TimeUnit.MILLISECONDS);
        context.read();
    }

    private void stopTimer() {
        if (arrival != null) {
            arrival.cancel(false);
            arrival = null;
        }
    }

    private HttpAnswer refusal(@Nullable Throwable cause) {
        MalformedRequest malformed = MalformedRequest.of(cause);
        figures.rejected(malformed.bound());
        return HttpAnswer.text(malformed.status(), malformed.why());
    }

    private static HttpQuestion question(ChannelHandlerContext context, FullHttpRequest request) {
        QueryStringDecoder target =
                new QueryStringDecoder(RequestTarget.parse(request.uri()).origin());
        Map<String, List<String>> headers = new HashMap<>();
        for (String name : request.headers().names()) {
            headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(request.headers().getAll(name)));
        }
        return new HttpQuestion(
                request.method().name(),
                target.path(),
                target.parameters(),
                headers,
                Bytes.wrap(ByteBufUtil.getBytes(request.content())),
                Admission.address(context.channel()));
    }

    /** Where an answer goes. */
    private final class Reply {
        private final ChannelHandlerContext context;
        private final long startNanos;
        private final boolean keep;
        private final boolean bodyWanted;

        Reply(ChannelHandlerContext context, long startNanos, boolean keep, boolean bodyWanted) {
            this.context = context;
            this.startNanos = startNanos;
            this.keep = keep;
            this.bodyWanted = bodyWanted;
        }

        ChannelHandlerContext context() {
            return context;
        }

        /** On the event loop. */
        void send(HttpAnswer answer) {
            byte[] body = answer.body().unsafeArray();
            DefaultFullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.valueOf(answer.status()),
                            bodyWanted ? Unpooled.wrappedBuffer(body) : Unpooled.EMPTY_BUFFER);
            HttpHeaders headers = response.headers();
            answer.headers().forEach(headers::set);
            headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
            headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
            headers.set("x-content-type-options", "nosniff");
            headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
            HttpUtil.setKeepAlive(response, keep);
            figures.answered(answer.status(), tasks.clock().nanos() - startNanos);
            var written = context.writeAndFlush(response);
            if (keep) {
                work(context);
            } else {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
