package io.lethe.node.http;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A request's target in the forms that every server takes (RFC 9112, 3.2): {@code /path?query}, or
 * {@code http://host/path?query} as it is sent to proxies, where the host that it names takes the
 * place of the header's. Immutable.
 *
 * @param origin path and query as sent; another form than those two is left as it is
 * @param authority that the target names; empty: none
 */
record RequestTarget(String origin, String authority) {
    /**
     * Host and port of RFC 3986, 3.2, without user names, which RFC 9110, 4.2.4 tells to refuse.
     */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?");

    private static final String[] SCHEMES = {"http://", "https://"};

    /**
     * @throws IllegalArgumentException for an absolute one that names no host
     */
    static RequestTarget parse(String sent) {
        for (String scheme : SCHEMES) {
            if (sent.length() >= scheme.length()
                    && sent.substring(0, scheme.length()).toLowerCase(Locale.ROOT).equals(scheme)) {
                return absolute(sent.substring(scheme.length()));
            }
        }
        return new RequestTarget(sent, "");
    }

    private static RequestTarget absolute(String rest) {
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        String authority = rest.substring(0, end);
        if (!AUTHORITY.matcher(authority).matches()) {
            throw new IllegalArgumentException("an absolute target names no host");
        }
        String origin = rest.substring(end);
        return new RequestTarget(origin.startsWith("/") ? origin : '/' + origin, authority);
    }
}
