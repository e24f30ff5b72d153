package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Asker;
import io.lethe.node.rpc.Pages.Page;
import io.lethe.node.tenant.Identities;
import io.lethe.node.tenant.Tenants;
import io.lethe.proto.v1.AccessKey;
import io.lethe.proto.v1.ChangeAccessKeyRequest;
import io.lethe.proto.v1.ChangeAccessKeyResponse;
import io.lethe.proto.v1.ChangeUserRequest;
import io.lethe.proto.v1.ChangeUserResponse;
import io.lethe.proto.v1.CreateAccessKeyRequest;
import io.lethe.proto.v1.CreateAccessKeyResponse;
import io.lethe.proto.v1.CreateUserRequest;
import io.lethe.proto.v1.CreateUserResponse;
import io.lethe.proto.v1.DeleteAccessKeyRequest;
import io.lethe.proto.v1.DeleteAccessKeyResponse;
import io.lethe.proto.v1.DeleteUserRequest;
import io.lethe.proto.v1.DeleteUserResponse;
import io.lethe.proto.v1.GetUserRequest;
import io.lethe.proto.v1.GetUserResponse;
import io.lethe.proto.v1.IdentityServiceGrpc;
import io.lethe.proto.v1.ListAccessKeysRequest;
import io.lethe.proto.v1.ListAccessKeysResponse;
import io.lethe.proto.v1.ListUsersRequest;
import io.lethe.proto.v1.ListUsersResponse;
import io.lethe.proto.v1.SetUserPolicyRequest;
import io.lethe.proto.v1.SetUserPolicyResponse;
import io.lethe.proto.v1.User;
import io.lethe.proto.v1.UserKind;

/**
 * {@code lethe.v1.IdentityService}: for admins of the tenant, and for operators. Who asks about
 * another tenant hears the same whether that is there or not. Safe for any thread.
 */
public final class IdentityDoor extends IdentityServiceGrpc.IdentityServiceImplBase {
    private final Tenants tenants;
    private final Identities identities;
    private final Requests requests;

    public IdentityDoor(Tenants tenants, Identities identities, Requests requests) {
        this.tenants = tenants;
        this.identities = identities;
        this.requests = requests;
    }

    /** The tenant that is asked about, of which the caller may. */
    private TenantId tenant(Requests.Call call, String named) throws InterruptedException {
        TenantId own = call.caller().tenant();
        if (call.caller().operator()) {
            return named.isEmpty() ? own : tenants.find(named, call.deadlineNanos()).id();
        }
        boolean isOwn =
                named.isEmpty() || named.equals(own.toString()) || tenants.isNamed(own, named);
        if (!isOwn
                || !(call.caller().asker() instanceof Asker.User(TenantId _, Id128 user))
                || !identities.isAdmin(own, user)) {
            throw new StoreException(
                    ErrorCode.ACCESS_DENIED,
                    "only admins of a tenant see its users and keys; ask yours");
        }
        return own;
    }

    private UserRecord user(Requests.Call call, String tenant, String name)
            throws InterruptedException {
        return identities.find(tenant(call, tenant), name, call.deadlineNanos());
    }

    private static User message(UserRecord user) {
        return User.newBuilder()
                .setId(user.id().toString())
                .setName(user.name())
                .setKind(
                        switch (user.kind()) {
                            case PERSON -> UserKind.USER_KIND_PERSON;
                            case SERVICE -> UserKind.USER_KIND_SERVICE;
                        })
                .setAdmin(user.admin())
                .setSuspended(user.suspended())
                .setCreatedMillis(user.createdMillis())
                .putAllPolicies(user.policies())
                .setArn("arn:aws:iam::" + user.tenant().account() + ":user/" + user.name())
                .build();
    }

    private static AccessKey message(AccessKeyRecord key) {
        return AccessKey.newBuilder()
                .setId(key.accessKeyId())
                .setUser(key.user().toString())
                .setActive(key.active())
                .setCreatedMillis(key.createdMillis())
                .setExpiresMillis(key.expiresMillis())
                .build();
    }

