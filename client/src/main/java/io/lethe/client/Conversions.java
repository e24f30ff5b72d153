package io.lethe.client;

import io.lethe.client.model.Bucket;
import io.lethe.client.model.CommonPrefix;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import io.lethe.client.model.PutResult;
import io.lethe.client.model.Versioning;
import io.lethe.proto.v1.ByteRange;
import io.lethe.proto.v1.PutObjectResponse;
import java.time.Instant;
import java.util.List;

/** Wire messages of buckets and objects to the API's values and back. Pure. */
final class Conversions {
    private Conversions() {}

    static Bucket bucket(io.lethe.proto.v1.Bucket wire) {
        return new Bucket(
                wire.getName(),
                wire.getStorageClass(),
                versioning(wire.getVersioning()),
                Instant.ofEpochMilli(wire.getCreatedMillis()),
                wire.getRecoding());
    }

    private static Versioning versioning(io.lethe.proto.v1.Versioning wire) {
        return switch (wire) {
            case VERSIONING_OFF -> Versioning.OFF;
            case VERSIONING_ENABLED -> Versioning.ENABLED;
            case VERSIONING_SUSPENDED -> Versioning.SUSPENDED;
            case VERSIONING_UNSPECIFIED, UNRECOGNIZED -> Versioning.UNKNOWN;
        };
    }

    static io.lethe.proto.v1.Versioning versioning(Versioning versioning) {
        return switch (versioning) {
            case OFF -> io.lethe.proto.v1.Versioning.VERSIONING_OFF;
            case ENABLED -> io.lethe.proto.v1.Versioning.VERSIONING_ENABLED;
            case SUSPENDED -> io.lethe.proto.v1.Versioning.VERSIONING_SUSPENDED;
            case UNKNOWN -> throw new IllegalArgumentException("UNKNOWN is not a state to ask for");
        };
    }

    static ObjectVersion objectVersion(io.lethe.proto.v1.ObjectVersion wire) {
        return new ObjectVersion(
                wire.getKey(),
                wire.getVersionId(),
                wire.getEtag(),
                Hex.of(wire.getSha256()),
                Hex.of(wire.getMd5()),
                wire.getSize(),
                Instant.ofEpochMilli(wire.getLastModifiedMillis()),
                wire.getContentType(),
                wire.getMetadataMap(),
                wire.getTagsMap(),
                wire.getStorageClass(),
                wire.getDeleteMarker(),
                wire.getLatest());
    }

    static List<ListEntry> entries(List<io.lethe.proto.v1.ListEntry> wire) {
        return wire.stream().map(Conversions::entry).toList();
    }

    private static ListEntry entry(io.lethe.proto.v1.ListEntry wire) {
        return wire.hasObject()
                ? objectVersion(wire.getObject())
                : new CommonPrefix(wire.getCommonPrefix());
    }

    static PutResult putResult(PutObjectResponse wire) {
        return new PutResult(
                wire.getVersionId(),
                wire.getEtag(),
                Hex.of(wire.getSha256()),
                Hex.of(wire.getMd5()),
                wire.getSize(),
                Instant.ofEpochMilli(wire.getCreatedMillis()));
    }

    static io.lethe.proto.v1.Conditions conditions(Conditions conditions) {
        io.lethe.proto.v1.Conditions.Builder wire = io.lethe.proto.v1.Conditions.newBuilder();
        conditions.ifMatch().ifPresent(wire::setIfMatch);
        conditions.ifNoneMatch().ifPresent(wire::setIfNoneMatch);
        conditions
                .ifModifiedSince()
                .ifPresent(time -> wire.setIfModifiedSinceMillis(time.toEpochMilli()));
        conditions
                .ifUnmodifiedSince()
                .ifPresent(time -> wire.setIfUnmodifiedSinceMillis(time.toEpochMilli()));
        return wire.build();
    }

    static ByteRange range(io.lethe.client.model.ByteRange range) {
        ByteRange.Builder wire = ByteRange.newBuilder();
        range.startBytes().ifPresent(wire::setStart);
        range.endBytes().ifPresent(wire::setEnd);
        range.suffixBytes().ifPresent(wire::setSuffixLength);
        return wire.build();
    }
}
