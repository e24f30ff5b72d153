package io.lethe.node.s3.events;

import io.lethe.node.metadata.Directory;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantNames;
import io.lethe.node.model.TenantRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which accounts may use a sink, as the operator says: those that are named, by alias or by number,
 * or all where {@code *} stands. A sink that nothing is said of serves nobody. An alias is looked
 * up whenever it is asked for, so that it goes with its tenant. Safe for any thread.
 */
public final class SinkAccounts implements SinkAccess {
    private static final String ALL = "*";

    /** Of one sink: more have a sink for all, or several. */
    private static final int MOST_ACCOUNTS = 1_000;

    private final Map<String, Set<String>> bySink;
    private final Directory directory;

    /**
     * @param lines {@code NAME=ACCOUNT+ACCOUNT} or {@code NAME=*}
     * @throws IllegalArgumentException where a line is none of these
     */
    public SinkAccounts(List<String> lines, Directory directory) {
        bySink = parsed(lines);
        this.directory = directory;
    }

    /**
     * Sees to it that every line names a sink that is there, and accounts.
     *
     * @throws IllegalArgumentException where one does not
     */
    public static void check(List<String> lines, Collection<String> sinks) {
        for (String sink : parsed(lines).keySet()) {
            if (!sinks.contains(sink)) {
                throw new IllegalArgumentException(
                        "sinkAccounts names the sink '" + sink + "', and sinks has none of it");
            }
        }
    }

    private static Map<String, Set<String>> parsed(List<String> lines) {
        Map<String, Set<String>> parsed = new HashMap<>();
        for (String line : lines) {
            String[] parts = line.split("=", -1);
            if (parts.length != 2 || parsed.containsKey(parts[0])) {
                throw new IllegalArgumentException(
                        "'"
                                + line
                                + "' names no accounts; write SINK=ACCOUNT+ACCOUNT or SINK=*, each"
                                + " sink once");
            }
            parsed.put(parts[0], accounts(line, parts[1]));
        }
        return Map.copyOf(parsed);
    }

    private static Set<String> accounts(String line, String text) {
        if (text.equals(ALL)) {
            return Set.of(ALL);
        }
        Set<String> accounts = new HashSet<>();
        for (String account : text.split("\\+", -1)) {
            String fault = TenantNames.fault(account);
            if (fault != null || accounts.size() == MOST_ACCOUNTS) {
                throw new IllegalArgumentException(
                        "'"
                                + account
                                + "' in '"
                                + line
                                + "' is no account: "
                                + (fault == null ? "there are too many" : fault));
            }
            boolean _ = accounts.add(account);
        }
        return Set.copyOf(accounts);
    }

    @Override
    public boolean mayUse(String sink, TenantId owner) {
        Set<String> accounts = bySink.getOrDefault(sink, Set.of());
        return accounts.contains(ALL)
                || accounts.contains(owner.account())
                || directory
                        .tenant(owner)
                        .map(TenantRecord::alias)
                        .filter(accounts::contains)
                        .isPresent();
    }
}
