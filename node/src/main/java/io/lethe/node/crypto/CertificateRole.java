package io.lethe.node.crypto;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What the holder of a certificate is, as one of its alternative names says: the URI {@code
 * lethe://ROLE/NAME}. That a certificate is the authority's says only that it belongs to the
 * cluster; {@link #NODE} alone opens what is for nodes.
 */
public enum CertificateRole {
    NODE,
    /** A server of the ensemble: known to nodes, and no node itself. */
    ZOOKEEPER;

    /** RFC 5280, 4.2.1.6: uniformResourceIdentifier. */
    private static final int SAN_URI = 6;

    private static final String SCHEME = "lethe://";

    /** The name that makes a certificate one of this role. */
    String uri(String name) {
        return prefix() + name;
    }

    private String prefix() {
        return SCHEME + name().toLowerCase(Locale.ROOT) + "/";
    }

    /** Whether a certificate, which others have verified, says that its holder is this. */
    public boolean isOf(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names != null
                    && names.stream()
                            .anyMatch(
                                    name ->
                                            name.get(0).equals(SAN_URI)
                                                    && name.get(1) instanceof String uri
                                                    && uri.startsWith(prefix()));
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }
}
