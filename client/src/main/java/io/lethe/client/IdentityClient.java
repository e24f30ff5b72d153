package io.lethe.client;

import com.google.protobuf.ByteString;
import io.lethe.client.model.AccessKey;
import io.lethe.client.model.NewAccessKey;
import io.lethe.client.model.Page;
import io.lethe.client.model.User;
import io.lethe.proto.v1.ChangeAccessKeyRequest;
import io.lethe.proto.v1.ChangeUserRequest;
import io.lethe.proto.v1.CreateAccessKeyRequest;
import io.lethe.proto.v1.CreateUserRequest;
import io.lethe.proto.v1.DeleteAccessKeyRequest;
import io.lethe.proto.v1.DeleteUserRequest;
import io.lethe.proto.v1.GetUserRequest;
import io.lethe.proto.v1.IdentityServiceGrpc;
import io.lethe.proto.v1.ListAccessKeysRequest;
import io.lethe.proto.v1.ListUsersRequest;
import io.lethe.proto.v1.SetUserPolicyRequest;
import io.lethe.proto.v1.UserKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Users of one tenant, service accounts, and their access keys, for admins of the tenant and for
 * operators. A user is named by its name or its id. Changes are in effect on every node when they
 * are answered. Blocking forms throw {@link LetheException}; futures fail with it. Safe for any
 * thread.
 */
public final class IdentityClient {
    private final Wiring wiring;
    private final long allowedNanos;
    private final String tenant;

