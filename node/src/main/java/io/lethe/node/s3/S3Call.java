package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.http.RequestHead.Header;
import io.lethe.node.object.Caller;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.s3.access.CallAccess;
import io.lethe.node.s3.access.Identification.Identified;
import io.lethe.node.s3.checksum.ContentMd5;
import io.lethe.node.s3.xml.XmlReader;
import io.lethe.node.s3.xml.XmlWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request that has been admitted, and its answer. One task. */
public final class S3Call {
    /** What a request holds of a body that it reads whole without a share of the memory. */
    private static final int FREE_BYTES = 64 * 1024;

    /** How often a body is in memory: as it came, and as text or while it is copied. */
    private static final int COPIES = 2;

    private final HttpExchange exchange;
    private final S3Request request;
    private final S3Address address;
    private final Identified who;
    private final RequestBody body;
    private final S3Ports ports;
    private final long deadlineNanos;
    private final String requestId;
    private final List<Header> headers = new ArrayList<>();
    private @Nullable CallAccess access;
    private byte @Nullable [] wholeBody;
    private MemoryBudget.@Nullable Share memory;

    /** What is known of a call before its operation begins. */
    record Admitted(
            S3Request request, S3Address address, Identified who, RequestBody body, String id) {}

    /**
     * A request of which not all is known yet.
     *
     * @param added headers that every answer has; a form adds what its fields ask for
     * @param started hears of each call that is made of it
     */
    record Opening(
            S3Request request,
            S3Address address,
            String id,
            S3Ports ports,
            long deadlineNanos,
            List<Header> added,
            Consumer<S3Call> started) {
        S3Call call(HttpExchange exchange, Identified who) {
            return call(exchange, request, address.key(), who);
        }

        /**
         * @param meant what stands for the request that was sent
         */
        S3Call call(HttpExchange exchange, S3Request meant, String key, Identified who) {
            RequestBody body = new RequestBody(exchange, meant, who.payload(), who.signer());
            S3Address at = new S3Address(address.bucket(), key, address.virtualHosted());
            S3Call call =
                    new S3Call(
                            exchange, new Admitted(meant, at, who, body, id), ports, deadlineNanos);
            call.headers.addAll(added);
            started.accept(call);
            return call;
        }
    }

    /**
     * The same request about another key; what its answer has so far is left behind.
     *
     * @param added headers that every answer has
     */
    S3Call at(String key, List<Header> added) {
        S3Address other = new S3Address(address.bucket(), key, address.virtualHosted());
        S3Call call =
                new S3Call(
                        exchange,
                        new Admitted(request, other, who, body, requestId),
                        ports,
                        deadlineNanos);
        call.headers.addAll(added);
        return call;
    }

    S3Call(HttpExchange exchange, Admitted admitted, S3Ports ports, long deadlineNanos) {
        this.exchange = exchange;
        this.request = admitted.request();
        this.address = admitted.address();
        this.who = admitted.who();
        this.body = admitted.body();
        this.requestId = admitted.id();
        this.ports = ports;
        this.deadlineNanos = deadlineNanos;
        header("x-amz-request-id", requestId);
    }

    public S3Request request() {
        return request;
    }

    /** The bucket's own name; before the call is admitted, as the request has it. */
    public String bucket() {
        return access == null ? address.bucket() : access.bucket();
    }

    public String key() {
        return address.key();
    }

    /** Who asks. */
    public Identified who() {
        return who;
    }

    void admitted(CallAccess allowed) {
        access = allowed;
    }

    /** What was allowed; null where nothing was. */
    public @Nullable CallAccess accessIfAdmitted() {
        return access;
    }

    /** What was allowed; before that, nothing runs. */
    public CallAccess access() {
        CallAccess allowed = access;
        if (allowed == null) {
            throw new IllegalStateException("a call runs once it is admitted");
        }
        return allowed;
    }

    /** On whose behalf the call runs: the bucket's owner. */
    public Caller caller() {
        return access().caller();
    }

    public RequestBody body() {
        return body;
    }

    public S3Ports ports() {
        return ports;
    }

    public RandomSource random() {
        return ports.random();
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }

    public String requestId() {
        return requestId;
    }

    /** Adds a header to the answer. */
    public S3Call header(String name, String value) {
        headers.add(new Header(name, value));
        return this;
    }

