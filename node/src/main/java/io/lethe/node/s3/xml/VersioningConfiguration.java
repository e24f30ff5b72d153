package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a bucket keeps versions from now on. */
public record VersioningConfiguration(Status status) {
    public enum Status {
        ENABLED,
        SUSPENDED
    }

    private static final Map<String, Status> WORDS =
            Map.of("Enabled", Status.ENABLED, "Suspended", Status.SUSPENDED);

    /**
     * @throws io.lethe.node.s3.S3Exception IllegalVersioningConfigurationException without a
     *     status, NotImplemented for MFA delete
     */
    public static VersioningConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "VersioningConfiguration");
        Status status = null;
        Boolean mfaDelete = null;
        while (in.next()) {
            switch (in.name()) {
                case "Status" -> status = XmlReader.once(status, in.choice(WORDS));
                case "MfaDelete" ->
                        mfaDelete =
                                XmlReader.once(
                                        mfaDelete,
                                        in.choice(Map.of("Enabled", true, "Disabled", false)));
                default -> throw in.unexpected();
            }
        }
        in.end();
        if (mfaDelete != null && mfaDelete) {
            throw S3Error.NOT_IMPLEMENTED.because("MFA delete is not supported.");
        }
        return new VersioningConfiguration(known(status));
    }

    private static Status known(@Nullable Status status) {
        if (status == null) {
            throw S3Error.ILLEGAL_VERSIONING_CONFIGURATION_EXCEPTION.because(
                    "The Versioning element must be specified");
        }
        return status;
    }
}
