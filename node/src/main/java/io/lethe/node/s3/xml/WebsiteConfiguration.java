package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket is shown as a website: all of it elsewhere, or by an index, an error page and rules.
 *
 * @param indexSuffix there unless everything is redirected
 */
public record WebsiteConfiguration(
        Optional<RedirectAll> redirectAll,
        Optional<String> indexSuffix,
        Optional<String> errorKey,
        List<RoutingRule> rules) {
    /** As S3. */
    public static final int MOST_RULES = 50;

    private static final Map<String, String> PROTOCOLS = Map.of("http", "http", "https", "https");

    /** Empty protocol: that of the request. */
    public record RedirectAll(String hostName, Optional<String> protocol) {}

    /** What is empty holds always. */
    public record Condition(Optional<Integer> errorStatus, Optional<String> keyPrefix) {}

    /** At most one of the two replacements is there. */
    public record Redirect(
            Optional<String> protocol,
            Optional<String> hostName,
            Optional<String> replacePrefixWith,
            Optional<String> replaceKeyWith,
            Optional<Integer> status) {}

    public record RoutingRule(Condition condition, Redirect redirect) {}

    public WebsiteConfiguration {
        rules = List.copyOf(rules);
    }

    /**
     * @throws S3Exception MalformedXML, InvalidArgument, InvalidRequest
     */
    public static WebsiteConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "WebsiteConfiguration");
        RedirectAll all = null;
        String index = null;
        String error = null;
        List<RoutingRule> rules = null;
        while (in.next()) {
            switch (in.name()) {
                case "RedirectAllRequestsTo" -> all = XmlReader.once(all, redirectAll(in));
                case "IndexDocument" -> index = XmlReader.once(index, only(in, "Suffix"));
                case "ErrorDocument" -> error = XmlReader.once(error, only(in, "Key"));
                case "RoutingRules" -> rules = XmlReader.once(rules, rules(in));
                default -> throw in.unexpected();
            }
        }
        in.end();
        if (all != null && (index != null || error != null || rules != null)) {
            throw argument(
                    "RedirectAllRequestsTo cannot be provided in conjunction with other"
                            + " Routing Rules.");
        }
        if (all == null && index == null) {
            throw argument(
                    "A value for IndexDocument Suffix must be provided if"
                            + " RedirectAllRequestsTo is empty");
        }
        if (index != null && (index.isEmpty() || index.contains("/"))) {
            throw argument("The IndexDocument Suffix is not well formed");
        }
        return new WebsiteConfiguration(
                Optional.ofNullable(all),
                Optional.ofNullable(index),
                Optional.ofNullable(error),
                rules == null ? List.of() : rules);
    }

    private static S3Exception argument(String message) {
        return S3Error.INVALID_ARGUMENT.because(message);
    }

    /** The text of an element's only child. */
    private static String only(XmlReader in, String child) {
        String text = null;
        while (in.next()) {
            if (!in.name().equals(child)) {
                throw in.unexpected();
            }
            text = XmlReader.once(text, in.text());
        }
        return XmlReader.needed(text);
    }

    private static RedirectAll redirectAll(XmlReader in) {
        String host = null;
        String protocol = null;
        while (in.next()) {
            switch (in.name()) {
                case "HostName" -> host = XmlReader.once(host, in.word());
                case "Protocol" -> protocol = XmlReader.once(protocol, in.choice(PROTOCOLS));
                default -> throw in.unexpected();
            }
        }
        host = XmlReader.needed(host);
        if (host.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new RedirectAll(host, Optional.ofNullable(protocol));
    }

    private static List<RoutingRule> rules(XmlReader in) {
        List<RoutingRule> rules = new ArrayList<>();
        while (in.next()) {
            if (!in.name().equals("RoutingRule")) {
                throw in.unexpected();
            }
            if (rules.size() == MOST_RULES) {
                throw S3Error.INVALID_REQUEST.because(
                        "The number of routing rules must not exceed the allowed limit of "
                                + MOST_RULES);
            }
            rules.add(rule(in));
        }
        return rules;
    }

    private static RoutingRule rule(XmlReader in) {
        Condition condition = null;
        Redirect redirect = null;
        while (in.next()) {
            switch (in.name()) {
                case "Condition" -> condition = XmlReader.once(condition, condition(in));
                case "Redirect" -> redirect = XmlReader.once(redirect, redirect(in));
                default -> throw in.unexpected();
            }
        }
        return new RoutingRule(
                condition == null ? new Condition(Optional.empty(), Optional.empty()) : condition,
                XmlReader.needed(redirect));
    }

    private static Condition condition(XmlReader in) {
        Integer status = null;
        String prefix = null;
        while (in.next()) {
            switch (in.name()) {
                case "HttpErrorCodeReturnedEquals" ->
                        status = XmlReader.once(status, status(in.integer(), 400, 599));
                case "KeyPrefixEquals" -> prefix = XmlReader.once(prefix, in.text());
                default -> throw in.unexpected();
            }
        }
        if (status == null && prefix == null) {
            throw argument(
                    "Condition cannot be empty. To redirect all requests without a"
                            + " condition, the condition element shouldn't be present.");
        }
        return new Condition(Optional.ofNullable(status), Optional.ofNullable(prefix));
    }

    private static Redirect redirect(XmlReader in) {
        String protocol = null;
        String host = null;
        String prefixWith = null;
        String keyWith = null;
        Integer status = null;
        while (in.next()) {
            switch (in.name()) {
                case "Protocol" -> protocol = XmlReader.once(protocol, in.choice(PROTOCOLS));
                case "HostName" -> host = XmlReader.once(host, in.word());
                case "ReplaceKeyPrefixWith" -> prefixWith = XmlReader.once(prefixWith, in.text());
                case "ReplaceKeyWith" -> keyWith = XmlReader.once(keyWith, in.text());
                case "HttpRedirectCode" ->
                        status = XmlReader.once(status, status(in.integer(), 301, 399));
                default -> throw in.unexpected();
            }
        }
        if (prefixWith != null && keyWith != null) {
            throw argument("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
        }
        return new Redirect(
                Optional.ofNullable(protocol),
                Optional.ofNullable(host),
                Optional.ofNullable(prefixWith),
                Optional.ofNullable(keyWith),
                Optional.ofNullable(status));
    }

    private static int status(int status, int least, int most) {
        if (status < least || status > most) {
            throw argument(
                    "The provided HTTP code ("
                            + status
                            + ") is not valid. Valid codes are from "
                            + least
                            + " to "
                            + most
                            + ".");
        }
        return status;
    }

    /** The document that GetBucketWebsite answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("WebsiteConfiguration");
        redirectAll.ifPresent(
                all -> {
                    out.open("RedirectAllRequestsTo").text("HostName", all.hostName());
                    text(out, "Protocol", all.protocol().orElse(null));
                    out.close();
                });
        indexSuffix.ifPresent(suffix -> out.open("IndexDocument").text("Suffix", suffix).close());
        errorKey.ifPresent(key -> out.open("ErrorDocument").text("Key", key).close());
        if (!rules.isEmpty()) {
            out.open("RoutingRules");
            rules.forEach(rule -> write(rule, out));
            out.close();
        }
        return out.end();
    }

    private static void write(RoutingRule rule, XmlWriter out) {
        out.open("RoutingRule");
        Condition when = rule.condition();
        if (when.errorStatus().isPresent() || when.keyPrefix().isPresent()) {
            out.open("Condition");
            when.errorStatus()
                    .ifPresent(status -> out.number("HttpErrorCodeReturnedEquals", status));
            text(out, "KeyPrefixEquals", when.keyPrefix().orElse(null));
            out.close();
        }
        Redirect to = rule.redirect();
        out.open("Redirect");
        text(out, "Protocol", to.protocol().orElse(null));
        text(out, "HostName", to.hostName().orElse(null));
        text(out, "ReplaceKeyPrefixWith", to.replacePrefixWith().orElse(null));
        text(out, "ReplaceKeyWith", to.replaceKeyWith().orElse(null));
        to.status().ifPresent(status -> out.number("HttpRedirectCode", status));
        out.close().close();
    }

    private static void text(XmlWriter out, String name, @Nullable String value) {
        if (value != null) {
            out.text(name, value);
        }
    }
}
