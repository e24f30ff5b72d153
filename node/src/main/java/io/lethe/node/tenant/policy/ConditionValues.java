package io.lethe.node.tenant.policy;

import io.lethe.node.base.Bytes;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The values that a policy lists behind a condition key, compiled by the operator's type. They are
 * alternatives: one match is enough. A request's value that is not of the type matches none.
 */
sealed interface ConditionValues {
    /** Whether {@code value} of the request matches one of these. */
    boolean match(String value, RequestContext context);

    /** The keys of variables in them, in lower case. */
    default List<String> keys() {
        return List.of();
    }

    /** String operators. */
    record Texts(List<Template> templates) implements ConditionValues {
        public Texts {
            templates = List.copyOf(templates);
        }

        @Override
        public List<String> keys() {
            return templates.stream().flatMap(template -> template.keys().stream()).toList();
        }

        @Override
        public boolean match(String value, RequestContext context) {
            for (Template template : templates) {
                if (template.matches(value, context)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Arn operators. */
    record Arns(List<ArnTemplate> templates) implements ConditionValues {
        public Arns {
            templates = List.copyOf(templates);
        }

        @Override
        public List<String> keys() {
            return templates.stream().flatMap(template -> template.all().keys().stream()).toList();
        }

        @Override
        public boolean match(String value, RequestContext context) {
            for (ArnTemplate template : templates) {
                if (template.matches(value, context)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Which way an order is asked for: the request's value stands on the left. */
    enum Order {
        EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL;

        private <T extends Comparable<T>> boolean holds(T left, T right) {
            int order = left.compareTo(right);
            return switch (this) {
                case EQUAL -> order == 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
            };
        }
    }

    /** Numeric operators. */
    record Numbers(Order order, List<BigDecimal> bounds) implements ConditionValues {
        public Numbers {
            bounds = List.copyOf(bounds);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            Optional<BigDecimal> number = PolicyScalars.number(value);
            return number.isPresent()
                    && bounds.stream().anyMatch(bound -> order.holds(number.get(), bound));
        }
    }

    /** Date operators. */
    record Dates(Order order, List<Instant> bounds) implements ConditionValues {
        public Dates {
            bounds = List.copyOf(bounds);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            Optional<Instant> date = PolicyScalars.date(value);
            return date.isPresent()
                    && bounds.stream().anyMatch(bound -> order.holds(date.get(), bound));
        }
    }

    /** Bool. */
    record Bools(List<Boolean> wanted) implements ConditionValues {
        public Bools {
            wanted = List.copyOf(wanted);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            Optional<Boolean> bool = PolicyScalars.bool(value);
            return bool.isPresent() && wanted.contains(bool.get());
        }
    }

    /** BinaryEquals: both sides are base64, and their bytes are compared. */
    record Binaries(List<Bytes> wanted) implements ConditionValues {
        public Binaries {
            wanted = List.copyOf(wanted);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            Optional<Bytes> bytes = PolicyScalars.binary(value);
            return bytes.isPresent() && wanted.contains(bytes.get());
        }
    }

    /** IpAddress and NotIpAddress. */
    record Networks(List<IpRange> ranges) implements ConditionValues {
        public Networks {
            ranges = List.copyOf(ranges);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            Optional<IpAddress> address = IpAddress.parse(value);
            return address.isPresent()
                    && ranges.stream().anyMatch(range -> range.contains(address.get()));
        }
    }

    /**
     * Null: asks whether the key is there at all.
     *
     * @param wanted true: must be absent
     */
    record Absence(List<Boolean> wanted) implements ConditionValues {
        public Absence {
            wanted = List.copyOf(wanted);
        }

        boolean matches(boolean absent) {
            return wanted.contains(absent);
        }

        @Override
        public boolean match(String value, RequestContext context) {
            return matches(false);
        }
    }
}
