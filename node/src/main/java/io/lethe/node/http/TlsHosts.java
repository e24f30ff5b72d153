package io.lethe.node.http;

import io.lethe.node.base.config.ConfigException;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A door's certificates: that of the host that a client names (SNI, RFC 6066), else the door's own.
 * Immutable.
 *
 * @param own where no other is for the host, or none was named
 * @param byName lower-case host names, or {@code *.DOMAIN} for any one label before it
 */
record TlsHosts(SslContext own, Map<String, SslContext> byName) {
    /** Of a subject alternative name that is a DNS name (RFC 5280, 4.2.1.6). */
    private static final int DNS_NAME = 2;

    TlsHosts {
        byName = Map.copyOf(byName);
    }

    /**
     * Reads the files.
     *
     * @throws ConfigException when one is missing or makes no sense
     */
    static TlsHosts read(HttpTls files) {
        Map<String, SslContext> byName = new HashMap<>();
        for (Path file : files.more()) {
            SslContext context;
            try {
                context =
                        SslContextBuilder.forServer(file.toFile(), file.toFile())
                                .protocols(HttpTls.PROTOCOLS)
                                .build();
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigException(
                        "cannot use "
                                + file
                                + " of s3.certificates: "
                                + e.getMessage()
                                + "; it must hold a certificate chain and its key in PEM (PKCS#8)",
                        e);
            }
            for (String name : names(file)) {
                if (byName.put(name, context) != null) {
                    throw new ConfigException(
                            "two files of s3.certificates are for " + name + "; leave one of them");
                }
            }
        }
        return new TlsHosts(files.context(), byName);
    }

    private static List<String> names(Path file) {
        List<String> names = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> name : all == null ? List.<List<?>>of() : all) {
                if (name.get(0).equals(DNS_NAME)) {
                    names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
                }
            }
        } catch (IOException | CertificateException e) {
            throw new ConfigException("cannot read " + file + " of s3.certificates: " + e, e);
        }
        if (names.isEmpty()) {
            throw new ConfigException(
                    "the certificate in "
                            + file
                            + " of s3.certificates names no host, so that no client would see it");
        }
        return names;
    }

    /** The certificate for a host. */
    SslContext of(@Nullable String host) {
        if (host == null) {
            return own;
        }
        String name = host.toLowerCase(Locale.ROOT);
        SslContext exact = byName.get(name);
        int dot = name.indexOf('.');
        if (exact != null || dot < 0) {
            return exact == null ? own : exact;
        }
        return byName.getOrDefault("*" + name.substring(dot), own);
    }

    /** Adds what decrypts to a new connection. */
    void secure(ChannelPipeline pipeline) {
        pipeline.addLast(
                byName.isEmpty()
                        ? own.newHandler(pipeline.channel().alloc())
                        : new SniHandler(this::of));
    }
}
