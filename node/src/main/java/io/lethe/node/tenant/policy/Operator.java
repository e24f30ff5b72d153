package io.lethe.node.tenant.policy;

import io.lethe.node.base.Bytes;
import io.lethe.node.tenant.policy.Condition.Quantifier;
import io.lethe.node.tenant.policy.ConditionValues.Order;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A condition operator as policies name it: {@code [ForAllValues:|ForAnyValue:]Type[IfExists]}.
 *
 * @param negated turns the result of {@code type} around
 */
record Operator(Quantifier quantifier, Type type, boolean negated, boolean ifExists) {
    private static final String ALL = "ForAllValues:";
    private static final String ANY = "ForAnyValue:";
    private static final String IF_EXISTS = "IfExists";

    /** How values are read and compared. */
    enum Type {
        STRING_EQUALS,
        STRING_EQUALS_IGNORE_CASE,
        STRING_LIKE,
        ARN_LIKE,
        NUMERIC_EQUALS,
        NUMERIC_LESS_THAN,
        NUMERIC_LESS_THAN_EQUALS,
        NUMERIC_GREATER_THAN,
        NUMERIC_GREATER_THAN_EQUALS,
        DATE_EQUALS,
        DATE_LESS_THAN,
        DATE_LESS_THAN_EQUALS,
        DATE_GREATER_THAN,
        DATE_GREATER_THAN_EQUALS,
        BOOL,
        BINARY_EQUALS,
        IP_ADDRESS,
        NULL
    }

    private record Named(String name, Type type, boolean negated) {}

    private static final Map<String, Named> NAMES =
            Stream.of(
                            new Named("StringEquals", Type.STRING_EQUALS, false),
                            new Named("StringNotEquals", Type.STRING_EQUALS, true),
                            new Named(
                                    "StringEqualsIgnoreCase",
                                    Type.STRING_EQUALS_IGNORE_CASE,
                                    false),
                            new Named(
                                    "StringNotEqualsIgnoreCase",
                                    Type.STRING_EQUALS_IGNORE_CASE,
                                    true),
                            new Named("StringLike", Type.STRING_LIKE, false),
                            new Named("StringNotLike", Type.STRING_LIKE, true),
                            // AWS says that the two behave alike, wildcards included.
                            new Named("ArnEquals", Type.ARN_LIKE, false),
                            new Named("ArnNotEquals", Type.ARN_LIKE, true),
                            new Named("ArnLike", Type.ARN_LIKE, false),
                            new Named("ArnNotLike", Type.ARN_LIKE, true),
                            new Named("NumericEquals", Type.NUMERIC_EQUALS, false),
                            new Named("NumericNotEquals", Type.NUMERIC_EQUALS, true),
                            new Named("NumericLessThan", Type.NUMERIC_LESS_THAN, false),
                            new Named(
                                    "NumericLessThanEquals", Type.NUMERIC_LESS_THAN_EQUALS, false),
                            new Named("NumericGreaterThan", Type.NUMERIC_GREATER_THAN, false),
                            new Named(
                                    "NumericGreaterThanEquals",
                                    Type.NUMERIC_GREATER_THAN_EQUALS,
                                    false),
                            new Named("DateEquals", Type.DATE_EQUALS, false),
                            new Named("DateNotEquals", Type.DATE_EQUALS, true),
                            new Named("DateLessThan", Type.DATE_LESS_THAN, false),
                            new Named("DateLessThanEquals", Type.DATE_LESS_THAN_EQUALS, false),
                            new Named("DateGreaterThan", Type.DATE_GREATER_THAN, false),
                            new Named(
                                    "DateGreaterThanEquals", Type.DATE_GREATER_THAN_EQUALS, false),
                            new Named("Bool", Type.BOOL, false),
                            new Named("BinaryEquals", Type.BINARY_EQUALS, false),
                            new Named("IpAddress", Type.IP_ADDRESS, false),
                            new Named("NotIpAddress", Type.IP_ADDRESS, true),
                            new Named("Null", Type.NULL, false))
                    .collect(Collectors.toUnmodifiableMap(Named::name, Function.identity()));

