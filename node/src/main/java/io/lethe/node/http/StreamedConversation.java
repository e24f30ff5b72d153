package io.lethe.node.http;

import io.lethe.node.base.Check;
import io.lethe.node.base.task.Tasks;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection whose bodies stream: a request's head starts a task, its body goes there as it
 * comes, the next request waits until both the answer and the body have ended. On the channel's
 * event loop, except {@link #inTask}.
 *
 * <p>States: waiting for a head → serving (a task runs; the body arrives) → dropping (the answer
 * went out, the body still comes) → waiting, or closed. Reading is by hand, so what a sender may
 * have on its way is bounded by the body's window and one socket buffer; requests pipelined in that
 * buffer wait.
 */
final class StreamedConversation extends ChannelInboundHandlerAdapter {
    /** Before a version in the names of protocols. */
    private static final String TLS = "TLSv";

    private static final Logger log = LoggerFactory.getLogger(StreamedConversation.class);

    /**
     * What nobody reads is dropped for this long before the connection is closed: closing at once
     * could destroy the answer before the sender has read it.
     */
    private static final long DROP_MILLIS = 2_000;

    private final HttpSettings settings;
    private final HttpService service;
    private final Tasks tasks;
    private final AtomicInteger inWork;
    private final HttpFigures figures;
    private final Deque<HttpObject> pipelined = new ArrayDeque<>();
    private @Nullable HttpExchange serving;
    private long startNanos;
    private boolean answered;
    private long droppedBytes;
    private boolean refused;
    private @Nullable ScheduledFuture<?> timer;

    StreamedConversation(
            HttpSettings settings,
            HttpService service,
            Tasks tasks,
            AtomicInteger inWork,
            HttpFigures figures) {
        this.settings = settings;
        this.service = service;
        this.tasks = tasks;
        this.inWork = inWork;
        this.figures = figures;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        awaitHead(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopTimer();
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        HttpExchange exchange = serving;
        if (exchange != null) {
            exchange.gone();
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HttpObject part) || refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        boolean ofNext = serving == null ? !pipelined.isEmpty() : serving.body().ended();
        if (ofNext) {
            pipelined.add(part);
        } else {
            take(context, part);
        }
    }

    private void take(ChannelHandlerContext context, HttpObject part) {
        DecoderResult decoded = part.decoderResult();
        if (decoded.isFailure()) {
            ReferenceCountUtil.release(part);
            malformed(context, decoded.cause());
        } else if (part instanceof HttpRequest request) {
            begin(context, request);
        } else if (part instanceof HttpContent content && serving != null) {
            HttpExchange exchange = serving;
            if (answered) {
                droppedBytes += content.content().readableBytes();
            }
            exchange.body().arrived(content.content(), content instanceof LastHttpContent);
            if (answered) {
                afterAnswer(context, exchange);
            }
        } else {
            ReferenceCountUtil.release(part);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readOn(context);
        context.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        HttpExchange exchange = serving;
        if (exchange != null && context.channel().isWritable()) {
            exchange.writable();
        }
        context.fireChannelWritabilityChanged();
    }

    /** Reads the socket unless enough waits here. */
    private void readOn(ChannelHandlerContext context) {
        HttpExchange exchange = serving;
        boolean wanted =
                exchange == null || (!exchange.body().ended() && exchange.body().wantsMore());
        if (refused || wanted) {
            context.read();
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        stopTimer();
        startNanos = tasks.clock().nanos();
        if (HttpUtil.isTransferEncodingChunked(request)
                && request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            // Two lengths: the next server in line may see another end than this one.
            refuse(context, 400, "the request has two lengths");
            return;
        }
        if (request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            // RFC 9112, 3.2: others may take another of them for meant.
            refuse(context, 400, "the request names two hosts");
            return;
        }
        RequestTarget target;
        try {
            target = RequestTarget.parse(request.uri());
        } catch (IllegalArgumentException e) {
            figures.rejected("malformed");
            refuse(context, 400, "the request's target is malformed");
            return;
        }
        if (inWork.incrementAndGet() > settings.requests()) {
            inWork.decrementAndGet();
            figures.rejected("requests");
            refuse(context, 503, "too many requests are in work; try again in a second");
            return;
        }
        answered = false;
        droppedBytes = 0;
        InboundBody body =
                new InboundBody(
                        tasks,
                        settings.arrival().toMillis(),
                        () -> context.executor().execute(() -> readOn(context)));
        HttpExchange exchange =
                new HttpExchange(
                        head(context, request, target),
                        context.channel(),
                        tasks,
                        body,
                        settings.arrival().toMillis(),
                        new HttpExchange.Connection(
                                HttpUtil.isKeepAlive(request),
                                request.protocolVersion().equals(HttpVersion.HTTP_1_0),
                                HttpUtil.is100ContinueExpected(request)));
        serving = exchange;
        var _ = tasks.fork("http-" + settings.door(), () -> inTask(context, exchange));
    }

    private static RequestHead head(
            ChannelHandlerContext context, HttpRequest request, RequestTarget target) {
        if (!target.authority().isEmpty()) {
            var _ = request.headers().set(HttpHeaderNames.HOST, target.authority());
        }
        List<RequestHead.Header> headers = new ArrayList<>();
        for (Map.Entry<String, String> header : request.headers()) {
            headers.add(new RequestHead.Header(header.getKey(), header.getValue()));
        }
        return new RequestHead(
                request.method().name(),
                target.origin(),
                headers,
                HttpUtil.isTransferEncodingChunked(request)
                        ? -1
                        : HttpUtil.getContentLength(request, 0L),
                Admission.address(context.channel()),
                tlsVersion(context.pipeline().get(SslHandler.class)));
    }

    private static String tlsVersion(@Nullable SslHandler tls) {
        if (tls == null) {
            return "";
        }
        String protocol = tls.engine().getSession().getProtocol();
        return protocol.startsWith(TLS) ? protocol.substring(TLS.length()) : protocol;
    }

    /** The task's root: whatever leaves the service ends the exchange. */
    private void inTask(ChannelHandlerContext context, HttpExchange exchange) {
        int failure = 500;
        try {
            service.serve(exchange);
            if (!exchange.begun()) {
                throw new IllegalStateException("a request was not answered");
            }
        } catch (Check.BrokenInvariant e) {
            throw e;
        } catch (BodyBroken e) {
            log.debug("{}: {}", settings.door(), e.getMessage());
            failure = e.why() == BodyBroken.Why.MALFORMED ? 400 : 408;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            RequestHead head = exchange.head();
            // Not the query, which may have signatures and keys.
            log.error("{} failed on {} {}", settings.door(), head.method(), path(head), e);
        } finally {
            inWork.decrementAndGet();
            int unanswered = failure;
            context.executor().execute(() -> served(context, exchange, unanswered));
        }
    }

    private static String path(RequestHead head) {
        String target = head.target();
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /**
     * The task has ended.
     *
     * @param unanswered the status where it did not answer
     */
    private void served(ChannelHandlerContext context, HttpExchange exchange, int unanswered) {
        answered = true;
        exchange.body().close();
        figures.answered(
                exchange.begun() ? exchange.status() : unanswered,
                tasks.clock().nanos() - startNanos);
        if (!exchange.begun()) {
            refuse(
                    context,
                    unanswered,
                    unanswered == 500
                            ? "an internal error; the node's log has more"
                            : "the request's body did not come whole");
        } else if (!exchange.ended()) {
            // The receiver must not take what it has for the whole.
            var _ = context.close();
        } else {
            afterAnswer(context, exchange);
        }
    }

    /** The answer is out: goes on with the next request once the body has ended too. */
    private void afterAnswer(ChannelHandlerContext context, HttpExchange exchange) {
        if (exchange.body().ended()) {
            stopTimer();
            if (exchange.closes()) {
                closeAfterWrites(context);
            } else {
                serving = null;
                next(context);
            }
        } else if (droppedBytes > HttpExchange.MOST_DROPPED_BYTES) {
            closeAfterWrites(context);
        } else if (timer == null) {
            closeSoon(context);
            context.read();
        }
    }

    private void next(ChannelHandlerContext context) {
        awaitHead(context);
        while (!pipelined.isEmpty() && !refused) {
            if (serving != null && serving.body().ended()) {
                return;
            }
            take(context, pipelined.remove());
        }
        readOn(context);
    }

    private void awaitHead(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        stopTimer();
        timer =
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
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void malformed(ChannelHandlerContext context, @Nullable Throwable cause) {
        HttpExchange exchange = serving;
        if (exchange != null) {
            figures.rejected("malformed");
            exchange.body().broke(BodyBroken.Why.MALFORMED);
            refused = true;
            return;
        }
        MalformedRequest malformed = MalformedRequest.of(cause);
        figures.rejected(malformed.bound());
        refuse(context, malformed.status(), malformed.why());
    }

    /** Answers without a task, and closes. */
    private void refuse(ChannelHandlerContext context, int status, String why) {
        refused = true;
        HttpAnswer answer = service.refusal(status, why);
        byte[] body = answer.body().unsafeArray();
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answer.status()),
                        Unpooled.wrappedBuffer(body));
        answer.headers().forEach(response.headers()::set);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        var _ = context.writeAndFlush(response);
        stopTimer();
        closeSoon(context);
        context.read();
    }

    private void closeSoon(ChannelHandlerContext context) {
        timer =
                context.executor()
                        .schedule(
                                () -> closeAfterWrites(context),
                                DROP_MILLIS,
                                TimeUnit.MILLISECONDS);
    }

    private static void closeAfterWrites(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("{} closes a connection", settings.door(), cause);
        figures.rejected("broken connection");
        var _ = context.close();
    }
}
