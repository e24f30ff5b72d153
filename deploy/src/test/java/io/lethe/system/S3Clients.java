package io.lethe.system;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The AWS SDK, pointed at one node of a cluster. Static. */
final class S3Clients {
    private S3Clients() {}

    static S3Client sync(Cluster cluster, int node) {
        return S3Client.builder()
                .endpointOverride(cluster.s3(node))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        cluster.credentials().getFirst(),
                                        cluster.credentials().get(1))))
                .httpClientBuilder(
                        UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(1)))
                .build();
    }
}
