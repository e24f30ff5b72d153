package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.http.HttpExchange;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.object.ObjectReader;
import io.lethe.node.object.ReadRange;
import io.lethe.node.s3.access.Guard;
import io.lethe.node.s3.access.Identification;
import io.lethe.node.s3.access.Rights;
import io.lethe.node.s3.operation.Router;
import io.lethe.node.s3.xml.WebsiteConfiguration;
import io.lethe.node.s3.xml.WebsiteConfiguration.Redirect;
import io.lethe.node.s3.xml.WebsiteConfiguration.RedirectAll;
import io.lethe.node.s3.xml.WebsiteConfiguration.RoutingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows buckets as websites, to anybody whom their policies let read: index and error documents,
 * redirects, and errors as pages. Safe for any task.
 */
final class WebsiteDoor {
    private static final Logger log = LoggerFactory.getLogger(WebsiteDoor.class);
    private static final Rights READ = Rights.of("s3:GetObject");
    private static final String REDIRECT = "x-amz-website-redirect-location";

    private final S3Ports ports;
    private final Guard guard;

    WebsiteDoor(S3Ports ports, Guard guard) {
        this.ports = ports;
        this.guard = guard;
    }

    /**
     * One request, before and while it is answered.
     *
     * @param bucket as named
     * @param key as the path names it; empty or with a slash at its end for an index document
     */
    private record Visit(
            HttpExchange exchange, S3Call.Opening opening, S3Call call, String bucket, String key) {
        String scheme() {
            return exchange.head().secure() ? "https" : "http";
        }

        S3Call at(String other) {
            return call.at(other, opening.added());
        }
    }

