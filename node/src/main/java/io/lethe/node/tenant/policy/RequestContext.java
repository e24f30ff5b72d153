package io.lethe.node.tenant.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The condition keys of one request: {@code aws:SourceIp}, {@code s3:prefix} and so on, each with
 * its values. A key that is not there is absent, which conditions tell from empty. Names don't care
 * about case.
 *
 * <p>Some keys may be not known yet. Then statements are read in the request's favour: whatever is
 * denied is denied by all values of those keys. Immutable; safe for any thread.
 */
public final class RequestContext {
    private static final RequestContext EMPTY = new RequestContext(Map.of(), "");

    private final Map<String, List<String>> values;
    private final String unknown;

    private RequestContext(Map<String, List<String>> values, String unknown) {
        this.values = values;
        this.unknown = unknown;
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

    /** Whether there are keys that are not known yet. */
    boolean hasUnknown() {
        return !unknown.isEmpty();
    }

    /** Whether any of these keys, in lower case, is not known yet. */
    boolean isUnknown(List<String> lowerCaseKeys) {
        return hasUnknown() && lowerCaseKeys.stream().anyMatch(key -> key.startsWith(unknown));
    }

    /** Collects keys for one request; for one thread. */
    public static final class Builder {
        private final Map<String, List<String>> values = new HashMap<>();
        private String unknown = "";

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

        /** Says that all keys that begin so are not known yet. */
        public Builder unknown(String prefix) {
            unknown = prefix.toLowerCase(Locale.ROOT);
            return this;
        }

        /** Sets the keys that say who calls: {@code aws:username}, {@code aws:userid} and so on. */
        public Builder caller(Caller caller) {
            caller.keys().forEach(this::put);
            return this;
        }

        public RequestContext build() {
            return new RequestContext(Map.copyOf(values), unknown);
        }
    }
}
