package io.lethe.client;

import io.lethe.client.model.Conditions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Everything about a copy that need not be said. Immutable; start from {@link #builder}. */
public final class CopyOptions {
    static final CopyOptions DEFAULT = builder().build();

    final String sourceVersionId;
    final Conditions sourceConditions;
    final Conditions conditions;
    final boolean replaceMetadata;
    final String contentType;
    final Map<String, String> metadata;
    final Map<String, String> tags;
    final String storageClass;

    private CopyOptions(Builder builder) {
        sourceVersionId = builder.sourceVersionId;
        sourceConditions = builder.sourceConditions;
        conditions = builder.conditions;
        replaceMetadata = builder.replaceMetadata;
        contentType = builder.contentType;
        metadata = Map.copyOf(builder.metadata);
        tags = Map.copyOf(builder.tags);
        storageClass = builder.storageClass;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not safe for several threads. */
    public static final class Builder {
        private String sourceVersionId = "";
        private Conditions sourceConditions = Conditions.NONE;
        private Conditions conditions = Conditions.NONE;
        private boolean replaceMetadata;
        private String contentType = "";
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();
        private String storageClass = "";

        private Builder() {}

        /** Copies this version, instead of the current one. */
        public Builder sourceVersionId(String id) {
            sourceVersionId = id;
            return this;
        }

        /** On the source. */
        public Builder sourceConditions(Conditions on) {
            sourceConditions = on;
            return this;
        }

        /** On the target's current version. */
        public Builder conditions(Conditions on) {
            conditions = on;
            return this;
        }

        /** Replaces content type, metadata and tags, instead of copying them. */
        public Builder replace(
                String type, Map<String, String> newMetadata, Map<String, String> newTags) {
            replaceMetadata = true;
            contentType = type;
            metadata.putAll(newMetadata);
            tags.putAll(newTags);
            return this;
        }

        /** Instead of the target bucket's. */
        public Builder storageClass(String name) {
            storageClass = name;
            return this;
        }

        public CopyOptions build() {
            return new CopyOptions(this);
        }
    }
}
