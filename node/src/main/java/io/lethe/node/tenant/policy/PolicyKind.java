package io.lethe.node.tenant.policy;

/** What a policy is attached to, which decides its elements and its size. */
public enum PolicyKind {
    /**
     * Of a user, a group or a role: no principal. AWS counts at most 10,240 characters without
     * white space; here the text as it was sent counts, so twice that.
     */
    IDENTITY(20_480),
    /** Of a bucket: principal, and only this bucket's resources; 20 KiB, as in S3. */
    BUCKET(20_480),
    /** Handed over with AssumeRole, narrows a session; 2,048 characters, as in STS. */
    SESSION(2_048),
    /** Who may assume a role: principal, no resource; 8,192 characters, as IAM's highest quota. */
    TRUST(8_192);

    private final int mostBytes;

    PolicyKind(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Longest text, in bytes of UTF-8. */
    public int mostBytes() {
        return mostBytes;
    }

    /** Whether statements name principals. */
    boolean namesPrincipals() {
        return this == BUCKET || this == TRUST;
    }
}
