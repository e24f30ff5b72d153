package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.PercentCoding;
import io.lethe.node.s3.S3Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The text that is hashed and signed, S3's way: the path is decoded and encoded once and never
 * normalised, the query is sorted by its encoded names and then values.
 *
 * <pre>
 * method LF path LF query LF (name ':' value LF)* LF names-by-';' LF payload hash
 * </pre>
 *
 * Static and pure.
 */
final class CanonicalRequest {
    private record Pair(String name, String value) {}

    private CanonicalRequest() {}

    static String of(Authentication.Signed signed, S3Request request, String payloadHash) {
        StringBuilder out = new StringBuilder(512).append(request.method()).append('\n');
        byte[] path = PercentCoding.decode(request.rawPath(), false);
        if (path.length == 0) {
            out.append('/');
        }
        PercentCoding.encode(path, true, out);
        out.append('\n');
        query(request, signed.carrier() == Authentication.Carrier.QUERY, out);
        out.append('\n');
        for (String name : signed.signedHeaders()) {
            out.append(name).append(':');
            List<String> values = request.headerValues(name);
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                fold(values.get(i), out);
            }
            out.append('\n');
        }
        return out.append('\n')
                .append(String.join(";", signed.signedHeaders()))
                .append('\n')
                .append(payloadHash)
                .toString();
    }

    private static void query(S3Request request, boolean presigned, StringBuilder out) {
        List<Pair> pairs = new ArrayList<>();
        for (S3Request.Parameter parameter : request.parameters()) {
            if (!presigned || !parameter.name().equals(PresignedQuery.SIGNATURE)) {
                pairs.add(
                        new Pair(
                                PercentCoding.encode(parameter.name(), false),
                                PercentCoding.encode(parameter.value(), false)));
            }
        }
        pairs.sort(Comparator.comparing(Pair::name).thenComparing(Pair::value));
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            out.append(i > 0 ? "&" : "").append(pair.name()).append('=').append(pair.value());
        }
    }

    /** Trims, and makes runs of blanks one. */
    private static void fold(String value, StringBuilder out) {
        boolean blank = false;
        boolean begun = false;
        for (int i = 0; i < value.length(); i++) {
            char one = value.charAt(i);
            if (one == ' ' || one == '\t') {
                blank = true;
            } else {
                if (blank && begun) {
                    out.append(' ');
                }
                out.append(one);
                blank = false;
                begun = true;
            }
        }
    }

    /** Header values have one character for each byte; everything else is ASCII. */
    static byte[] bytes(String canonical) {
        boolean wire = canonical.chars().allMatch(one -> one <= 0xff);
        return canonical.getBytes(wire ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }
}
