package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.ErrorDocument;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.concurrent.TimeoutException;

/**
 * The answer of what may take long: where it does, it begins with status 200 and white space, as
 * S3's does, and an error may follow in its body. So no client gives up and asks for the same work
 * once more. One task, and another that works; when the first ends, so has the other.
 *
 * @param task what the other is called
 * @param lasts whether the work goes on although its client has gone
 */
record PatientAnswer<T>(S3Call call, String task, boolean lasts) {
    private static final byte[] SPACE = Bytes.utf8(" ").unsafeArray();

    /** What takes long; it leaves the call's answer alone. */
    interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Says what came of it. */
    interface Document<T> {
        /**
         * @param begun whether it is too late for headers
         */
        XmlWriter of(T result, boolean begun) throws InterruptedException;
    }

    /**
     * Works and answers.
     *
     * @throws S3Exception or {@link StoreException}, where the answer has not begun
     */
    void give(Work<T> work, Document<T> document) throws InterruptedException {
        Promise<T> promise = call.ports().tasks().promise();
        Tasks.Task worker = call.ports().tasks().fork(task, () -> run(work, promise));
        boolean begun = false;
        boolean gone = true;
        try {
            while (true) {
                try {
                    T result =
                            promise.await(nanos() + call.ports().settings().patience().toNanos());
                    gone = false;
                    XmlWriter out = document.of(result, begun);
                    if (begun) {
                        finish(out.end());
                    } else {
                        call.xml(200, out);
                    }
                    return;
                } catch (TimeoutException e) {
                    begin(begun);
                    begun = true;
                } catch (StoreException | S3Exception e) {
                    gone = false;
                    if (!begun) {
                        throw e;
                    }
                    finish(error(e));
                    return;
                }
            }
        } finally {
            if (gone && !lasts) {
                worker.cancel();
            }
            worker.join();
        }
    }

    private static <T> void run(Work<T> work, Promise<T> promise) {
        try {
            promise.complete(work.run());
        } catch (RuntimeException e) {
            // The task's root: whoever waits hears of it.
            promise.fail(e);
        } catch (InterruptedException e) {
            promise.fail(S3Error.INTERNAL_ERROR.exception());
            Thread.currentThread().interrupt();
        }
    }

    private long nanos() {
        return call.ports().tasks().clock().nanos();
    }

    private void begin(boolean begun) throws InterruptedException {
        if (!begun) {
            call.header("content-type", "application/xml").beginStreamed(200);
            byte[] declaration = Bytes.utf8(XmlWriter.DECLARATION).unsafeArray();
            call.write(declaration, 0, declaration.length);
        }
        call.write(SPACE, 0, SPACE.length);
    }

    /** The declaration has gone out already. */
    private void finish(byte[] document) throws InterruptedException {
        int from = XmlWriter.DECLARATION.length();
        call.write(document, from, document.length - from);
        call.end();
    }

    private byte[] error(RuntimeException failure) throws InterruptedException {
        S3Exception shown =
                failure instanceof StoreException of ? shown(of) : (S3Exception) failure;
        return ErrorDocument.write(
                shown, "/" + call.bucket() + "/" + call.key(), call.requestId(), "lethe");
    }

    /** Which keys there are is told to those only who may list them. */
    private S3Exception shown(StoreException failure) throws InterruptedException {
        boolean missing =
                failure.code() == ErrorCode.NO_SUCH_KEY
                        || failure.code() == ErrorCode.NO_SUCH_VERSION;
        return missing && !call.access().mayList()
                ? S3Error.ACCESS_DENIED.exception()
                : S3Exception.of(failure);
    }
}
