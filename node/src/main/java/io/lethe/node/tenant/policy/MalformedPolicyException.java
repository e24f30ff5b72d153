package io.lethe.node.tenant.policy;

/**
 * A policy that cannot be accepted; S3 answers {@code MalformedPolicy} with this message, which
 * says what is wrong and where.
 */
public final class MalformedPolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param path the element, as in {@code Statement[0].Effect}; empty for the whole policy
     */
    MalformedPolicyException(String path, String problem) {
        super(path.isEmpty() ? problem : problem + " (at " + path + ")");
    }
}
