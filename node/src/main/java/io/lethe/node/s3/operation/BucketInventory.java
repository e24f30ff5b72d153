package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.inventory.InventoryFields;
import io.lethe.node.s3.inventory.InventoryKeys;
import io.lethe.node.s3.inventory.InventoryWorker;
import io.lethe.node.s3.xml.InventoryConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** GET, PUT and DELETE of {@code ?inventory}; without an id, GET lists. */
final class BucketInventory {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Of prefixes of keys: what a manifest can name without escapes. */
    private static final Pattern PREFIX = Pattern.compile("[^\"\\\\\\p{Cntrl}]*");

    private BucketInventory() {}

    private static List<InventoryConfiguration> all(S3Call call) throws InterruptedException {
        return BucketDocuments.look(call, BucketSetting.INVENTORY)
                .map(InventoryWorker::parse)
                .orElse(List.of());
    }

    private static String id(S3Call call) {
        return call.request()
                .parameter("id")
                .filter(id -> ID.matcher(id).matches())
                .orElseThrow(() -> S3Error.INVALID_ARGUMENT.because("The id is not valid."));
    }

    static void get(S3Call call) throws InterruptedException {
        if (!call.request().hasParameter("id")) {
            call.xml(200, InventoryConfiguration.writeAll(all(call)));
            return;
        }
        String id = id(call);
        InventoryConfiguration found =
                all(call).stream()
                        .filter(one -> one.id().equals(id))
                        .findFirst()
                        .orElseThrow(S3Error.NO_SUCH_CONFIGURATION::exception);
        call.xml(200, found.write());
    }

    static void put(S3Call call) throws InterruptedException {
        String id = id(call);
        InventoryConfiguration wanted = InventoryConfiguration.parse(call.wholeBody(true));
        if (!wanted.id().equals(id)) {
            throw S3Error.INVALID_ARGUMENT.because("The id in the request is another.");
        }
        if (!wanted.format().equals("CSV")) {
            throw S3Error.NOT_IMPLEMENTED.because("Inventories are written as CSV.");
        }
        for (String field : wanted.fields()) {
            if (!InventoryFields.KNOWN.contains(field)) {
                throw S3Error.NOT_IMPLEMENTED.because("Inventories have no field " + field + '.');
            }
        }
        if (!PREFIX.matcher(wanted.destinationPrefix()).matches()) {
            throw S3Error.INVALID_ARGUMENT.because("The destination's prefix is not valid.");
        }
        // Reports are written on the owner's behalf: whoever asks for them must be able to.
        for (String key : keys(call, wanted).all()) {
            if (!call.access().allowsIn(wanted.bucket(), "s3:PutObject", key)) {
                throw S3Error.INVALID_ARGUMENT.because(
                        "There is no such destination bucket, or it is not yours to write.");
            }
        }
        BucketDocuments.revise(call, BucketSetting.INVENTORY, before -> with(before, wanted));
        call.empty(200);
    }

    /** As a report will have: policies speak of whole keys, not of what begins them. */
    private static InventoryKeys keys(S3Call call, InventoryConfiguration wanted) {
        long nowMillis = call.ports().tasks().clock().wallMillis();
        return InventoryKeys.next(call.bucket(), wanted, nowMillis, call.random());
    }

    static void delete(S3Call call) throws InterruptedException {
        String id = id(call);
        BucketDocuments.revise(call, BucketSetting.INVENTORY, before -> without(before, id));
        call.empty(204);
    }

    /** The document with this configuration, in the place of one of its id. */
    static Bytes with(Bytes document, InventoryConfiguration wanted) {
        List<InventoryConfiguration> next = new ArrayList<>(read(document));
        next.removeIf(one -> one.id().equals(wanted.id()));
        if (next.size() >= InventoryConfiguration.MOST) {
            throw S3Error.INVALID_ARGUMENT.because("A bucket has at most 1,000 inventories.");
        }
        next.add(wanted);
        return write(next);
    }

    /**
     * The document without one configuration.
     *
     * @throws io.lethe.node.s3.S3Exception NoSuchConfiguration
     */
    static Bytes without(Bytes document, String id) {
        List<InventoryConfiguration> next = new ArrayList<>(read(document));
        if (!next.removeIf(one -> one.id().equals(id))) {
            throw S3Error.NO_SUCH_CONFIGURATION.exception();
        }
        return write(next);
    }

    private static List<InventoryConfiguration> read(Bytes document) {
        return document.isEmpty() ? List.of() : InventoryWorker.parse(document);
    }

    private static Bytes write(List<InventoryConfiguration> all) {
        Bytes document =
                all.isEmpty()
                        ? Bytes.EMPTY
                        : Bytes.wrap(InventoryConfiguration.writeAll(all).end());
        if (document.length() > BucketDocument.MOST_BYTES) {
            throw S3Error.INVALID_ARGUMENT.because("The bucket's inventories are too long.");
        }
        return document;
    }
}
