package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.Page;
import io.lethe.client.model.ServiceClass;
import io.lethe.client.model.Tenant;
import io.lethe.proto.v1.ChangeTenantRequest;
import io.lethe.proto.v1.CreateTenantRequest;
import io.lethe.proto.v1.GetTenantRequest;
import io.lethe.proto.v1.ListTenantsRequest;
import io.lethe.proto.v1.TenantServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Tenants, for operators. A tenant is named by its alias, its account number or its id. Changes are
 * in effect on every node when they are answered. Blocking forms throw {@link LetheException};
 * futures fail with it. Safe for any thread.
 */
public final class TenantClient {
    private final Wiring wiring;
    private final long allowedNanos;

    TenantClient(Wiring wiring, long allowedNanos) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
    }

    /** The same, with this time for each call, all its attempts together. */
    public TenantClient within(Duration each) {
        return new TenantClient(wiring, each.toNanos());
    }

    /**
     * Adds a tenant without users.
     *
     * @param alias 1 to 39 lower-case letters and digits, with single hyphens between them
     * @param displayName empty: as the alias
     * @throws LetheException.Conflict where there is one of that alias
     */
    public Tenant create(String alias, String displayName, ServiceClass serviceClass) {
        return Futures.await(createAsync(alias, displayName, serviceClass));
    }

    public CompletableFuture<Tenant> createAsync(
            String alias, String displayName, ServiceClass serviceClass) {
        CreateTenantRequest request =
                CreateTenantRequest.newBuilder()
                        .setAlias(alias)
                        .setDisplayName(displayName)
                        .setServiceClass(TenantConversions.serviceClass(serviceClass))
                        .setRequestId(ByteString.copyFrom(wiring.ids().next()))
                        .build();
        return new UnaryCall<>(
                        wiring,
                        TenantServiceGrpc.getCreateTenantMethod(),
                        allowedNanos,
                        request,
                        answer -> TenantConversions.tenant(answer.getTenant()))
                .run();
    }

    public Tenant get(String tenant) {
        return Futures.await(getAsync(tenant));
    }

    public CompletableFuture<Tenant> getAsync(String tenant) {
        return new UnaryCall<>(
                        wiring,
                        TenantServiceGrpc.getGetTenantMethod(),
                        allowedNanos,
                        GetTenantRequest.newBuilder().setTenant(tenant).build(),
                        answer -> TenantConversions.tenant(answer.getTenant()))
                .run();
    }

    /** All tenants, the operator's own among them, fetched page by page while iterating. */
    public Iterable<Tenant> list() {
        return new Pages<>(token -> Futures.await(pageAsync(token)));
    }

    /**
     * One page of tenants.
     *
     * @param token from the page before; empty: the first page
     */
    public CompletableFuture<Page<Tenant>> pageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        TenantServiceGrpc.getListTenantsMethod(),
                        allowedNanos,
                        ListTenantsRequest.newBuilder().setPageToken(token).build(),
                        answer ->
                                new Page<>(
                                        answer.getTenantsList().stream()
                                                .map(TenantConversions::tenant)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /** Sets what a tenant is called. */
    public Tenant rename(String tenant, String displayName) {
        return Futures.await(
                changeAsync(
                        ChangeTenantRequest.newBuilder()
                                .setTenant(tenant)
                                .setDisplayName(displayName)));
    }

    /** Sets what a tenant is to the provider. */
    public Tenant setClass(String tenant, ServiceClass serviceClass) {
        return Futures.await(
                changeAsync(
                        ChangeTenantRequest.newBuilder()
                                .setTenant(tenant)
                                .setServiceClass(TenantConversions.serviceClass(serviceClass))));
    }

    /** Keeps everybody from what a tenant has, running requests included; or lets them again. */
    public Tenant setSuspended(String tenant, boolean suspended) {
        return Futures.await(setSuspendedAsync(tenant, suspended));
    }

    public CompletableFuture<Tenant> setSuspendedAsync(String tenant, boolean suspended) {
        return changeAsync(
                ChangeTenantRequest.newBuilder().setTenant(tenant).setSuspended(suspended));
    }

    private CompletableFuture<Tenant> changeAsync(ChangeTenantRequest.Builder change) {
        return new UnaryCall<>(
                        wiring,
                        TenantServiceGrpc.getChangeTenantMethod(),
                        allowedNanos,
                        change.build(),
                        answer -> TenantConversions.tenant(answer.getTenant()))
                .run();
    }
}
