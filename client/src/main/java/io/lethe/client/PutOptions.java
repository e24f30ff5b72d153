package io.lethe.client;

import io.lethe.client.model.Conditions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** Everything about a put that need not be said. Immutable; start from {@link #builder}. */
public final class PutOptions {
    static final PutOptions DEFAULT = builder().build();

    final String contentType;
    final Map<String, String> metadata;
    final Map<String, String> tags;
    final Conditions conditions;
    final String storageClass;
    final String md5;
    final String sha256;
    final boolean checksum;
    final LongConsumer progress;

    private PutOptions(Builder builder) {
        contentType = builder.contentType;
        metadata = Map.copyOf(builder.metadata);
        tags = Map.copyOf(builder.tags);
        conditions = builder.conditions;
        storageClass = builder.storageClass;
        md5 = builder.md5;
        sha256 = builder.sha256;
        checksum = builder.checksum;
        progress = builder.progress;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not safe for several threads. */
    public static final class Builder {
        private String contentType = "";
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();
        private Conditions conditions = Conditions.NONE;
        private String storageClass = "";
        private String md5 = "";
        private String sha256 = "";
        private boolean checksum = true;
        private LongConsumer progress = bytes -> {};

        private Builder() {}

        public Builder contentType(String type) {
            contentType = type;
            return this;
        }

        /** User metadata: at most 2 KiB in all. */
        public Builder metadata(String name, String value) {
            metadata.put(name, value);
            return this;
        }

        /** At most 10 tags. */
        public Builder tag(String name, String value) {
            tags.put(name, value);
            return this;
        }

        /** On the key's current version. */
        public Builder conditions(Conditions on) {
            conditions = on;
            return this;
        }

        /** Instead of the bucket's. */
        public Builder storageClass(String name) {
            storageClass = name;
            return this;
        }

        /** Declares the MD5, 32 hex digits: other bytes are refused. */
        public Builder md5(String hex) {
            md5 = Hex.checked("MD5", hex, 16);
            return this;
        }

        /** Declares the SHA-256, 64 hex digits: other bytes are refused. */
        public Builder sha256(String hex) {
            sha256 = Hex.checked("SHA-256", hex, 32);
            return this;
        }

        /**
         * Whether the SHA-256 of what is sent is computed and compared by the server. On unless
         * switched off, which saves the time it takes.
         */
        public Builder checksum(boolean on) {
            checksum = on;
            return this;
        }

        /** Told how many bytes were handed to the network so far; must be quick. */
        public Builder progress(LongConsumer bytesSoFar) {
            progress = bytesSoFar;
            return this;
        }

        public PutOptions build() {
            return new PutOptions(this);
        }
    }
}
