package io.lethe.node.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Published examples and every rule of the language, from tables. */
class PolicyTableTest {
    private static final PolicyTable TABLE = PolicyTable.read();

    static Stream<PolicyTable.Row> rows() {
        return TABLE.rows().stream();
    }

    static Stream<PolicyTable.PublicRow> publicRows() {
        return TABLE.publicRows().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aRequestIsDecidedAsTheTableSays(PolicyTable.Row row) {
        Decision decision = Access.decide(row.request(), row.policies());
        assertThat(PolicyTable.shown(decision)).isEqualTo(row.expected());
        boolean allows = !row.expected().matches("!.*|no-.*|blocked");
        assertThat(decision.isAllowed()).isEqualTo(allows);
    }

    @ParameterizedTest
    @MethodSource("publicRows")
    void aPolicyIsPublicOrNotAsTheTableSays(PolicyTable.PublicRow row) {
        assertThat(row.policy().isPublic()).isEqualTo(row.expected());
    }

    @Test
    void theTableIsLong() {
        assertThat(TABLE.rows()).hasSizeGreaterThan(400);
        assertThat(TABLE.publicRows()).hasSizeGreaterThan(30);
    }

    /**
     * @param message part of what must be said; empty: must be accepted
     */
    record Text(String kind, String message, String json) {
        @Override
        public String toString() {
            return kind + " " + message + ": " + json;
        }

        Policy parse() throws MalformedPolicyException {
            PolicyKind policyKind = PolicyKind.valueOf(kind.toUpperCase(Locale.ROOT));
            return PolicyTable.parse(policyKind, json, PolicyTable.BUCKET);
        }
    }

    private static List<Text> texts() {
        List<Text> texts = new ArrayList<>();
        List<String> lines = PolicyTable.lines("malformed.txt");
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank() || lines.get(i).startsWith("#")) {
                continue;
            }
            String[] head = lines.get(i).split(" :? ?", 2);
            StringBuilder json = new StringBuilder();
            for (i++; i < lines.size() && !lines.get(i).isBlank(); i++) {
                json.append(lines.get(i)).append('\n');
            }
            boolean ok = head[0].equals("ok");
            texts.add(new Text(ok ? head[1] : head[0], ok ? "" : head[1], json.toString()));
        }
        return texts;
    }

    static Stream<Text> malformed() {
        return texts().stream().filter(text -> !text.message().isEmpty());
    }

    static Stream<Text> wellFormed() {
        return texts().stream().filter(text -> text.message().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedPolicyIsRefusedWithWhatIsWrongAndWhere(Text text) {
        assertThatThrownBy(text::parse)
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining(text.message());
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void aWellFormedPolicyIsAccepted(Text text) {
        assertThatCode(text::parse).doesNotThrowAnyException();
    }
}
