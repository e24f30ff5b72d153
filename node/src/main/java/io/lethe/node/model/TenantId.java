package io.lethe.node.model;

/** An enterprise. */
public record TenantId(Id128 id) implements Comparable<TenantId> {
    private static final long ACCOUNTS = 1_000_000_000_000L;

    /**
     * The number that stands for the tenant in ARNs: 12 digits, the id's two halves by exclusive
     * or, modulo 10^12. The directory takes no second tenant with the same number.
     */
    public String account() {
        return Long.toString(ACCOUNTS + Long.remainderUnsigned(id.high() ^ id.low(), ACCOUNTS))
                .substring(1);
    }

    /**
     * The tenant's other name in S3, as the owner of buckets and objects: 64 hex digits, the id and
     * behind it each of its bits the other way round. So no two tenants have the same.
     */
    public String canonical() {
        return id.toString() + new Id128(~id.high(), ~id.low());
    }

    @Override
    public int compareTo(TenantId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
