package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.Optional;

/**
 * A wish to bring an archived object back: read, so that it can be refused for the right reason.
 */
public record RestoreRequest(Optional<Integer> days, Optional<String> tier) {
    /**
     * @throws io.lethe.node.s3.S3Exception MalformedXML; NotImplemented for a select
     */
    public static RestoreRequest parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "RestoreRequest");
        Integer days = null;
        String tier = null;
        while (in.next()) {
            switch (in.name()) {
                case "Days" -> days = XmlReader.once(days, in.integer());
                case "Tier" -> tier = XmlReader.once(tier, in.word());
                case "GlacierJobParameters" -> tier = XmlReader.once(tier, job(in));
                case "Type", "SelectParameters", "OutputLocation", "Description" ->
                        throw S3Error.NOT_IMPLEMENTED.because("S3 Select is not supported.");
                default -> throw in.unexpected();
            }
        }
        in.end();
        if (days != null && days < 1) {
            throw XmlReader.malformed();
        }
        return new RestoreRequest(Optional.ofNullable(days), Optional.ofNullable(tier));
    }

    private static String job(XmlReader in) {
        String tier = null;
        while (in.next()) {
            if (!in.name().equals("Tier")) {
                throw in.unexpected();
            }
            tier = XmlReader.once(tier, in.word());
        }
        return XmlReader.needed(tier);
    }
}