    private static UserRecord.Kind kind(UserKind asked) {
        return switch (asked) {
            case USER_KIND_UNSPECIFIED, USER_KIND_PERSON -> UserRecord.Kind.PERSON;
            case USER_KIND_SERVICE -> UserRecord.Kind.SERVICE;
            case UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            "a user is a person or a service; this server knows no other");
        };
    }

    @Override
    public void createUser(
            CreateUserRequest request, StreamObserver<CreateUserResponse> responses) {
        requests.unary(
                "create-user",
                responses,
                call ->
                        CreateUserResponse.newBuilder()
                                .setUser(
                                        message(
                                                identities.create(
                                                        tenant(call, request.getTenant()),
                                                        request.getRequestId().toByteArray(),
                                                        request.getName(),
                                                        kind(request.getKind()),
                                                        request.getAdmin(),
                                                        call.deadlineNanos())))
                                .build());
    }

    @Override
    public void getUser(GetUserRequest request, StreamObserver<GetUserResponse> responses) {
        requests.unary(
                "get-user",
                responses,
                call ->
                        GetUserResponse.newBuilder()
                                .setUser(
                                        message(user(call, request.getTenant(), request.getUser())))
                                .build());
    }

    @Override
    public void listUsers(ListUsersRequest request, StreamObserver<ListUsersResponse> responses) {
        requests.unary(
                "list-users",
                responses,
                call -> {
                    int limit = PageToken.limit(request.getPageSize());
                    Page<User> page =
                            Pages.shown(
                                    Pages.of(
                                            identities.list(
                                                    tenant(call, request.getTenant()),
                                                    PageToken.parse(request.getPageToken())
                                                            .after()
                                                            .utf8(),
                                                    limit,
                                                    call.deadlineNanos()),
                                            limit,
                                            UserRecord::name),
                                    UserRecord::name,
                                    IdentityDoor::message);
                    return ListUsersResponse.newBuilder()
                            .addAllUsers(page.rows())
                            .setNextPageToken(page.next())
                            .build();
                });
    }

    /** Nobody takes away one's own right to take it back. */
    private static void notOneself(Requests.Call call, UserRecord user, boolean harms) {
        boolean own =
                call.caller().asker() instanceof Asker.User(TenantId tenant, Id128 id)
                        && tenant.equals(user.tenant())
                        && id.equals(user.id());
        if (own && harms) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this is you: have another admin do it, so that one is left");
        }
    }

    @Override
    public void changeUser(
            ChangeUserRequest request, StreamObserver<ChangeUserResponse> responses) {
        requests.unary(
                "change-user",
                responses,
                call -> {
                    UserRecord user = user(call, request.getTenant(), request.getUser());
                    boolean harms =
                            request.getSuspended() || (request.hasAdmin() && !request.getAdmin());
                    notOneself(call, user, harms);
                    return ChangeUserResponse.newBuilder()
                            .setUser(
                                    message(
                                            identities.change(
                                                    user,
                                                    request.hasAdmin() ? request.getAdmin() : null,
                                                    request.hasSuspended()
                                                            ? request.getSuspended()
                                                            : null,
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void deleteUser(
            DeleteUserRequest request, StreamObserver<DeleteUserResponse> responses) {
        requests.unary(
                "delete-user",
                responses,
                call -> {
                    UserRecord user = user(call, request.getTenant(), request.getUser());
                    notOneself(call, user, true);
                    identities.remove(user, call.deadlineNanos());
                    return DeleteUserResponse.getDefaultInstance();
                });
    }

    @Override
    public void setUserPolicy(
            SetUserPolicyRequest request, StreamObserver<SetUserPolicyResponse> responses) {
        requests.unary(
                "set-user-policy",
                responses,
                call ->
                        SetUserPolicyResponse.newBuilder()
                                .setUser(
                                        message(
                                                identities.setPolicy(
                                                        user(
                                                                call,
                                                                request.getTenant(),
                                                                request.getUser()),
                                                        request.getName(),
                                                        request.getJson(),
                                                        call.deadlineNanos())))
                                .build());
    }

    @Override
    public void createAccessKey(
            CreateAccessKeyRequest request, StreamObserver<CreateAccessKeyResponse> responses) {
        requests.unary(
                "create-access-key",
                responses,
                call -> {
                    UserRecord user = user(call, request.getTenant(), request.getUser());
                    boolean operator =
                            call.caller().operator()
                                    && user.admin()
                                    && user.tenant().equals(call.caller().tenant());
                    Identities.NewKey made =
                            identities.createKey(
                                    user,
                                    request.getRequestId().toByteArray(),
                                    operator,
                                    request.getExpiresMillis(),
                                    call.deadlineNanos());
                    return CreateAccessKeyResponse.newBuilder()
                            .setKey(message(made.key()))
                            .setSecret(made.secret())
                            .build();
                });
    }

    @Override
    public void listAccessKeys(
            ListAccessKeysRequest request, StreamObserver<ListAccessKeysResponse> responses) {
        requests.unary(
                "list-access-keys",
                responses,
                call -> {
                    UserRecord user = user(call, request.getTenant(), request.getUser());
                    return ListAccessKeysResponse.newBuilder()
                            .addAllKeys(
                                    identities.keys(user, call.deadlineNanos()).stream()
                                            .map(IdentityDoor::message)
                                            .toList())
                            .build();
                });
    }

    private AccessKeyRecord key(Requests.Call call, String tenant, String id)
            throws InterruptedException {
        return identities.key(tenant(call, tenant), id, call.deadlineNanos());
    }

    private static void notTheCallersKey(Requests.Call call, AccessKeyRecord key, boolean harms) {
        if (harms && key.accessKeyId().equals(call.caller().accessKeyId())) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this call is signed with that very key: use another one for it");
        }
    }

    @Override
    public void changeAccessKey(
            ChangeAccessKeyRequest request, StreamObserver<ChangeAccessKeyResponse> responses) {
        requests.unary(
                "change-access-key",
                responses,
                call -> {
                    AccessKeyRecord key = key(call, request.getTenant(), request.getKey());
                    boolean harms = request.hasActive() && !request.getActive();
                    notTheCallersKey(call, key, harms);
                    return ChangeAccessKeyResponse.newBuilder()
                            .setKey(
                                    message(
                                            identities.changeKey(
                                                    key,
                                                    request.hasActive()
                                                            ? request.getActive()
                                                            : null,
                                                    request.hasExpiresMillis()
                                                            ? request.getExpiresMillis()
                                                            : null,
                                                    call.deadlineNanos())))
                            .build();
                });
    }

    @Override
    public void deleteAccessKey(
            DeleteAccessKeyRequest request, StreamObserver<DeleteAccessKeyResponse> responses) {
        requests.unary(
                "delete-access-key",
                responses,
                call -> {
                    AccessKeyRecord key = key(call, request.getTenant(), request.getKey());
                    notTheCallersKey(call, key, true);
                    identities.removeKey(key, call.deadlineNanos());
                    return DeleteAccessKeyResponse.getDefaultInstance();
                });
    }
}
