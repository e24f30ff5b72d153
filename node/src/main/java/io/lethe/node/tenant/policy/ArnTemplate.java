package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of the Arn operators: the six parts between colons are compared one by one, each with
 * its own wildcards. A pattern of fewer parts must end with a star, which then stands for the rest.
 */
final class ArnTemplate {
    private static final int PARTS = 6;

    private final Template all;
    private final List<Template> parts;

    private ArnTemplate(Template all, List<Template> parts) {
        this.all = all;
        this.parts = List.copyOf(parts);
    }

    /**
     * @throws IllegalArgumentException with what is wrong, to be shown behind the text
     */
    static ArnTemplate parse(String text, boolean variables) {
        Template.Syntax syntax = new Template.Syntax(true, variables, false);
        Template all = Template.parse(text, syntax);
        List<Template> parts = new ArrayList<>();
        for (String part : split(text, variables)) {
            parts.add(Template.parse(part, syntax));
        }
        if (parts.size() < PARTS && !text.endsWith("*")) {
            throw new IllegalArgumentException("is no ARN: those have six parts between colons");
        }
        return new ArnTemplate(all, parts);
    }

    /** Colons inside of variables don't count. */
    private static List<String> split(String text, boolean variables) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        boolean inVariable = false;
        for (int i = 0; i < text.length() && parts.size() < PARTS - 1; i++) {
            char c = text.charAt(i);
            if (variables && text.startsWith("${", i)) {
                inVariable = true;
            } else if (c == '}') {
                inVariable = false;
            } else if (c == ':' && !inVariable) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** The whole of it as one pattern. */
    Template all() {
        return all;
    }

    boolean matches(String arn, RequestContext context) {
        int start = 0;
        for (int i = 0; i < parts.size() - 1; i++) {
            int colon = arn.indexOf(':', start);
            if (colon < 0 || !parts.get(i).matches(arn.substring(start, colon), context)) {
                return false;
            }
            start = colon + 1;
        }
        return parts.getLast().matches(arn.substring(start), context);
    }
}
