package io.lethe.node.tenant;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ServiceClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds and changes tenants, by an operator's word that the door has checked. For any task. */
public final class Tenants {
    private final Metadata metadata;
    private final Directory directory;
    private final TenantKeys keys;
    private final Orders orders;

    public Tenants(Metadata metadata, Directory directory, TenantKeys keys, InEffect effect) {
        this.metadata = metadata;
        this.directory = directory;
        this.keys = keys;
        orders = new Orders(metadata, directory, effect);
    }

    /** An id made of a request's, so that a repeat finds what the first one made. */
    static Id128 id(byte[] requestId) {
        if (requestId.length != Id128.BYTES) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "request_id has " + requestId.length + " bytes, and must have 16");
        }
        return Id128.decode(new Decoder(requestId));
    }

    /**
     * @param displayName empty: as the alias
     * @throws StoreException ALREADY_EXISTS; INVALID_ARGUMENT
     */
    public TenantRecord create(
            byte[] requestId,
            String alias,
            String displayName,
            ServiceClass serviceClass,
            long deadlineNanos)
            throws InterruptedException {
        TenantId id = new TenantId(id(requestId));
        TenantRecord wanted =
                new TenantRecord(
                        id,
                        alias,
                        displayName.isEmpty() ? alias : displayName,
                        1,
                        keys.freshTenantKey(id),
                        serviceClass,
                        false,
                        0);
        orders.apply(
                new DirectoryCommand.AddTenant(wanted), Orders.Until.KNOWN_HERE, deadlineNanos);
        return known(id);
    }

    private TenantRecord known(TenantId id) {
        return directory
                .tenant(id)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.UNAVAILABLE,
                                        "this node does not know the tenant yet; try again"));
    }

    /**
     * By alias, account number or id, with every change that was acknowledged before the call.
     *
     * @throws StoreException NO_SUCH_ENTITY
     */
    public TenantRecord find(String name, long deadlineNanos) throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return directory
                .tenantNamed(name)
                .or(() -> Ids.parse(name).map(TenantId::new))
                .flatMap(directory::tenant)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.NO_SUCH_ENTITY,
                                        "there is no tenant '"
                                                + name
                                                + "'; see 'lethe tenant list'"));
    }

    /** Whether a tenant has an alias or an account number, as far as this node knows. */
    public boolean isNamed(TenantId tenant, String name) {
        return directory.tenantNamed(name).filter(tenant::equals).isPresent();
    }

    /** Up to so many, by id, after one. */
    public List<TenantRecord> list(Optional<TenantId> after, int limit, long deadlineNanos)
            throws InterruptedException {
        metadata.catchUpDirectory(deadlineNanos);
        return directory.tenants(after.orElse(null), limit);
    }

    /** What changes of a tenant; null: stays. */
    public record Change(
            @Nullable String displayName,
            @Nullable ServiceClass serviceClass,
            @Nullable Boolean suspended) {}

    /**
     * Returns once it is in effect everywhere.
     *
     * @throws StoreException NO_SUCH_ENTITY; OUTCOME_UNKNOWN
     */
    public TenantRecord change(TenantId tenant, Change change, long deadlineNanos)
            throws InterruptedException {
        boolean suspends = change.suspended() != null && change.suspended();
        orders.apply(
                new DirectoryCommand.ChangeTenant(
                        tenant, change.displayName(), change.serviceClass(), change.suspended()),
                suspends ? Orders.Until.WRITES_TOO : Orders.Until.EVERYWHERE,
                deadlineNanos);
        return known(tenant);
    }
}
