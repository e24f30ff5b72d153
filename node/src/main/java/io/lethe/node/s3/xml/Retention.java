package io.lethe.node.s3.xml;

import java.util.Optional;

/** How long a version is kept; empty takes a governance retention away. */
public record Retention(Optional<Kept> kept) {
    public record Kept(ObjectLockConfiguration.Mode mode, long untilMillis) {}

    public static Retention parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "Retention");
        ObjectLockConfiguration.Mode mode = null;
        Long until = null;
        while (in.next()) {
            switch (in.name()) {
                case "Mode" ->
                        mode = XmlReader.once(mode, in.choice(ObjectLockConfiguration.MODES));
                case "RetainUntilDate" -> until = XmlReader.once(until, in.date());
                default -> throw in.unexpected();
            }
        }
        in.end();
        if (mode == null && until == null) {
            return new Retention(Optional.empty());
        }
        return new Retention(
                Optional.of(new Kept(XmlReader.needed(mode), XmlReader.needed(until))));
    }

    /** The document that GetObjectRetention answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("Retention");
        kept.ifPresent(
                value ->
                        out.text("Mode", value.mode().name())
                                .date("RetainUntilDate", value.untilMillis()));
        return out.end();
    }
}
