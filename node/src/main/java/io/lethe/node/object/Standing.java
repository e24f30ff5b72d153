package io.lethe.node.object;

import io.lethe.node.metadata.Directory;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.Optional;

/**
 * Whether who asks is served, as this node's copy of the directory says: looked at when a request
 * comes, before each piece of what it reads, and once more before it commits behind a fence. So a
 * suspension meets running requests too. Static; for any task.
 */
public final class Standing {
    private Standing() {}

    /**
     * @throws StoreException ACCESS_DENIED where the tenant whose the data is, or who asks, is
     *     suspended
     */
    public static void check(Directory directory, Caller caller) {
        switch (caller.asker()) {
            case Asker.Store _ -> {}
            case Asker.Anybody _ -> checkTenant(directory, caller.tenant());
            case Asker.User(TenantId own, Id128 user) -> {
                checkTenant(directory, caller.tenant());
                if (!own.equals(caller.tenant())) {
                    checkTenant(directory, own);
                }
                if (isSuspended(directory.user(own, user))) {
                    throw refused("this user is suspended, or removed; ask your administrator");
                }
            }
        }
    }

    /** Also one that was removed. */
    private static boolean isSuspended(Optional<UserRecord> user) {
        return user.map(UserRecord::suspended).orElse(true);
    }

    private static void checkTenant(Directory directory, TenantId tenant) {
        if (directory.tenant(tenant).filter(TenantRecord::suspended).isPresent()) {
            throw refused("this account is suspended; ask your provider");
        }
    }

    private static StoreException refused(String why) {
        return new StoreException(ErrorCode.ACCESS_DENIED, why);
    }
}
