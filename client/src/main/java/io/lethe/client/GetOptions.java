package io.lethe.client;

import io.lethe.client.model.ByteRange;
import io.lethe.client.model.Conditions;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Everything about a get that need not be said. Immutable; start from {@link #builder}. */
public final class GetOptions {
    static final GetOptions DEFAULT = builder().build();

    final String versionId;
    final Optional<ByteRange> range;
    final Conditions conditions;
    final boolean verify;
    final LongConsumer progress;
    final LongConsumer total;

    private GetOptions(Builder builder) {
        versionId = builder.versionId;
        range = builder.range;
        conditions = builder.conditions;
        verify = builder.verify;
        progress = builder.progress;
        total = builder.total;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not safe for several threads. */
    public static final class Builder {
        private String versionId = "";
        private Optional<ByteRange> range = Optional.empty();
        private Conditions conditions = Conditions.NONE;
        private boolean verify = true;
        private LongConsumer progress = bytes -> {};
        private LongConsumer total = bytes -> {};

        private Builder() {}

        /** This version, instead of the current one. */
        public Builder versionId(String id) {
            versionId = id;
            return this;
        }

        public Builder range(ByteRange wanted) {
            range = Optional.of(wanted);
            return this;
        }

        /** On the version that is read. */
        public Builder conditions(Conditions on) {
            conditions = on;
            return this;
        }

        /**
         * Whether the SHA-256 of a whole object is compared with the stored one. On unless switched
         * off; ranges cannot be compared.
         */
        public Builder verify(boolean on) {
            verify = on;
            return this;
        }

        /** Told how many bytes have arrived so far; must be quick. */
        public Builder progress(LongConsumer bytesSoFar) {
            progress = bytesSoFar;
            return this;
        }

        /** Told once how many bytes will come; must be quick. */
        public Builder total(LongConsumer bytes) {
            total = bytes;
            return this;
        }

        public GetOptions build() {
            return new GetOptions(this);
        }
    }
}
