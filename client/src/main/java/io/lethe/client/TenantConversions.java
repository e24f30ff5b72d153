package io.lethe.client;

import io.lethe.client.model.AccessKey;
import io.lethe.client.model.ServiceClass;
import io.lethe.client.model.Tenant;
import io.lethe.client.model.User;
import io.lethe.proto.v1.UserKind;
import java.time.Instant;
import java.util.Optional;

/** Wire messages of tenants and users to the API's values and back. Pure. */
final class TenantConversions {
    private TenantConversions() {}

    private static Optional<Instant> time(long millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    static Tenant tenant(io.lethe.proto.v1.Tenant wire) {
        return new Tenant(
                wire.getId(),
                wire.getAlias(),
                wire.getDisplayName(),
                wire.getAccount(),
                switch (wire.getServiceClass()) {
                    case SERVICE_CLASS_ENTERPRISE -> ServiceClass.ENTERPRISE;
                    case SERVICE_CLASS_PERSONAL -> ServiceClass.PERSONAL;
                    case SERVICE_CLASS_DEVICE_BACKUP -> ServiceClass.DEVICE_BACKUP;
                    case SERVICE_CLASS_UNSPECIFIED, UNRECOGNIZED -> ServiceClass.UNKNOWN;
                },
                wire.getSuspended(),
                time(wire.getChangedMillis()));
    }

    static io.lethe.proto.v1.ServiceClass serviceClass(ServiceClass asked) {
        return switch (asked) {
            case ENTERPRISE -> io.lethe.proto.v1.ServiceClass.SERVICE_CLASS_ENTERPRISE;
            case PERSONAL -> io.lethe.proto.v1.ServiceClass.SERVICE_CLASS_PERSONAL;
            case DEVICE_BACKUP -> io.lethe.proto.v1.ServiceClass.SERVICE_CLASS_DEVICE_BACKUP;
            case UNKNOWN -> throw new IllegalArgumentException("UNKNOWN is no class to ask for");
        };
    }

    static User user(io.lethe.proto.v1.User wire) {
        return new User(
                wire.getId(),
                wire.getName(),
                wire.getKind() == UserKind.USER_KIND_SERVICE,
                wire.getAdmin(),
                wire.getSuspended(),
                time(wire.getCreatedMillis()),
                wire.getPoliciesMap(),
                wire.getArn());
    }

    static AccessKey key(io.lethe.proto.v1.AccessKey wire) {
        return new AccessKey(
                wire.getId(),
                wire.getUser(),
                wire.getActive(),
                time(wire.getCreatedMillis()),
                time(wire.getExpiresMillis()));
    }
}
