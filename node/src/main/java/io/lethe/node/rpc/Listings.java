package io.lethe.node.rpc;

import com.google.protobuf.ByteString;
import io.lethe.node.base.Bytes;
import io.lethe.node.object.ObjectLister;
import io.lethe.proto.v1.ListEntry;
import io.lethe.proto.v1.ObjectVersion;
import java.util.ArrayList;
import java.util.List;

/** Pages of a listing as messages. Pure. */
final class Listings {
    private Listings() {}

    /** Objects and common prefixes in one order, that of their UTF-8 bytes. */
    static List<ListEntry> entries(ObjectLister.Page page) {
        List<ListEntry> merged = new ArrayList<>();
        int nextPrefix = 0;
        for (ObjectLister.Entry entry : page.entries()) {
            while (nextPrefix < page.prefixes().size()
                    && before(page.prefixes().get(nextPrefix), entry.key())) {
                merged.add(prefix(page.prefixes().get(nextPrefix++)));
            }
            merged.add(ListEntry.newBuilder().setObject(version(entry)).build());
        }
        while (nextPrefix < page.prefixes().size()) {
            merged.add(prefix(page.prefixes().get(nextPrefix++)));
        }
        return merged;
    }

    private static boolean before(String prefix, String key) {
        return Bytes.utf8(prefix).compareTo(Bytes.utf8(key)) < 0;
    }

    private static ListEntry prefix(String common) {
        return ListEntry.newBuilder().setCommonPrefix(common).build();
    }

    private static ObjectVersion version(ObjectLister.Entry entry) {
        return ObjectVersion.newBuilder()
                .setKey(entry.key())
                .setVersionId(entry.versionId())
                .setEtag(entry.etag())
                .setSha256(ByteString.copyFrom(entry.sha256().unsafeArray()))
                .setSize(entry.sizeBytes())
                .setLastModifiedMillis(entry.modifiedMillis())
                .setDeleteMarker(entry.deleteMarker())
                .setLatest(entry.latest())
                .build();
    }
}
