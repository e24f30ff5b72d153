package io.lethe.node.object;

import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.ResumableDigests;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finishes the hashes over the parts of an upload: takes them up where {@link UploadHasher} has
 * left them, and reads what it has not come to. Safe for any task.
 */
final class WholeDigests {
    private final UploadFinder finder;
    private final PartsReader reader;
    private final HashCatchUp catchUp;

    WholeDigests(UploadFinder finder, PartsReader reader, HashCatchUp catchUp) {
        this.finder = finder;
        this.reader = reader;
        this.catchUp = catchUp;
    }

    /**
     * The hashes of these parts, one behind the other. The parts were listed before: what the saved
     * hashes stand for is then no older, and the commit finds out where it is newer.
     *
     * @param customer under which the parts are, so that nobody has hashed them before; or null
     */
    Digests.Result of(
            UploadFinder.Running upload,
            List<PartRow> parts,
            @Nullable KeyBytes customer,
            long deadlineNanos)
            throws InterruptedException {
        int leading = customer == null ? leading(parts) : 0;
        MidstateFound saved = null;
        if (leading > 0) {
            catchUp.beforeCompletion(upload.ref(), leading, deadlineNanos);
            saved = finder.midstate(upload.ref(), leading, deadlineNanos);
        }
        if (saved == null || saved.number() == 0) {
            Digests digests = new Digests();
            PartsReader.Sink sink =
                    customer == null ? digests::update : new Unsealed(upload, customer, digests);
            reader.read(upload.dataKey(), upload.ref(), parts, sink, deadlineNanos);
            return digests.finish();
        }
        ResumableDigests digests = ResumableDigests.resume(saved.midstate());
        List<PartRow> rest = parts.subList(saved.number(), parts.size());
        reader.read(upload.dataKey(), upload.ref(), rest, digests::update, deadlineNanos);
        return digests.finish();
    }

    /** Up to which part the numbers are 1, 2, 3 and so on, as the hashes follow them. */
    private static int leading(List<PartRow> parts) {
        int leading = 0;
        while (leading < parts.size() && parts.get(leading).number() == leading + 1) {
            leading++;
        }
        return leading;
    }

    /** Takes a customer's key stream, which each part has of its own, off what comes. */
    private static final class Unsealed implements PartsReader.Sink {
        private final UploadFinder.Running upload;
        private final KeyBytes customer;
        private final Digests digests;
        private CustomerKeys.@Nullable Stream stream;

        Unsealed(UploadFinder.Running upload, KeyBytes customer, Digests digests) {
            this.upload = upload;
            this.customer = customer;
            this.digests = digests;
        }

        @Override
        public void begin(PartRow part) {
            stream = new CustomerKeys.Stream(upload.dataKey(), customer, part.write(), 0);
        }

        @Override
        public void update(byte[] source, int offset, int lengthBytes) {
            CustomerKeys.Stream here = stream;
            if (here != null) {
                here.apply(source, offset, lengthBytes);
            }
            digests.update(source, offset, lengthBytes);
        }
    }
}
