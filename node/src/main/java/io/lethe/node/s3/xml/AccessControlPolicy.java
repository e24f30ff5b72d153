package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An ACL as clients send and see it. */
public record AccessControlPolicy(String ownerId, List<Grant> grants) {
    /** As S3. */
    public static final int MOST_GRANTS = 100;

    public static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
    public static final String AUTHENTICATED_USERS =
            "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    public static final String LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    private static final Set<String> GROUPS = Set.of(ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY);

    public enum Permission {
        FULL_CONTROL,
        WRITE,
        WRITE_ACP,
        READ,
        READ_ACP
    }

    static final Map<String, Permission> PERMISSIONS =
            Words.of(Permission.values(), Permission::name);

    /** Who is granted something. */
    public sealed interface Grantee {
        record User(String id) implements Grantee {}

        record Group(String uri) implements Grantee {}

        record Email(String address) implements Grantee {}
    }

    public record Grant(Grantee grantee, Permission permission) {}

    public AccessControlPolicy {
        grants = List.copyOf(grants);
    }

    /**
     * @throws S3Exception MalformedACLError, InvalidArgument
     */
    public static AccessControlPolicy parse(byte[] body) {
        try {
            return read(XmlReader.open(body, "AccessControlPolicy"));
        } catch (S3Exception e) {
            throw e.error() == S3Error.MALFORMED_XML ? S3Error.MALFORMED_ACL_ERROR.exception() : e;
        }
    }

    private static AccessControlPolicy read(XmlReader in) {
        String owner = null;
        List<Grant> grants = null;
        while (in.next()) {
            switch (in.name()) {
                case "Owner" -> owner = XmlReader.once(owner, owner(in));
                case "AccessControlList" -> grants = XmlReader.once(grants, grants(in));
                default -> throw in.unexpected();
            }
        }
        in.end();
        return new AccessControlPolicy(XmlReader.needed(owner), XmlReader.needed(grants));
    }

    private static String owner(XmlReader in) {
        String id = null;
        String name = null;
        while (in.next()) {
            switch (in.name()) {
                case "ID" -> id = XmlReader.once(id, in.word());
                case "DisplayName" -> name = XmlReader.once(name, in.text());
                default -> throw in.unexpected();
            }
        }
        return XmlReader.needed(id);
    }

    static List<Grant> grants(XmlReader in) {
        List<Grant> grants = new ArrayList<>();
        while (in.next()) {
            if (!in.name().equals("Grant") || grants.size() == MOST_GRANTS) {
                throw in.unexpected();
            }
            grants.add(grant(in));
        }
        return grants;
    }

    private static Grant grant(XmlReader in) {
        Grantee grantee = null;
        Permission permission = null;
        while (in.next()) {
            switch (in.name()) {
                case "Grantee" -> grantee = XmlReader.once(grantee, grantee(in));
                case "Permission" ->
                        permission = XmlReader.once(permission, in.choice(PERMISSIONS));
                default -> throw in.unexpected();
            }
        }
        return new Grant(XmlReader.needed(grantee), XmlReader.needed(permission));
    }

    private static Grantee grantee(XmlReader in) {
        String type = in.type();
        String id = null;
        String uri = null;
        String email = null;
        String name = null;
        while (in.next()) {
            switch (in.name()) {
                case "ID" -> id = XmlReader.once(id, in.word());
                case "URI" -> uri = XmlReader.once(uri, in.word());
                case "EmailAddress" -> email = XmlReader.once(email, in.word());
                case "DisplayName" -> name = XmlReader.once(name, in.text());
                default -> throw in.unexpected();
            }
        }
        return switch (type) {
            case "CanonicalUser" -> new Grantee.User(said(id));
            case "Group" -> group(said(uri));
            case "AmazonCustomerByEmail" -> new Grantee.Email(said(email));
            default -> throw XmlReader.malformed();
        };
    }

    private static String said(@Nullable String text) {
        String known = XmlReader.needed(text);
        if (known.isEmpty()) {
            throw XmlReader.malformed();
        }
        return known;
    }

    private static Grantee group(String uri) {
        if (!GROUPS.contains(uri)) {
            throw S3Error.INVALID_ARGUMENT
                    .because("Invalid group uri")
                    .with("ArgumentName", "Group/URI")
                    .with("ArgumentValue", uri);
        }
        return new Grantee.Group(uri);
    }

    /** The grants of a canned ACL; the bucket's owner is the object's own but for two of them. */
    public static AccessControlPolicy of(CannedAcl canned, String ownerId, String bucketOwnerId) {
        List<Grant> grants = new ArrayList<>();
        grants.add(new Grant(new Grantee.User(ownerId), Permission.FULL_CONTROL));
        switch (canned) {
            case PRIVATE, AWS_EXEC_READ -> {
                // The owner's alone; there is no EC2 here to read it.
            }
            case PUBLIC_READ -> grants.add(group(ALL_USERS, Permission.READ));
            case PUBLIC_READ_WRITE -> {
                grants.add(group(ALL_USERS, Permission.READ));
                grants.add(group(ALL_USERS, Permission.WRITE));
            }
            case AUTHENTICATED_READ -> grants.add(group(AUTHENTICATED_USERS, Permission.READ));
            case LOG_DELIVERY_WRITE -> {
                grants.add(group(LOG_DELIVERY, Permission.WRITE));
                grants.add(group(LOG_DELIVERY, Permission.READ_ACP));
            }
            case BUCKET_OWNER_READ, BUCKET_OWNER_FULL_CONTROL -> {
                if (!bucketOwnerId.equals(ownerId)) {
                    grants.add(
                            new Grant(
                                    new Grantee.User(bucketOwnerId),
                                    canned == CannedAcl.BUCKET_OWNER_READ
                                            ? Permission.READ
                                            : Permission.FULL_CONTROL));
                }
            }
        }
        return new AccessControlPolicy(ownerId, grants);
    }

    private static Grant group(String uri, Permission permission) {
        return new Grant(new Grantee.Group(uri), permission);
    }

    /** The canned ACL with exactly these grants; empty where there is none. */
    public Optional<CannedAcl> canned(String bucketOwnerId) {
        Set<Grant> mine = new HashSet<>(grants);
        for (CannedAcl canned : CannedAcl.values()) {
            if (mine.equals(new HashSet<>(of(canned, ownerId, bucketOwnerId).grants()))) {
                return Optional.of(canned);
            }
        }
        return Optional.empty();
    }

    /** The document that GetBucketAcl and GetObjectAcl answer with. */
    public byte[] write() {
        XmlWriter out =
                XmlWriter.s3("AccessControlPolicy")
                        .open("Owner")
                        .text("ID", ownerId)
                        .close()
                        .open("AccessControlList");
        for (Grant grant : grants) {
            out.open("Grant");
            switch (grant.grantee()) {
                case Grantee.User(String id) ->
                        out.openTyped("Grantee", "CanonicalUser").text("ID", id);
                case Grantee.Group(String uri) ->
                        out.openTyped("Grantee", "Group").text("URI", uri);
                case Grantee.Email(String address) ->
                        out.openTyped("Grantee", "AmazonCustomerByEmail")
                                .text("EmailAddress", address);
            }
            out.close().text("Permission", grant.permission().name()).close();
        }
        return out.end();
    }
}
