package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.rpc.Pages.Page;
import io.lethe.node.tenant.Tenants;
import io.lethe.proto.v1.ChangeTenantRequest;
import io.lethe.proto.v1.ChangeTenantResponse;
import io.lethe.proto.v1.CreateTenantRequest;
import io.lethe.proto.v1.CreateTenantResponse;
import io.lethe.proto.v1.GetTenantRequest;
import io.lethe.proto.v1.GetTenantResponse;
import io.lethe.proto.v1.ListTenantsRequest;
import io.lethe.proto.v1.ListTenantsResponse;
import io.lethe.proto.v1.ServiceClass;
import io.lethe.proto.v1.Tenant;
import io.lethe.proto.v1.TenantServiceGrpc;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code lethe.v1.TenantService}: for operators only. Safe for any thread. */
public final class TenantDoor extends TenantServiceGrpc.TenantServiceImplBase {
    private final Tenants tenants;
    private final Requests requests;

    public TenantDoor(Tenants tenants, Requests requests) {
        this.tenants = tenants;
        this.requests = requests;
    }

    private static void operatorOnly(Requests.Call call) {
        if (!call.caller().operator()) {
            throw new StoreException(
                    ErrorCode.ACCESS_DENIED, "only operators see the tenants; ask yours");
        }
    }

    private static Tenant message(TenantRecord tenant) {
        return Tenant.newBuilder()
                .setId(tenant.id().toString())
                .setAlias(tenant.alias())
                .setDisplayName(tenant.displayName())
                .setAccount(tenant.id().account())
                .setServiceClass(
                        switch (tenant.serviceClass()) {
                            case ENTERPRISE -> ServiceClass.SERVICE_CLASS_ENTERPRISE;
                            case PERSONAL -> ServiceClass.SERVICE_CLASS_PERSONAL;
                            case DEVICE_BACKUP -> ServiceClass.SERVICE_CLASS_DEVICE_BACKUP;
                        })
                .setSuspended(tenant.suspended())
                .setChangedMillis(tenant.changedMillis())
                .build();
    }

    /** Null where none is named. */
    private static io.lethe.node.model.@Nullable ServiceClass serviceClass(ServiceClass asked) {
        return switch (asked) {
            case SERVICE_CLASS_UNSPECIFIED -> null;
            case SERVICE_CLASS_ENTERPRISE -> io.lethe.node.model.ServiceClass.ENTERPRISE;
            case SERVICE_CLASS_PERSONAL -> io.lethe.node.model.ServiceClass.PERSONAL;
            case SERVICE_CLASS_DEVICE_BACKUP -> io.lethe.node.model.ServiceClass.DEVICE_BACKUP;
            case UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            "a service class is enterprise, personal or device-backup; this server"
                                    + " knows no other");
        };
    }

    @Override
    public void createTenant(
            CreateTenantRequest request, StreamObserver<CreateTenantResponse> responses) {
        requests.unary(
                "create-tenant",
                responses,
                call -> {
                    operatorOnly(call);
                    io.lethe.node.model.ServiceClass asked =
                            serviceClass(request.getServiceClass());
                    return CreateTenantResponse.newBuilder()
                            .setTenant(
                                    message(
                                            tenants.create(
                                                    request.getRequestId().toByteArray(),
                                                    request.getAlias(),
                                                    request.getDisplayName(),
                                                    asked == null
                                                            ? io.lethe.node.model.ServiceClass
                                                                    .ENTERPRISE
                                                            : asked,
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void getTenant(GetTenantRequest request, StreamObserver<GetTenantResponse> responses) {
        requests.unary(
                "get-tenant",
                responses,
                call -> {
                    operatorOnly(call);
                    return GetTenantResponse.newBuilder()
                            .setTenant(
                                    message(
                                            tenants.find(
                                                    request.getTenant(), call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void listTenants(
            ListTenantsRequest request, StreamObserver<ListTenantsResponse> responses) {
        requests.unary(
                "list-tenants",
                responses,
                call -> {
                    operatorOnly(call);
                    String after = PageToken.parse(request.getPageToken()).after().utf8();
                    int limit = PageToken.limit(request.getPageSize());
                    List<TenantRecord> found =
                            tenants.list(
                                    after.isEmpty()
                                            ? Optional.empty()
                                            : Optional.of(new TenantId(Id128.parse(after))),
                                    limit,
                                    call.deadlineNanos());
                    Page<Tenant> page =
                            Pages.shown(
                                    Pages.of(found, limit, one -> one.id().toString()),
                                    one -> one.id().toString(),
                                    TenantDoor::message);
                    return ListTenantsResponse.newBuilder()
                            .addAllTenants(page.rows())
                            .setNextPageToken(page.next())
                            .build();
                });
    }

    @Override
    public void changeTenant(
            ChangeTenantRequest request, StreamObserver<ChangeTenantResponse> responses) {
        requests.unary(
                "change-tenant",
                responses,
                call -> {
                    operatorOnly(call);
                    TenantRecord tenant = tenants.find(request.getTenant(), call.deadlineNanos());
                    if (request.getSuspended() && tenant.id().equals(call.caller().tenant())) {
                        throw new StoreException(
                                ErrorCode.INVALID_ARGUMENT,
                                "this is the operator's own tenant: nobody could end its"
                                        + " suspension");
                    }
                    return ChangeTenantResponse.newBuilder()
                            .setTenant(
                                    message(
                                            tenants.change(
                                                    tenant.id(),
                                                    new Tenants.Change(
                                                            request.hasDisplayName()
                                                                    ? request.getDisplayName()
                                                                    : null,
                                                            serviceClass(request.getServiceClass()),
                                                            request.hasSuspended()
                                                                    ? request.getSuspended()
                                                                    : null),
                                                    call.deadlineNanos())))
                            .build();
                });
    }
}
