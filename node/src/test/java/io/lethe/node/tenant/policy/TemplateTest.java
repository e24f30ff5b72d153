package io.lethe.node.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Wildcards against a matcher that is too simple to be wrong. */
class TemplateTest {
    private static final long SEED = 7;

    private static Template wild(String pattern) {
        return Template.parse(pattern, new Template.Syntax(true, false, false));
    }

    /** By definition, over all pairs of a rest of the pattern and a rest of the subject. */
    private static boolean naive(String pattern, String subject) {
        boolean[][] match = new boolean[pattern.length() + 1][subject.length() + 1];
        match[pattern.length()][subject.length()] = true;
        for (int p = pattern.length() - 1; p >= 0; p--) {
            for (int s = subject.length(); s >= 0; s--) {
                char c = pattern.charAt(p);
                boolean more = s < subject.length();
                boolean one = more && (c == '?' || c == subject.charAt(s));
                match[p][s] =
                        c == '*'
                                ? match[p + 1][s] || (more && match[p][s + 1])
                                : one && match[p + 1][s + 1];
            }
        }
        return match[0][0];
    }

    private static String random(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void wildcardsMatchAsTheirDefinitionSays() {
        Random random = new Random(SEED);
        int matched = 0;
        for (int round = 0; round < 20_000; round++) {
            String pattern = random(random, "ab*?*", 9);
            String subject = random(random, "ab", 9);
            boolean expected = naive(pattern, subject);
            matched += expected ? 1 : 0;
            assertThat(wild(pattern).matches(subject, RequestContext.empty()))
                    .as("seed %d, '%s' on '%s'", SEED, pattern, subject)
                    .isEqualTo(expected);
            assertThat(wild(pattern).mayMatch(subject)).isEqualTo(expected);
        }
        assertThat(matched).isGreaterThan(2_000);
    }

    @Test
    void patternsLongerThanAWordMatchAlike() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            int length = 60 + random.nextInt(140);
            StringBuilder pattern = new StringBuilder();
            StringBuilder subject = new StringBuilder();
            for (int i = 0; i < length; i++) {
                char c = (char) ('a' + random.nextInt(3));
                subject.append(c);
                switch (random.nextInt(12)) {
                    case 0 -> pattern.append('?');
                    case 1 -> pattern.append('*').append(c);
                    case 2 -> {
                        if (pattern.isEmpty() || pattern.charAt(pattern.length() - 1) != '*') {
                            pattern.append('*');
                        }
                    }
                    default -> pattern.append(c);
                }
            }
            Template template = wild(pattern.toString());
            assertThat(template.matches(subject.toString(), RequestContext.empty()))
                    .as("seed %d, '%s' on '%s'", SEED, pattern, subject)
                    .isTrue();
            String other = "d" + subject.substring(random.nextInt(3));
            assertThat(template.matches(other, RequestContext.empty()))
                    .as("seed %d, '%s' on '%s'", SEED, pattern, other)
                    .isEqualTo(naive(pattern.toString(), other));
        }
    }

    @Test
    void aPatternKnowsWhetherALongerTextMayMatch() {
        String bucket = "arn:aws:s3:::b/";
        assertThat(List.of("*", "arn:aws:s3:::*", "arn:aws:s3:::b/k", "arn:aws:s3:::b*", "*k"))
                .allMatch(pattern -> wild(pattern).mayMatchBeyond(bucket));
        assertThat(List.of("arn:aws:s3:::b", "arn:aws:s3:::b/", "arn:aws:s3:::c/*", "x*", "", "?"))
                .noneMatch(pattern -> wild(pattern).mayMatchBeyond(bucket));
    }

    @Test
    void aVariableNeverBringsAWildcard() {
        Template template = Template.parse("a/${aws:x}/*", new Template.Syntax(true, true, false));
        RequestContext context = RequestContext.builder().put("aws:X", "*?${aws:x}").build();
        assertThat(template.matches("a/*?${aws:x}/k", context)).isTrue();
        assertThat(template.matches("a/bcd/k", context)).isFalse();
        assertThat(template.keys()).containsExactly("aws:x");
        assertThat(template.isFixed()).isFalse();
    }

    @Test
    void caseDoesNotMatterWhereItShouldNot() {
        Template.Syntax syntax = new Template.Syntax(true, true, true);
        RequestContext context = RequestContext.builder().put("aws:x", "ÄBc").build();
        assertThat(Template.parse("${aws:X, 'D'}*E", syntax).matches("äbC--e", context)).isTrue();
        assertThat(Template.parse("${aws:y, 'D'}", syntax).matches("d", context)).isTrue();
    }
}
