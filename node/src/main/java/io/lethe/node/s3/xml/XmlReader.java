package io.lethe.node.s3.xml;

import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Walks down a request body: {@link #next} goes to the next child of the element that is being
 * read, {@link #text} takes a child without children. Anything but UTF-8, elements, text and
 * comments is MalformedXML: no document types, so no entities of the sender's own. Bounded in
 * length and depth. One thread.
 *
 * <pre>
 * XmlReader in = XmlReader.open(body, "Tagging");
 * while (in.next()) {
 *     switch (in.name()) {
 *         case "TagSet" -> tags = tags(in);   // which loops over next() itself
 *         default -> throw in.unexpected();
 *     }
 * }
 * in.end();
 * </pre>
 */
public final class XmlReader {
    /** Of a configuration; AWS's longest, a lifecycle of 1,000 rules, takes some 500 KiB. */
    public static final int MOST_BYTES = 1024 * 1024;

    /** Of 1,000 keys of 1 KiB, each byte as a reference, or 10,000 parts of some 300 bytes. */
    public static final int MOST_LIST_BYTES = 8 * 1024 * 1024;

    /** The deepest body that S3 knows has 7 levels. */
    private static final int MOST_DEPTH = 16;

    private static final String XSI = XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI;

    private final XMLStreamReader in;
    private int depth;

    private XmlReader(String body) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        try {
            in = factory.createXMLStreamReader(new StringReader(body));
        } catch (XMLStreamException e) {
            throw malformed();
        }
    }

    /**
     * @throws S3Exception MissingRequestBodyError, MaxMessageLengthExceeded, MalformedXML
     */
    public static XmlReader open(byte[] body, String root) {
        return open(body, root, MOST_BYTES);
    }

    static XmlReader open(byte[] body, String root, int mostBytes) {
        if (body.length == 0) {
            throw S3Error.MISSING_REQUEST_BODY_ERROR.exception();
        }
        if (body.length > mostBytes) {
            throw S3Error.MAX_MESSAGE_LENGTH_EXCEEDED
                    .exception()
                    .with("MaxMessageLengthBytes", Integer.toString(mostBytes));
        }
        XmlReader reader = new XmlReader(utf8(body));
        if (!reader.next() || !reader.name().equals(root)) {
            throw malformed();
        }
        return reader;
    }

    private static String utf8(byte[] body) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(body))
                            .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    static S3Exception malformed() {
        return S3Error.MALFORMED_XML.exception();
    }

    /** The current element is none that may stand here. */
    S3Exception unexpected() {
        return malformed();
    }

    /**
     * Goes to the next child.
     *
     * @return false once the element that is being read has ended
     */
    boolean next() {
        while (true) {
            switch (advance()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    enter();
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    return false;
                }
                case XMLStreamConstants.CHARACTERS,
                        XMLStreamConstants.CDATA,
                        XMLStreamConstants.SPACE -> {
                    if (!in.getText().isBlank()) {
                        throw malformed();
                    }
                }
                case XMLStreamConstants.COMMENT -> {
                    // Says nothing.
                }
                default -> throw malformed();
            }
        }
    }

    private void enter() {
        if (++depth > MOST_DEPTH) {
            throw malformed();
        }
        String namespace = in.getNamespaceURI();
        if (namespace != null && !namespace.isEmpty() && !namespace.equals(XmlWriter.S3)) {
            throw malformed();
        }
    }

    private int advance() {
        try {
            if (!in.hasNext()) {
                throw malformed();
            }
            return in.next();
        } catch (XMLStreamException e) {
            throw malformed();
        }
    }

    String name() {
        return in.getLocalName();
    }

    /** The {@code xsi:type} of the current element; empty where it has none. */
    String type() {
        String type = in.getAttributeValue(XSI, "type");
        return type == null ? "" : type;
    }

    /** The text of the current element, which ends it. */
    String text() {
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (advance()) {
                case XMLStreamConstants.CHARACTERS,
                        XMLStreamConstants.CDATA,
                        XMLStreamConstants.SPACE ->
                        text.append(in.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    return text.toString();
                }
                case XMLStreamConstants.COMMENT -> {
                    // Says nothing.
                }
                default -> throw malformed();
            }
        }
    }

    /** Text of which blanks around it are no part. */
    String word() {
        return text().strip();
    }

    boolean bool() {
        return switch (word()) {
            case "true", "TRUE", "True" -> true;
            case "false", "FALSE", "False" -> false;
            default -> throw malformed();
        };
    }

    long number() {
        String word = word();
        if (!word.matches("[+-]?[0-9]{1,18}")) {
            throw malformed();
        }
        return Long.parseLong(word);
    }

    int integer() {
        long number = number();
        if (number != (int) number) {
            throw malformed();
        }
        return (int) number;
    }

    /** Milliseconds since 1970. */
    long date() {
        String word = word();
        return HttpDates.parseIso(word)
                .or(() -> HttpDates.parse(word))
                .orElseThrow(XmlReader::malformed);
    }

    /** One of a few words. */
    <T> T choice(Map<String, T> words) {
        T chosen = words.get(word());
        if (chosen == null) {
            throw malformed();
        }
        return chosen;
    }

    /** The current element must be empty. */
    void empty() {
        if (next()) {
            throw unexpected();
        }
    }

    /** For elements that may stand once. */
    static <T> T once(@Nullable T before, T value) {
        if (before != null) {
            throw malformed();
        }
        return value;
    }

    /** For elements that must stand. */
    static <T> T needed(@Nullable T value) {
        if (value == null) {
            throw malformed();
        }
        return value;
    }

    /** To be called behind the root's end: nothing but comments may follow. */
    void end() {
        while (true) {
            switch (advance()) {
                case XMLStreamConstants.END_DOCUMENT -> {
                    return;
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.SPACE -> {
                    // Says nothing.
                }
                default -> throw malformed();
            }
        }
    }
}