    IdentityClient(Wiring wiring, long allowedNanos, String tenant) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
        this.tenant = tenant;
    }

    /** The same, with this time for each call, all its attempts together. */
    public IdentityClient within(Duration each) {
        return new IdentityClient(wiring, each.toNanos(), tenant);
    }

    /**
     * The same for a tenant's users.
     *
     * @param named alias, account number or id; empty: the access key's own tenant
     */
    public IdentityClient of(String named) {
        return new IdentityClient(wiring, allowedNanos, named);
    }

    /**
     * Adds a user without keys.
     *
     * @param name 1 to 64 letters, digits, and + = , . @ _ -
     * @param service whether it is a program, and no person
     * @param admin whether it may do everything in the tenant; else what its policies allow
     * @throws LetheException.Conflict where there is one of that name
     */
    public User createUser(String name, boolean service, boolean admin) {
        return Futures.await(createUserAsync(name, service, admin));
    }

    public CompletableFuture<User> createUserAsync(String name, boolean service, boolean admin) {
        CreateUserRequest request =
                CreateUserRequest.newBuilder()
                        .setTenant(tenant)
                        .setName(name)
                        .setKind(service ? UserKind.USER_KIND_SERVICE : UserKind.USER_KIND_PERSON)
                        .setAdmin(admin)
                        .setRequestId(ByteString.copyFrom(wiring.ids().next()))
                        .build();
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getCreateUserMethod(),
                        allowedNanos,
                        request,
                        answer -> TenantConversions.user(answer.getUser()))
                .run();
    }

    public User user(String user) {
        return Futures.await(userAsync(user));
    }

    public CompletableFuture<User> userAsync(String user) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getGetUserMethod(),
                        allowedNanos,
                        GetUserRequest.newBuilder().setTenant(tenant).setUser(user).build(),
                        answer -> TenantConversions.user(answer.getUser()))
                .run();
    }

    /** All users by name, fetched page by page while iterating. */
    public Iterable<User> users() {
        return new Pages<>(token -> Futures.await(usersPageAsync(token)));
    }

    /**
     * One page of users.
     *
     * @param token from the page before; empty: the first page
     */
    public CompletableFuture<Page<User>> usersPageAsync(String token) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getListUsersMethod(),
                        allowedNanos,
                        ListUsersRequest.newBuilder().setTenant(tenant).setPageToken(token).build(),
                        answer ->
                                new Page<>(
                                        answer.getUsersList().stream()
                                                .map(TenantConversions::user)
                                                .toList(),
                                        answer.getNextPageToken()))
                .run();
    }

    /** Lets a user do everything in the tenant, or only what its policies allow. */
    public User setAdmin(String user, boolean admin) {
        return Futures.await(
                changeAsync(
                        ChangeUserRequest.newBuilder()
                                .setTenant(tenant)
                                .setUser(user)
                                .setAdmin(admin)));
    }

    /**
     * Has none of a user's keys and sessions count, in running requests too; or lets them again.
     */
    public User setSuspended(String user, boolean suspended) {
        return Futures.await(setSuspendedAsync(user, suspended));
    }

    public CompletableFuture<User> setSuspendedAsync(String user, boolean suspended) {
        return changeAsync(
                ChangeUserRequest.newBuilder()
                        .setTenant(tenant)
                        .setUser(user)
                        .setSuspended(suspended));
    }

    private CompletableFuture<User> changeAsync(ChangeUserRequest.Builder change) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getChangeUserMethod(),
                        allowedNanos,
                        change.build(),
                        answer -> TenantConversions.user(answer.getUser()))
                .run();
    }

    /** Removes a user and all its access keys. */
    public void deleteUser(String user) {
        Boolean unusedTrue = Futures.await(deleteUserAsync(user));
    }

    /** Removes a user and all its access keys; the value is always true. */
    public CompletableFuture<Boolean> deleteUserAsync(String user) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getDeleteUserMethod(),
                        allowedNanos,
                        DeleteUserRequest.newBuilder().setTenant(tenant).setUser(user).build(),
                        answer -> true)
                .runForgiving(ErrorCode.NO_SUCH_ENTITY, true);
    }

    /**
     * Sets one of a user's policies.
     *
     * @param json in the language of AWS IAM; empty: removes it
     */
    public User setPolicy(String user, String name, String json) {
        return Futures.await(setPolicyAsync(user, name, json));
    }

    public CompletableFuture<User> setPolicyAsync(String user, String name, String json) {
        SetUserPolicyRequest request =
                SetUserPolicyRequest.newBuilder()
                        .setTenant(tenant)
                        .setUser(user)
                        .setName(name)
                        .setJson(json)
                        .build();
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getSetUserPolicyMethod(),
                        allowedNanos,
                        request,
                        answer -> TenantConversions.user(answer.getUser()))
                .run();
    }

    /**
     * Makes an access key.
     *
     * @param expires empty: never
     */
    public NewAccessKey createKey(String user, Optional<Instant> expires) {
        return Futures.await(createKeyAsync(user, expires));
    }

    public CompletableFuture<NewAccessKey> createKeyAsync(String user, Optional<Instant> expires) {
        CreateAccessKeyRequest request =
                CreateAccessKeyRequest.newBuilder()
                        .setTenant(tenant)
                        .setUser(user)
                        .setExpiresMillis(expires.map(Instant::toEpochMilli).orElse(0L))
                        .setRequestId(ByteString.copyFrom(wiring.ids().next()))
                        .build();
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getCreateAccessKeyMethod(),
                        allowedNanos,
                        request,
                        answer ->
                                new NewAccessKey(
                                        TenantConversions.key(answer.getKey()), answer.getSecret()))
                .run();
    }

    /** A user's access keys by id. */
    public List<AccessKey> keys(String user) {
        return Futures.await(keysAsync(user));
    }

    public CompletableFuture<List<AccessKey>> keysAsync(String user) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getListAccessKeysMethod(),
                        allowedNanos,
                        ListAccessKeysRequest.newBuilder().setTenant(tenant).setUser(user).build(),
                        answer ->
                                answer.getKeysList().stream().map(TenantConversions::key).toList())
                .run();
    }

    /** Has a key count or not. */
    public AccessKey setKeyActive(String key, boolean active) {
        return Futures.await(
                changeKeyAsync(
                        ChangeAccessKeyRequest.newBuilder()
                                .setTenant(tenant)
                                .setKey(key)
                                .setActive(active)));
    }

    /**
     * Sets from when on a key does not count.
     *
     * @param expires empty: never
     */
    public AccessKey setKeyExpiry(String key, Optional<Instant> expires) {
        return Futures.await(
                changeKeyAsync(
                        ChangeAccessKeyRequest.newBuilder()
                                .setTenant(tenant)
                                .setKey(key)
                                .setExpiresMillis(expires.map(Instant::toEpochMilli).orElse(0L))));
    }

    private CompletableFuture<AccessKey> changeKeyAsync(ChangeAccessKeyRequest.Builder change) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getChangeAccessKeyMethod(),
                        allowedNanos,
                        change.build(),
                        answer -> TenantConversions.key(answer.getKey()))
                .run();
    }

    /** Removes a key for good, and the sessions that came from it. */
    public void deleteKey(String key) {
        Boolean unusedTrue = Futures.await(deleteKeyAsync(key));
    }

    /** Removes a key for good; the value is always true. */
    public CompletableFuture<Boolean> deleteKeyAsync(String key) {
        return new UnaryCall<>(
                        wiring,
                        IdentityServiceGrpc.getDeleteAccessKeyMethod(),
                        allowedNanos,
                        DeleteAccessKeyRequest.newBuilder().setTenant(tenant).setKey(key).build(),
                        answer -> true)
                .runForgiving(ErrorCode.NO_SUCH_ENTITY, true);
    }
}
