package io.lethe.node.s3.sigv4;

import io.lethe.node.s3.S3Error;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who a request says it comes from; nothing of it is proven yet. */
public sealed interface Authentication {
    /** Says nothing: judged by bucket policies for everybody. */
    record Anonymous() implements Authentication {}

    /** Where the signature stands. */
    enum Carrier {
        HEADER,
        QUERY,
        FORM
    }

    /**
     * A signed request. In order: {@link #checkTime}, {@link #checkScope}, look the credential up,
     * then {@link SigV4#verify}.
     *
     * @param signedHeaders lower-case names as given; empty for a form
     * @param signature hex as given
     * @param timestamp in ISO 8601's basic form, as signed
     * @param lifeSeconds of a presigned request; 0 for others
     * @param sessionToken of temporary credentials
     */
    record Signed(
            Carrier carrier,
            CredentialScope credential,
            List<String> signedHeaders,
            String signature,
            String timestamp,
            long timeMillis,
            long lifeSeconds,
            Payload payload,
            Optional<String> sessionToken)
            implements Authentication {
        /** As AWS: 15 minutes both ways. */
        public static final long MOST_SKEW_MILLIS = 15 * 60 * 1000L;

        public Signed {
            signedHeaders = List.copyOf(signedHeaders);
        }

        /**
         * @throws io.lethe.node.s3.S3Exception RequestTimeTooSkewed, or AccessDenied for a
         *     presigned request before or past its time
         */
        public void checkTime(long nowMillis) {
            switch (carrier) {
                case HEADER -> {
                    if (Math.abs(nowMillis - timeMillis) > MOST_SKEW_MILLIS) {
                        throw S3Error.REQUEST_TIME_TOO_SKEWED
                                .exception()
                                .with("RequestTime", timestamp)
                                .with("ServerTime", iso(nowMillis))
                                .with(
                                        "MaxAllowedSkewMilliseconds",
                                        Long.toString(MOST_SKEW_MILLIS));
                    }
                }
                case QUERY -> {
                    if (timeMillis - nowMillis > MOST_SKEW_MILLIS) {
                        throw S3Error.ACCESS_DENIED
                                .because("Request is not yet valid")
                                .with("X-Amz-Date", timestamp)
                                .with("ServerTime", iso(nowMillis));
                    }
                    long endMillis = timeMillis + lifeSeconds * 1000;
                    if (nowMillis > endMillis) {
                        throw S3Error.ACCESS_DENIED
                                .because("Request has expired")
                                .with("X-Amz-Expires", Long.toString(lifeSeconds))
                                .with("Expires", iso(endMillis))
                                .with("ServerTime", iso(nowMillis));
                    }
                }
                case FORM -> {
                    // Its policy has an end of its own.
                }
            }
        }

        private static String iso(long millis) {
            return Instant.ofEpochSecond(Math.floorDiv(millis, 1000)).toString();
        }

        /**
         * @param region the cluster's own
         * @param services {@code s3}, and {@code sts} where its actions are served
         * @throws io.lethe.node.s3.S3Exception AuthorizationHeaderMalformed, or
         *     AuthorizationQueryParametersError
         */
        public void checkScope(String region, Set<String> services) {
            String fault = null;
            if (!services.contains(credential.service())) {
                fault =
                        "incorrect service \""
                                + credential.service()
                                + "\". This endpoint belongs to \""
                                + String.join("\" or \"", services.stream().sorted().toList())
                                + "\".";
            } else if (!credential.region().equals(region)) {
                fault =
                        "the region '"
                                + credential.region()
                                + "' is wrong; expecting '"
                                + region
                                + "'";
            }
            if (fault != null) {
                throw Malformed.of(carrier, fault).with("Region", region);
            }
        }
    }
}
