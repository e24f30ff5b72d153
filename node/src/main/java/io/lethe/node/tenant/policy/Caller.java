package io.lethe.node.tenant.policy;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who asks. An account is a tenant, named by its id; a canonical id is the account's other name,
 * which S3 shows as the owner's id.
 *
 * <p>Which rights come with what: an anonymous caller, a service and a federated one have none of
 * their own, so only a resource's policy gives them any; a root may do all in its account; users
 * and sessions have identity policies.
 */
public sealed interface Caller {
    /** The ARN as CloudTrail would show it; empty for callers without one. */
    default String arn() {
        return "";
    }

    /** The account that the caller belongs to; empty if none. */
    default String account() {
        return "";
    }

    /** The condition keys that the caller itself sets. */
    Map<String, String> keys();

    /** Has not signed the request. */
    record Anonymous() implements Caller {
        @Override
        public Map<String, String> keys() {
            return Map.of("aws:PrincipalType", "Anonymous", "aws:userid", "anonymous");
        }
    }

    /** The account itself. */
    record Root(String account, String canonicalId) implements Caller {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":root";
        }

        @Override
        public Map<String, String> keys() {
            return signed("Account", arn(), account, account);
        }
    }

    /**
     * @param path starts and ends with a slash; most often it is one
     * @param id unique for ever, unlike the name
     */
    record User(String account, String canonicalId, String path, String name, String id)
            implements Caller {
        @Override
        public String arn() {
            return "arn:aws:iam::" + account + ":user" + path + name;
        }

        @Override
        public Map<String, String> keys() {
            Map<String, String> keys = signed("User", arn(), account, id);
            keys.put("aws:username", name);
            return keys;
        }
    }

    /**
     * Somebody who has assumed a role.
     *
     * @param rolePath starts and ends with a slash
     * @param roleId unique for ever
     */
    record RoleSession(
            String account,
            String canonicalId,
            String rolePath,
            String roleName,
            String roleId,
            String sessionName)
            implements Caller {
        @Override
        public String arn() {
            return "arn:aws:sts::" + account + ":assumed-role/" + roleName + "/" + sessionName;
        }

        public String roleArn() {
            return "arn:aws:iam::" + account + ":role" + rolePath + roleName;
        }

        /** {@code aws:PrincipalArn} names the role, not the session, as in AWS. */
        @Override
        public Map<String, String> keys() {
            return signed("AssumedRole", roleArn(), account, roleId + ":" + sessionName);
        }
    }

    /**
     * A part of the store itself that acts for a bucket's owner.
     *
     * @param name as in {@code logging.s3.amazonaws.com}
     */
    record Service(String name) implements Caller {
        @Override
        public Map<String, String> keys() {
            return Map.of("aws:PrincipalIsAWSService", "true", "aws:PrincipalServiceName", name);
        }
    }

    /**
     * Shows a token of an identity provider, to assume a role.
     *
     * @param provider the provider's ARN or host name, as trust policies name it
     */
    record Federated(String provider) implements Caller {
        @Override
        public Map<String, String> keys() {
            return Map.of("aws:FederatedProvider", provider);
        }
    }

    private static Map<String, String> signed(String type, String arn, String account, String id) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("aws:PrincipalType", type);
        keys.put("aws:PrincipalArn", arn);
        keys.put("aws:PrincipalAccount", account);
        keys.put("aws:PrincipalIsAWSService", "false");
        keys.put("aws:userid", id);
        return keys;
    }
}