    /** Adds a header to the answer where there is a value. */
    public S3Call header(String name, @Nullable Object value, boolean present) {
        return present ? header(name, String.valueOf(value)) : this;
    }

    /** Answers without a body. */
    public void empty(int status) throws InterruptedException {
        exchange.answer(status, headers, new byte[0]);
    }

    /** Answers a HEAD, or anything else whose body is not sent, with the length it would have. */
    public void headOnly(int status, long lengthBytes) {
        exchange.begin(status, headers, lengthBytes);
        exchange.end();
    }

    public void xml(int status, XmlWriter document) throws InterruptedException {
        content(status, "application/xml", document.end());
    }

    /** Answers with a document as it is kept. */
    public void xml(int status, Bytes document) throws InterruptedException {
        content(status, "application/xml", document.unsafeArray());
    }

    /** Answers with a document that is there already. */
    public void content(int status, String type, byte[] document) throws InterruptedException {
        header("content-type", type);
        exchange.answer(status, headers, document);
    }

    /** Begins an answer whose body {@link #write} sends. */
    public void begin(int status, long lengthBytes) {
        exchange.begin(status, headers, lengthBytes);
    }

    /** As {@link #begin}, for a body whose length is not known. */
    public void beginStreamed(int status) {
        exchange.begin(status, headers, HttpExchange.CHUNKED);
    }

    public void write(byte[] bytes, int offset, int lengthBytes) throws InterruptedException {
        exchange.write(bytes, offset, lengthBytes);
    }

    public void end() {
        exchange.end();
    }

    /**
     * The whole body of a request that carries a document.
     *
     * @throws S3Exception MaxMessageLengthExceeded; MissingRequestBodyError where it is empty and
     *     {@code needed}
     */
    public byte[] wholeBody(boolean needed) throws InterruptedException {
        return whole(needed, XmlReader.MOST_BYTES);
    }

    /**
     * As {@link #wholeBody}, of a request that lists keys or parts, and needs one.
     *
     * @throws S3Exception MaxMessageLengthExceeded, MissingRequestBodyError
     */
    public byte[] wholeList() throws InterruptedException {
        return whole(true, XmlReader.MOST_LIST_BYTES);
    }

    private byte[] whole(boolean needed, int mostBytes) throws InterruptedException {
        byte[] known = wholeBody;
        if (known == null) {
            known = readBody(mostBytes);
            wholeBody = known;
        }
        if (needed && known.length == 0) {
            throw S3Error.MISSING_REQUEST_BODY_ERROR.exception();
        }
        return known;
    }

    private byte[] readBody(int mostBytes) throws InterruptedException {
        byte[] whole = new byte[8 * 1024];
        int length = 0;
        while (true) {
            if (length == whole.length) {
                if (length > mostBytes) {
                    throw S3Error.MAX_MESSAGE_LENGTH_EXCEEDED
                            .exception()
                            .with("MaxMessageLengthBytes", Integer.toString(mostBytes));
                }
                if (length >= FREE_BYTES && memory == null) {
                    memory = ports.documents().take(COPIES * mostToCome(mostBytes));
                }
                // One byte more shows that there is more.
                whole = Arrays.copyOf(whole, Math.min(length * 2, mostBytes + 1));
            }
            int count = body.read(whole, length, whole.length - length);
            if (count < 0) {
                break;
            }
            length += count;
        }
        byte[] exact = Arrays.copyOf(whole, length);
        checkDigests(exact);
        return exact;
    }

    /** The whole share is taken at once: who holds some and waits for more could wait for ever. */
    private long mostToCome(int mostBytes) {
        long sent = exchange.head().bodyBytes();
        return sent < 0 ? mostBytes : Math.min(sent, mostBytes);
    }

    /** The request is over: gives back what it held. */
    void over() {
        MemoryBudget.Share held = memory;
        if (held != null) {
            held.close();
        }
    }

    private void checkDigests(byte[] whole) {
        Bytes signed = body.signedSha256();
        if (signed != null && !signed.equals(digest("SHA-256", whole))) {
            throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH.exception();
        }
        ContentMd5.of(request)
                .ifPresent(md5 -> ContentMd5.check(md5, digest("MD5", whole).unsafeArray()));
    }

    private static Bytes digest(String algorithm, byte[] bytes) {
        try {
            return Bytes.wrap(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks " + algorithm, e);
        }
    }
}
