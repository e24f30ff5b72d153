package io.lethe.node.s3.xml;

import io.lethe.node.base.Check;
import io.lethe.node.s3.HttpDates;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes one document from its root down. What is there can be drained at any time, so that a long
 * answer need not be held. One thread.
 */
public final class XmlWriter {
    public static final String S3 = "http://s3.amazonaws.com/doc/2006-03-01/";
    public static final String STS = "https://sts.amazonaws.com/doc/2011-06-15/";

    /** What every document begins with. */
    public static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

    private final StringBuilder out = new StringBuilder(1024);
    private final Deque<String> open = new ArrayDeque<>();

    private XmlWriter(String root, String namespace) {
        out.append(DECLARATION).append('<').append(root);
        if (!namespace.isEmpty()) {
            out.append(" xmlns=\"").append(namespace).append('"');
        }
        out.append('>');
        open.push(root);
    }

    /** A document in S3's namespace. */
    public static XmlWriter s3(String root) {
        return new XmlWriter(root, S3);
    }

    /** A document that is one element with a text. */
    public static XmlWriter s3(String root, String value) {
        XmlWriter out = s3(root);
        out.escape(value);
        return out;
    }

    public static XmlWriter sts(String root) {
        return new XmlWriter(root, STS);
    }

    /** A document without a namespace, as S3's errors. */
    public static XmlWriter plain(String root) {
        return new XmlWriter(root, "");
    }

    public XmlWriter open(String name) {
        out.append('<').append(name).append('>');
        open.push(name);
        return this;
    }

    /** Opens an element with an {@code xsi:type}, as grantees have it. */
    public XmlWriter openTyped(String name, String type) {
        out.append('<').append(name).append(" xmlns:xsi=\"").append(XSI).append("\" xsi:type=\"");
        escape(type);
        out.append("\">");
        open.push(name);
        return this;
    }

    public XmlWriter close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    public XmlWriter text(String name, String value) {
        out.append('<').append(name).append('>');
        escape(value);
        out.append("</").append(name).append('>');
        return this;
    }

    public XmlWriter number(String name, long value) {
        return text(name, Long.toString(value));
    }

    public XmlWriter bool(String name, boolean value) {
        return text(name, Boolean.toString(value));
    }

    /** An ISO 8601 date with milliseconds. */
    public XmlWriter date(String name, long millis) {
        return text(name, HttpDates.iso(millis));
    }

    /** White space between elements: keeps a client waiting that would otherwise give up. */
    public XmlWriter keepAlive() {
        out.append('\n');
        return this;
    }

    /**
     * Control characters become references, as S3 writes them: not XML 1.0, which has no way to say
     * them, but the key is told; clients that mind ask for {@code encoding-type=url}.
     */
    private void escape(String value) {
        int plainFrom = 0;
        for (int i = 0; i < value.length(); i++) {
            char one = value.charAt(i);
            if (isPlain(one)) {
                continue;
            }
            out.append(value, plainFrom, i);
            if (Character.isHighSurrogate(one)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                out.append(one).append(value.charAt(++i));
            } else {
                escape(one);
            }
            plainFrom = i + 1;
        }
        out.append(value, plainFrom, value.length());
    }

    private static boolean isPlain(char one) {
        return one < 0x7f
                ? one >= ' ' && one != '&' && one != '<' && one != '>' && one != '"'
                : one > 0x7f && one < '\uFFFE' && !Character.isSurrogate(one);
    }

    private void escape(char one) {
        switch (one) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            default -> {
                if (one <= 0x7f) {
                    out.append("&#x").append(Integer.toHexString(one)).append(';');
                } else {
                    out.append('\uFFFD');
                }
            }
        }
    }

    /** Characters that wait to be drained. */
    public int waitingChars() {
        return out.length();
    }

    /** Hands over what was written since the last time. */
    public byte[] drain() {
        byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
        out.setLength(0);
        return bytes;
    }

    /** Closes what is open and hands over the rest. */
    public byte[] end() {
        Check.that(!open.isEmpty(), "a document ends once");
        while (!open.isEmpty()) {
            close();
        }
        return drain();
    }
}
