package io.lethe.node.s3.sts;

import io.lethe.node.s3.PercentCoding;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The parameters of one action, by name. */
record StsQuestion(Map<String, String> parameters) {
    /** A policy of 2,048 characters, all of them encoded, and the rest. */
    static final int MOST_BYTES = 32 * 1024;

    private static final int MOST_PARAMETERS = 100;
    private static final String VERSION = "2011-06-15";

    StsQuestion {
        parameters = Map.copyOf(parameters);
    }

    /**
     * @param form a body of type {@code application/x-www-form-urlencoded}
     * @throws S3Exception ValidationError
     */
    static StsQuestion parse(byte[] form) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : new String(form, StandardCharsets.UTF_8).split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (parameters.size() == MOST_PARAMETERS || parameters.put(name, value) != null) {
                throw invalid("A parameter stands twice, or there are too many of them.");
            }
        }
        return new StsQuestion(parameters);
    }

    private static String decode(String text) {
        try {
            return PercentCoding.decodeText(text, true);
        } catch (S3Exception e) {
            throw invalid("The body is not form-encoded UTF-8.");
        }
    }

    static S3Exception invalid(String why) {
        return S3Error.VALIDATION_ERROR.because(why);
    }

    String get(String name) {
        return parameters.getOrDefault(name, "");
    }

    /**
     * @throws S3Exception MissingParameter
     */
    String needed(String name) {
        String value = get(name);
        if (value.isEmpty()) {
            throw S3Error.MISSING_PARAMETER.because(
                    "The request must contain the parameter " + name + ".");
        }
        return value;
    }

    /**
     * What is not understood is not passed over: it might have narrowed something.
     *
     * @throws S3Exception InvalidParameterValue, InvalidAction
     */
    void checkOnly(Set<String> known) {
        for (String name : parameters.keySet()) {
            if (!known.contains(name) && !name.equals("Action") && !name.equals("Version")) {
                throw S3Error.INVALID_PARAMETER_VALUE.because(
                        "The parameter " + name + " is not supported.");
            }
        }
        if (!get("Version").equals(VERSION)) {
            throw S3Error.INVALID_ACTION.because("Version must be " + VERSION + ".");
        }
    }

    /**
     * {@code DurationSeconds}.
     *
     * @throws S3Exception ValidationError
     */
    long lifeSeconds(long fallback, long least, long most) {
        String text = get("DurationSeconds");
        if (text.isEmpty()) {
            return fallback;
        }
        boolean digits = text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long seconds = digits ? Long.parseLong(text) : -1;
        if (seconds < least || seconds > most) {
            throw invalid("DurationSeconds must be a number from " + least + " to " + most + ".");
        }
        return seconds;
    }
}
