package io.lethe.node.s3.xml;

import java.util.Map;

/** Whether a version is held whatever its retention. */
public record LegalHold(boolean on) {
    public static LegalHold parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "LegalHold");
        Boolean on = null;
        while (in.next()) {
            if (!in.name().equals("Status")) {
                throw in.unexpected();
            }
            on = XmlReader.once(on, in.choice(Map.of("ON", true, "OFF", false)));
        }
        in.end();
        return new LegalHold(XmlReader.needed(on));
    }

    /** The document that GetObjectLegalHold answers with. */
    public byte[] write() {
        return XmlWriter.s3("LegalHold").text("Status", on ? "ON" : "OFF").end();
    }
}
