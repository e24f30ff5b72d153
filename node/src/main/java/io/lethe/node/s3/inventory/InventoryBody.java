package io.lethe.node.s3.inventory;

import io.lethe.node.base.Bytes;
import io.lethe.node.object.Body;
import io.lethe.node.object.Caller;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/**
 * A list of a bucket's objects as compressed CSV, made while it is read: a page of the listing at a
 * time, so that its memory does not depend on the bucket. One task.
 */
final class InventoryBody implements Body {
    /** For one page of the listing. */
    private final long pageNanos;

    private final InventoryPorts ports;
    private final Caller caller;
    private final String bucket;
    private final InventoryConfiguration inventory;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private final GZIPOutputStream zip;
    private byte[] ready = new byte[0];
    private int taken;
    private Bytes after = Bytes.EMPTY;
    private long afterOrder;
    private boolean listed;
    private long objects;

    InventoryBody(
            InventoryPorts ports,
            Caller caller,
            String bucket,
            InventoryConfiguration inventory,
            long pageNanos) {
        this.ports = ports;
        this.caller = caller;
        this.bucket = bucket;
        this.inventory = inventory;
        this.pageNanos = pageNanos;
        try {
            zip = new GZIPOutputStream(waiting);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long declaredBytes() {
        return UNKNOWN;
    }

    /** Lines so far. */
    long objects() {
        return objects;
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        while (taken == ready.length) {
            if (listed) {
                return -1;
            }
            page();
            ready = waiting.toByteArray();
            waiting.reset();
            taken = 0;
        }
        int count = Math.min(lengthBytes, ready.length - taken);
        System.arraycopy(ready, taken, target, offset, count);
        taken += count;
        return count;
    }

    private void page() throws InterruptedException {
        ObjectLister.Page page =
                ports.objects()
                        .list(
                                caller,
                                new Objects.ListRequest(
                                        bucket,
                                        inventory.prefix(),
                                        "",
                                        after,
                                        afterOrder,
                                        inventory.allVersions(),
                                        Objects.MOST_PAGE),
                                ports.tasks().clock().nanos() + pageNanos);
        try {
            for (ObjectLister.Entry entry : page.entries()) {
                zip.write(
                        InventoryFields.line(inventory, bucket, entry)
                                .getBytes(StandardCharsets.UTF_8));
                objects++;
            }
            after = page.next();
            afterOrder = page.nextOrder();
            if (after.isEmpty()) {
                listed = true;
                zip.finish();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
