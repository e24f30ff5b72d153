package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.file.DurableFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies a snapshot from the leader: the manifest, each file in bounded chunks, the keys last
 * (protocols, keys). Runs on a thread of its own; staging is wiped when it fails. Trouble with the
 * network is never reported as EIO, for which the library would shut the replica down.
 */
final class SnapshotCopy extends SnapshotCopier {
    /** A chunk is small; a leader that takes longer is gone or cut off. */
    private static final long CHUNK_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Four attempts ride out a reconnect; then the leader begins a new install anyway. */
    private static final int MOST_ATTEMPTS = 4;

    /** 256 MiB: the slots of 400,000 shards, ten times what a partition of 10^8 versions has. */
    private static final long MOST_KEY_BYTES = 256L * 1024 * 1024;

    /**
     * What a copy works with.
     *
     * @param copyId see {@link SnapshotRead#copy()}
     */
    record Job(
            SnapshotFolder folder,
            RaftPeer from,
            long index,
            long copyId,
            RaftTransport transport,
            Throttle throttle,
            ReplicatedState state) {}

    /** The copy cannot go on; nothing is wrong here. */
    private static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;

        Stopped(String message) {
            super(message);
        }
    }

    private final Job job;
    private final Executor executor;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean cancelled;
    private volatile @Nullable SnapshotReader reader;

    SnapshotCopy(Job job, Executor executor) {
        this.job = job;
        this.executor = executor;
    }

    @Override
    public void start() {
        executor.execute(this::run);
    }

    private void run() {
        try {
            reader = transfer();
        } catch (Stopped | Decoder.CorruptEncoding e) {
            setError(cancelled ? RaftError.ECANCELED : RaftError.EINTERNAL, "%s", e.getMessage());
            wipe();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            setError(RaftError.ECANCELED, "%s", "interrupted");
            wipe();
        } catch (IOException e) {
            throw job.folder().halt(e);
        } finally {
            done.countDown();
        }
    }

    private void wipe() {
        try {
            DurableFiles.deleteTree(job.folder().staging(false));
        } catch (IOException e) {
            throw job.folder().halt(e);
        }
    }

    private SnapshotReader transfer() throws IOException, InterruptedException, Stopped {
        Path staging = job.folder().freshStaging(false);
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        fetch(SnapshotRead.What.MANIFEST, 0, first, RaftTransport.MOST_PAYLOAD_BYTES);
        SnapshotManifest manifest = SnapshotManifest.decode(first.toByteArray());
        for (int i = 0; i < manifest.files().size(); i++) {
            SnapshotManifest.Entry entry = manifest.files().get(i);
            try (OutputStream out = Files.newOutputStream(staging.resolve(entry.name()))) {
                fetch(SnapshotRead.What.FILE, i, out, entry.lengthBytes());
            }
        }
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        fetch(SnapshotRead.What.KEYS, 0, keys, MOST_KEY_BYTES);
        job.state().importKeys(manifest.appliedIndex(), keys.toByteArray());
        job.folder().complete(staging, manifest);
        return new StoredSnapshot(job.folder(), manifest);
    }

    private void fetch(SnapshotRead.What what, int file, OutputStream out, long mostBytes)
            throws IOException, InterruptedException, Stopped {
        long offset = 0;
        long whole;
        do {
            SnapshotRead.Part part =
                    ask(
                            new SnapshotRead(
                                    job.index(),
                                    job.copyId(),
                                    what,
                                    file,
                                    offset,
                                    job.folder().self()));
            whole = part.wholeBytes();
            if (whole > mostBytes || (part.chunk().length == 0 && offset < whole)) {
                throw new Stopped("the leader's snapshot does not have the promised length");
            }
            out.write(part.chunk());
            offset += part.chunk().length;
            job.throttle().pass(part.chunk().length);
        } while (offset < whole);
    }

    private SnapshotRead.Part ask(SnapshotRead read) throws InterruptedException, Stopped {
        String last = "";
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            if (cancelled) {
                throw new Stopped("cancelled");
            }
            AtomicReference<RaftTransport.@Nullable Message> answer = new AtomicReference<>();
            AtomicReference<String> failure = new AtomicReference<>("");
            CountDownLatch answered = new CountDownLatch(1);
            job.transport()
                    .call(
                            job.from().address(),
                            new RaftTransport.Message(
                                    job.folder().group(),
                                    RaftMessages.SNAPSHOT_READ,
                                    read.encode()),
                            CHUNK_TIMEOUT_NANOS,
                            new RaftTransport.Callback() {
                                @Override
                                public void reply(RaftTransport.Message reply) {
                                    answer.set(reply);
                                    answered.countDown();
                                }

                                @Override
                                public void failed(RaftTransport.Failure how, String reason) {
                                    failure.set(how + ": " + reason);
                                    answered.countDown();
                                }
                            });
            answered.await();
            RaftTransport.Message reply = answer.get();
            if (reply != null && reply.type() == RaftMessages.SNAPSHOT_PART) {
                SnapshotRead.Part part = SnapshotRead.Part.decode(reply.payload());
                if (!part.found()) {
                    throw new Stopped("the leader no longer offers snapshot " + read.index());
                }
                return part;
            }
            last = failure.get();
        }
        throw new Stopped("no answer from " + job.from() + ": " + last);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void join() throws InterruptedException {
        done.await();
    }

    @Override
    public @Nullable SnapshotReader getReader() {
        return reader;
    }

    @Override
    public void close() throws IOException {
        cancel();
    }
}
