package io.lethe.node.tenant.policy;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of condition keys: {@code aws:SourceIp}, {@code s3:prefix}, {@code aws:PrincipalTag/x}. */
final class ContextKeys {
    /** Longest name, in characters: a tag's key has at most 128, and a prefix before it. */
    private static final int MOST_LENGTH = 256;

    private static final Set<String> GLOBAL =
            Set.of(
                    "aws:calledvia",
                    "aws:calledviafirst",
                    "aws:calledvialast",
                    "aws:currenttime",
                    "aws:epochtime",
                    "aws:federatedprovider",
                    "aws:multifactorauthage",
                    "aws:multifactorauthpresent",
                    "aws:principalaccount",
                    "aws:principalarn",
                    "aws:principalisawsservice",
                    "aws:principalorgid",
                    "aws:principalorgpaths",
                    "aws:principalservicename",
                    "aws:principalservicenameslist",
                    "aws:principaltag/",
                    "aws:principaltype",
                    "aws:referer",
                    "aws:requestedregion",
                    "aws:requesttag/",
                    "aws:resourceaccount",
                    "aws:resourceorgid",
                    "aws:resourceorgpaths",
                    "aws:resourcetag/",
                    "aws:securetransport",
                    "aws:sourceaccount",
                    "aws:sourcearn",
                    "aws:sourceidentity",
                    "aws:sourceip",
                    "aws:sourceorgid",
                    "aws:sourceorgpaths",
                    "aws:sourceowner",
                    "aws:sourcevpc",
                    "aws:sourcevpcarn",
                    "aws:sourcevpce",
                    "aws:tagkeys",
                    "aws:tokenissuetime",
                    "aws:useragent",
                    "aws:userid",
                    "aws:username",
                    "aws:viaawsservice",
                    "aws:vpceaccount",
                    "aws:vpceorgid",
                    "aws:vpceorgpaths",
                    "aws:vpcsourceip");

    private ContextKeys() {}

    /** What is wrong with a key's form, to be shown behind its name; null if nothing. */
    static @Nullable String problemOf(String key) {
        int colon = key.indexOf(':');
        if (colon < 1 || colon == key.length() - 1) {
            return "is no condition key: those are written prefix:name";
        }
        if (key.length() > MOST_LENGTH) {
            return "has more than " + MOST_LENGTH + " characters";
        }
        boolean plain = key.chars().allMatch(c -> c >= ' ' && "*?${}'".indexOf(c) < 0);
        return plain ? null : "has characters that no condition key has";
    }

    /** Whether S3 knows the key; those of identity providers have prefixes of their own. */
    static boolean isKnownToS3(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.startsWith(S3Names.SERVICE)) {
            return S3Names.isKey(lower.substring(S3Names.SERVICE.length()));
        }
        if (!lower.startsWith("aws:")) {
            return true;
        }
        int slash = lower.indexOf('/');
        return GLOBAL.contains(slash < 0 ? lower : lower.substring(0, slash + 1))
                && slash != lower.length() - 1;
    }
}