    static Optional<Operator> of(String text) {
        Quantifier quantifier = Quantifier.NONE;
        String name = text;
        if (name.startsWith(ALL)) {
            quantifier = Quantifier.ALL;
            name = name.substring(ALL.length());
        } else if (name.startsWith(ANY)) {
            quantifier = Quantifier.ANY;
            name = name.substring(ANY.length());
        }
        boolean ifExists = name.endsWith(IF_EXISTS);
        if (ifExists) {
            name = name.substring(0, name.length() - IF_EXISTS.length());
        }
        Named named = NAMES.get(name);
        boolean plain = quantifier == Quantifier.NONE && !ifExists;
        if (named == null || (named.type() == Type.NULL && !plain)) {
            return Optional.empty();
        }
        return Optional.of(new Operator(quantifier, named.type(), named.negated(), ifExists));
    }

    /** One of the values that a policy lists is wrong: which, from 0, and why. */
    static final class BadValueException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int index;

        BadValueException(int index, String problem) {
            super(problem);
            this.index = index;
        }

        int index() {
            return index;
        }
    }

    /**
     * @param variables whether the policy's version knows variables
     */
    ConditionValues values(List<String> texts, boolean variables) throws BadValueException {
        Template.Syntax syntax = new Template.Syntax(false, variables, false);
        return switch (type) {
            case STRING_EQUALS -> new ConditionValues.Texts(templates(texts, syntax));
            case STRING_EQUALS_IGNORE_CASE ->
                    new ConditionValues.Texts(templates(texts, syntax.ignoringCase()));
            case STRING_LIKE -> new ConditionValues.Texts(templates(texts, syntax.withWildcards()));
            case ARN_LIKE ->
                    new ConditionValues.Arns(
                            each(texts, text -> ArnTemplate.parse(text, variables)));
            case NUMERIC_EQUALS -> numbers(Order.EQUAL, texts);
            case NUMERIC_LESS_THAN -> numbers(Order.LESS, texts);
            case NUMERIC_LESS_THAN_EQUALS -> numbers(Order.LESS_OR_EQUAL, texts);
            case NUMERIC_GREATER_THAN -> numbers(Order.GREATER, texts);
            case NUMERIC_GREATER_THAN_EQUALS -> numbers(Order.GREATER_OR_EQUAL, texts);
            case DATE_EQUALS -> dates(Order.EQUAL, texts);
            case DATE_LESS_THAN -> dates(Order.LESS, texts);
            case DATE_LESS_THAN_EQUALS -> dates(Order.LESS_OR_EQUAL, texts);
            case DATE_GREATER_THAN -> dates(Order.GREATER, texts);
            case DATE_GREATER_THAN_EQUALS -> dates(Order.GREATER_OR_EQUAL, texts);
            case BOOL -> new ConditionValues.Bools(bools(texts));
            case NULL -> new ConditionValues.Absence(bools(texts));
            case BINARY_EQUALS -> {
                List<Bytes> wanted = all(texts, PolicyScalars::binary, "is not base64");
                yield new ConditionValues.Binaries(wanted);
            }
            case IP_ADDRESS -> {
                List<IpRange> ranges =
                        all(texts, IpRange::parse, "is not an IP address or a CIDR range");
                yield new ConditionValues.Networks(ranges);
            }
        };
    }

    private static List<Template> templates(List<String> texts, Template.Syntax syntax)
            throws BadValueException {
        return each(texts, text -> Template.parse(text, syntax));
    }

    private static ConditionValues numbers(Order order, List<String> texts)
            throws BadValueException {
        List<BigDecimal> bounds = all(texts, PolicyScalars::number, "is not a number");
        return new ConditionValues.Numbers(order, bounds);
    }

    private static ConditionValues dates(Order order, List<String> texts) throws BadValueException {
        List<Instant> bounds =
                all(texts, PolicyScalars::date, "is not a date of ISO 8601 or epoch seconds");
        return new ConditionValues.Dates(order, bounds);
    }

    private static List<Boolean> bools(List<String> texts) throws BadValueException {
        return all(texts, PolicyScalars::bool, "is neither true nor false");
    }

    private static <T> List<T> all(
            List<String> texts, Function<String, Optional<T>> parse, String problem)
            throws BadValueException {
        return each(
                texts,
                text -> parse.apply(text).orElseThrow(() -> new IllegalArgumentException(problem)));
    }

    private static <T> List<T> each(List<String> texts, Function<String, T> parse)
            throws BadValueException {
        List<T> parsed = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            @Nullable String problem = null;
            try {
                parsed.add(parse.apply(texts.get(i)));
            } catch (IllegalArgumentException wrong) {
                problem = wrong.getMessage();
            }
            if (problem != null) {
                throw new BadValueException(i, problem);
            }
        }
        return parsed;
    }
}
