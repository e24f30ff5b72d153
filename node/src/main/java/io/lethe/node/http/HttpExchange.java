package io.lethe.node.http;

import io.lethe.node.base.Check;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request and its answer, for the task that serves it. Reading waits for the sender, writing
 * for the receiver, so neither needs more memory than a window. Order: read what is wanted of the
 * body, {@link #begin}, {@link #write}, {@link #end}. One task; {@link #writable} and {@link #gone}
 * come from the event loop.
 */
public final class HttpExchange {
    /** For an answer whose length is not known. */
    public static final long CHUNKED = -1;

    /** Bodies that nobody read, up to this long, are read on and dropped to keep the connection. */
    static final long MOST_DROPPED_BYTES = 256 * 1024;

    /** Of one write: what a socket buffer takes. */
    private static final int WRITE_BYTES = 64 * 1024;

    private final RequestHead head;
    private final Channel channel;
    private final Tasks tasks;
    private final InboundBody body;
    private final long stallNanos;
    private final boolean keepAlive;
    private final boolean http10;
    private boolean continueWanted;
    private volatile Promise<Boolean> turn;
    private volatile boolean gone;
    private int status;
    private long sentBytes;
    private boolean ended;
    private boolean closes;

    HttpExchange(
            RequestHead head,
            Channel channel,
            Tasks tasks,
            InboundBody body,
            long stallMillis,
            Connection connection) {
        this.head = head;
        this.channel = channel;
        this.tasks = tasks;
        this.body = body;
        this.stallNanos = TimeUnit.MILLISECONDS.toNanos(stallMillis);
        this.keepAlive = connection.keepAlive();
        this.http10 = connection.http10();
        this.continueWanted = connection.continueWanted();
        this.turn = tasks.promise();
    }

    /** How the request wants its connection treated. */
    record Connection(boolean keepAlive, boolean http10, boolean continueWanted) {}

    public RequestHead head() {
        return head;
    }

    /**
     * Reads at least one byte of the body, waiting for it.
     *
     * @return bytes read, or -1 at the end
     * @throws BodyBroken when it does not come whole
     */
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        if (continueWanted) {
            continueWanted = false;
            if (status == 0) {
                var _ =
                        channel.writeAndFlush(
                                new DefaultFullHttpResponse(
                                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            }
        }
        return body.read(target, offset, lengthBytes);
    }

    /** Whether the answer has begun; then its status can't change any more. */
    public boolean begun() {
        return status != 0;
    }

    /**
     * Sends the head of the answer.
     *
     * @param bodyBytes of the body that will be written, or {@link #CHUNKED}
     * @throws IllegalArgumentException where a header can't be one; the answer has not begun then
     */
    public void begin(int code, List<RequestHead.Header> headers, long bodyBytes) {
        Check.that(status == 0, "an answer begins once");
        DefaultHttpResponse response =
                new DefaultHttpResponse(
                        http10 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(code));
        HttpHeaders out = response.headers();
        for (RequestHead.Header header : headers) {
            out.add(header.name(), header.value());
        }
        if (bodyBytes >= 0) {
            if (code != HttpResponseStatus.NO_CONTENT.code()
                    && code != HttpResponseStatus.NOT_MODIFIED.code()) {
                out.set(HttpHeaderNames.CONTENT_LENGTH, bodyBytes);
            }
        } else if (!http10) {
            out.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        closes = !keepAlive || (http10 && bodyBytes < 0) || !restIsShort();
        HttpUtil.setKeepAlive(response, !closes);
        status = code;
        var _ = channel.write(response);
    }

    /** Whether what has not arrived of the body is worth reading to keep the connection. */
    private boolean restIsShort() {
        return body.ended()
                || (!continueWanted
                        && head.bodyBytes() >= 0
                        && head.bodyBytes() <= MOST_DROPPED_BYTES);
    }

    /**
     * Writes a part of the answer's body; the array is the caller's again when it returns.
     *
     * @throws BodyBroken GONE or STALLED when the receiver takes no more
     */
    public void write(byte[] source, int offset, int lengthBytes) throws InterruptedException {
        Check.that(status != 0 && !ended, "a body follows its head");
        for (int done = 0; done < lengthBytes; ) {
            awaitWritable();
            int step = Math.min(WRITE_BYTES, lengthBytes - done);
            ByteBuf part = channel.alloc().buffer(step, step);
            part.writeBytes(source, offset + done, step);
            var _ = channel.writeAndFlush(new DefaultHttpContent(part));
            done += step;
            sentBytes += step;
        }
    }

    private void awaitWritable() throws InterruptedException {
        while (!channel.isWritable() || gone) {
            if (gone) {
                throw new BodyBroken(BodyBroken.Why.GONE);
            }
            Promise<Boolean> next = tasks.promise();
            turn = next;
            if (!channel.isWritable() && !gone) {
                try {
                    var _ = next.await(tasks.clock().nanos() + stallNanos);
                } catch (TimeoutException e) {
                    throw new BodyBroken(BodyBroken.Why.STALLED);
                }
            }
        }
    }

    /** The answer is whole. */
    public void end() {
        Check.that(status != 0 && !ended, "an answer ends once");
        ended = true;
        var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** A whole answer at once. */
    public void answer(int code, List<RequestHead.Header> headers, byte[] content)
            throws InterruptedException {
        begin(code, headers, content.length);
        if (!head.method().equals("HEAD")) {
            write(content, 0, content.length);
        }
        end();
    }

    /** On the event loop. */
    void writable() {
        turn.complete(true);
    }

    /** On the event loop: the connection is closed. */
    void gone() {
        gone = true;
        body.broke(BodyBroken.Why.GONE);
        turn.complete(true);
    }

    InboundBody body() {
        return body;
    }

    /** Of the answer; 0 before it begins. */
    public int status() {
        return status;
    }

    /** Of the answer's body, so far. */
    public long sentBytes() {
        return sentBytes;
    }

    boolean ended() {
        return ended;
    }

    boolean closes() {
        return closes;
    }
}
