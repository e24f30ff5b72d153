package io.lethe.system;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK, pointed at one node of a cluster. Static. */
final class S3Clients {
    private S3Clients() {}

    /** The operator's key. */
    static AwsBasicCredentials key(Cluster cluster) {
        return AwsBasicCredentials.create(
                cluster.credentials().getFirst(), cluster.credentials().get(1));
    }

    static S3Client sync(Cluster cluster, int node) {
        return sync(cluster, node, key(cluster));
    }

    static S3Client sync(Cluster cluster, int node, AwsCredentials credentials) {
        return sync(cluster.s3(node), credentials);
    }

    static S3Client sync(URI door, AwsCredentials credentials) {
        return S3Client.builder()
                .endpointOverride(door)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClientBuilder(
                        UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(1)))
                .build();
    }

    /** Sends large objects in parts. */
    static S3AsyncClient async(Cluster cluster, int node) {
        return S3AsyncClient.builder()
                .endpointOverride(cluster.s3(node))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .multipartEnabled(true)
                .credentialsProvider(StaticCredentialsProvider.create(key(cluster)))
                .build();
    }

    static S3Presigner presigner(Cluster cluster, int node) {
        return presigner(cluster, node, key(cluster));
    }

    static S3Presigner presigner(Cluster cluster, int node, AwsCredentials credentials) {
        return S3Presigner.builder()
                .endpointOverride(cluster.s3(node))
                .region(Region.US_EAST_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build();
    }
}