    /** Answers one request. */
    void serve(HttpExchange exchange, S3Call.Opening opening) throws InterruptedException {
        S3Call call =
                opening.call(
                        exchange,
                        withoutQuery(opening.request()),
                        opening.address().key(),
                        Identification.ANYBODY);
        Visit visit = new Visit(exchange, opening, call, call.bucket(), call.key());
        String method = call.request().method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            page(visit, S3Error.METHOD_NOT_ALLOWED.exception());
            return;
        }
        Optional<WebsiteConfiguration> site = site(visit);
        if (site.isEmpty()) {
            page(visit, S3Error.NO_SUCH_WEBSITE_CONFIGURATION.exception());
            return;
        }
        Optional<RedirectAll> all = site.get().redirectAll();
        if (all.isPresent()) {
            String scheme = all.get().protocol().orElse(visit.scheme());
            redirect(visit, 301, scheme + "://" + all.get().hostName() + call.request().rawPath());
            return;
        }
        Optional<RoutingRule> rule = rule(site.get(), visit.key(), 0);
        if (rule.isPresent()) {
            redirect(visit, rule.get());
            return;
        }
        show(visit, site.get());
    }

    /** A website has no versions, parts or other headers to choose, and nobody signs. */
    private static S3Request withoutQuery(S3Request request) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (String name : request.headerNames()) {
            if (!name.startsWith("x-amz-")) {
                request.headerValues(name)
                        .forEach(value -> headers.add(new S3Request.Header(name, value)));
            }
        }
        return new S3Request(request.method(), request.rawPath(), headers);
    }

    /** The same for a bucket that has none and for one that is not there. */
    private Optional<WebsiteConfiguration> site(Visit visit) throws InterruptedException {
        Optional<BucketRecord> record =
                guard.bucket(Optional.empty(), visit.bucket(), visit.call().deadlineNanos());
        return record.flatMap(
                bucket ->
                        ports.bucketSettings()
                                .of(
                                        bucket,
                                        BucketSetting.WEBSITE,
                                        document ->
                                                WebsiteConfiguration.parse(
                                                        document.unsafeArray())));
    }

    /** The first rule that holds; {@code status} is 0 before there was an error. */
    private static Optional<RoutingRule> rule(WebsiteConfiguration site, String key, int status) {
        return site.rules().stream()
                .filter(rule -> rule.condition().errorStatus().orElse(0) == status)
                .filter(rule -> key.startsWith(rule.condition().keyPrefix().orElse("")))
                .findFirst();
    }

    private void show(Visit visit, WebsiteConfiguration site) throws InterruptedException {
        String index = site.indexSuffix().orElse("");
        boolean folder = visit.key().isEmpty() || visit.key().endsWith("/");
        try {
            S3Call page = admitted(visit, folder ? visit.key() + index : visit.key());
            ObjectInfo info = head(page);
            String elsewhere = info.attributes().headers().get(REDIRECT);
            if (elsewhere != null) {
                redirect(visit, 301, elsewhere);
            } else {
                Router.show(page);
            }
        } catch (S3Exception e) {
            fail(visit, site, e);
        } catch (StoreException e) {
            S3Exception failure = S3Exception.of(e);
            if (failure.error().httpStatus() >= 500) {
                log.warn("request {}: a page failed", visit.call().requestId(), e);
            }
            fail(visit, site, failure);
        }
    }

    private S3Call admitted(Visit visit, String key) throws InterruptedException {
        S3Call page = visit.at(key);
        page.admitted(
                guard.admit(
                        new Guard.Asked(
                                page.who().principal(),
                                S3Door.keys(visit.exchange(), page, ports),
                                visit.bucket(),
                                key,
                                READ,
                                () -> new byte[0],
                                page.deadlineNanos())));
        visit.opening().started().accept(page);
        return page;
    }

    private static ObjectInfo head(S3Call page) throws InterruptedException {
        try {
            ObjectInfo info =
                    page.ports()
                            .objects()
                            .head(
                                    page.caller(),
                                    page.bucket(),
                                    page.key(),
                                    "",
                                    page.deadlineNanos());
            page.access().checkFound(info.attributes());
            return info;
        } catch (StoreException e) {
            throw S3Door.mayKnow(page, e) ? S3Exception.of(e) : S3Error.ACCESS_DENIED.exception();
        }
    }

    private void fail(Visit visit, WebsiteConfiguration site, S3Exception failure)
            throws InterruptedException {
        int status = failure.error().httpStatus();
        if (visit.exchange().begun()) {
            throw failure;
        }
        boolean missing = status == 404 || status == 403;
        boolean folder = visit.key().isEmpty() || visit.key().endsWith("/");
        if (missing && !folder && isFolder(visit, site.indexSuffix().orElse(""))) {
            redirect(visit, 302, '/' + PercentCoding.encode(visit.key(), true) + '/');
            return;
        }
        Optional<RoutingRule> rule = rule(site, visit.key(), status);
        if (rule.isPresent()) {
            redirect(visit, rule.get());
        } else if (status < 400 || status >= 500 || site.errorKey().isEmpty()) {
            page(visit, failure);
        } else {
            errorDocument(visit, site.errorKey().get(), failure);
        }
    }

    private boolean isFolder(Visit visit, String index) throws InterruptedException {
        try {
            var _ = head(admitted(visit, visit.key() + '/' + index));
            return true;
        } catch (S3Exception | StoreException e) {
            // Whatever it is: what was asked for has failed already, and that is told.
            return false;
        }
    }

    private void errorDocument(Visit visit, String key, S3Exception failure)
            throws InterruptedException {
        try {
            S3Call page = admitted(visit, key);
            try (ObjectReader.Opened opened =
                    page.ports()
                            .objects()
                            .get(
                                    page.caller(),
                                    page.bucket(),
                                    key,
                                    "",
                                    new ReadRange.All(),
                                    page.deadlineNanos())) {
                ObjectInfo info = opened.info();
                page.access().checkFound(info.attributes());
                HeaderText.value(info.attributes().contentType())
                        .ifPresent(type -> page.header("content-type", type));
                page.header("etag", '"' + info.etag() + '"');
                page.begin(failure.error().httpStatus(), opened.range().lengthBytes());
                if (page.request().method().equals("GET")) {
                    for (ObjectReader.Piece piece = opened.next();
                            piece != null;
                            piece = opened.next()) {
                        page.write(piece.array(), piece.offset(), piece.lengthBytes());
                    }
                }
                page.end();
            }
        } catch (S3Exception | StoreException e) {
            if (visit.exchange().begun()) {
                throw e;
            }
            page(visit, failure);
        }
    }

    private static void redirect(Visit visit, RoutingRule rule) throws InterruptedException {
        Redirect to = rule.redirect();
        String prefix = rule.condition().keyPrefix().orElse("");
        String rest = visit.key().substring(prefix.length());
        String replaced = to.replacePrefixWith().map(other -> other + rest).orElse(visit.key());
        String key = to.replaceKeyWith().orElse(replaced);
        String host =
                to.hostName().orElseGet(() -> visit.call().request().header("host").orElse(""));
        redirect(
                visit,
                to.status().orElse(301),
                to.protocol().orElse(visit.scheme())
                        + "://"
                        + host
                        + '/'
                        + PercentCoding.encode(key, true));
    }

    private static void redirect(Visit visit, int status, String location)
            throws InterruptedException {
        visit.call().header("location", location).empty(status);
    }

    /** An error as a page of its own. */
    private static void page(Visit visit, S3Exception failure) throws InterruptedException {
        int status = failure.error().httpStatus();
        if (status == 304) {
            failure.headers().forEach((name, value) -> visit.call().header(name, value));
            visit.call().empty(status);
            return;
        }
        String title = status + " " + failure.error().code();
        List<String> lines = new ArrayList<>();
        lines.add("Code: " + failure.error().code());
        lines.add("Message: " + failure.message());
        lines.add("RequestId: " + visit.call().requestId());
        StringBuilder html = new StringBuilder(512);
        html.append("<html>\n<head><title>").append(escape(title)).append("</title></head>\n");
        html.append("<body>\n<h1>").append(escape(title)).append("</h1>\n<ul>\n");
        lines.forEach(line -> html.append("<li>").append(escape(line)).append("</li>\n"));
        html.append("</ul>\n</body>\n</html>\n");
        visit.call()
                .content(status, "text/html; charset=utf-8", Bytes.utf8(html.toString()).toArray());
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars()
                .forEach(
                        c -> {
                            switch (c) {
                                case '<' -> out.append("&lt;");
                                case '>' -> out.append("&gt;");
                                case '&' -> out.append("&amp;");
                                case '"' -> out.append("&quot;");
                                default -> out.append((char) c);
                            }
                        });
        return out.toString();
    }
}
