package io.lethe.node.rpc;

import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.util.MutableHandlerRegistry;
import io.lethe.node.model.ErrorCode;
import io.lethe.proto.v1.BackupServiceGrpc;
import io.lethe.proto.v1.BucketServiceGrpc;
import io.lethe.proto.v1.ClusterServiceGrpc;
import io.lethe.proto.v1.IdentityServiceGrpc;
import io.lethe.proto.v1.ObjectServiceGrpc;
import io.lethe.proto.v1.TenantServiceGrpc;
import java.io.InputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The services that are there, and for clients' services that are not yet an answer: UNAVAILABLE,
 * so that the client goes to another node. UNIMPLEMENTED, gRPC's own answer, would tell it that no
 * node can do it. Safe for any thread.
 */
final class ServicesToCome extends HandlerRegistry {
    private static final Set<String> CLIENTS =
            Set.of(
                    ObjectServiceGrpc.SERVICE_NAME,
                    BucketServiceGrpc.SERVICE_NAME,
                    ClusterServiceGrpc.SERVICE_NAME,
                    BackupServiceGrpc.SERVICE_NAME,
                    TenantServiceGrpc.SERVICE_NAME,
                    IdentityServiceGrpc.SERVICE_NAME);

    private final MutableHandlerRegistry present;

    ServicesToCome(MutableHandlerRegistry present) {
        this.present = present;
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
            String method, @Nullable String authority) {
        ServerMethodDefinition<?, ?> found = present.lookupMethod(method, authority);
        String service = String.valueOf(MethodDescriptor.extractFullServiceName(method));
        boolean comes = found == null && CLIENTS.contains(service) && !isPresent(service);
        return comes ? notYet(method) : found;
    }

    private boolean isPresent(String service) {
        return present.getServices().stream()
                .anyMatch(one -> one.getServiceDescriptor().getName().equals(service));
    }

    private static ServerMethodDefinition<?, ?> notYet(String method) {
        MethodDescriptor<Integer, Integer> any =
                MethodDescriptor.newBuilder(new Unread(), new Unread())
                        .setType(MethodDescriptor.MethodType.UNKNOWN)
                        .setFullMethodName(method)
                        .build();
        return ServerMethodDefinition.create(
                any,
                (call, _) -> {
                    call.close(
                            Refusals.status(ErrorCode.UNAVAILABLE)
                                    .withDescription(
                                            "this node has not joined its cluster yet; ask"
                                                    + " another"),
                            Refusals.trailers(ErrorCode.UNAVAILABLE, ""));
                    return new ServerCall.Listener<>() {};
                });
    }

    /** Messages that nobody reads. */
    private static final class Unread implements MethodDescriptor.Marshaller<Integer> {
        @Override
        public InputStream stream(Integer value) {
            return InputStream.nullInputStream();
        }

        @Override
        public Integer parse(InputStream stream) {
            return 0;
        }
    }
}
