package io.lethe.node.tenant.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The condition keys of one request: {@code aws:SourceIp}, {@code s3:prefix} and so on, each with
 * its values. A key that is not there is absent, which conditions tell from empty. Names don't care
 * about case. Immutable; safe for any thread.
 */
public final class RequestContext {
    private static final RequestContext EMPTY = new RequestContext(Map.of());

    private final Map<String, List<String>> values;

    private RequestContext(Map<String, List<String>> values) {
        this.values = values;
    }

    public static RequestContext empty() {
        return EMPTY;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The values of a key in lower case; none if it is absent. */
    List<String> values(String lowerCaseKey) {
        return values.getOrDefault(lowerCaseKey, List.of());
    }

    /** Collects keys for one request; for one thread. */
    public static final class Builder {
        private final Map<String, List<String>> values = new HashMap<>();

        private Builder() {}

        /** Sets a key of one value. */
        public Builder put(String key, String value) {
            return put(key, List.of(value));
        }

        /** Sets a key of several values, such as {@code aws:TagKeys}; none leaves it absent. */
        public Builder put(String key, List<String> several) {
            values.put(key.toLowerCase(Locale.ROOT), List.copyOf(several));
            return this;
        }

        /** Sets the keys that say who calls: {@code aws:username}, {@code aws:userid} and so on. */
        public Builder caller(Caller caller) {
            caller.keys().forEach(this::put);
            return this;
        }

        public RequestContext build() {
            return new RequestContext(Map.copyOf(values));
        }
    }
}
