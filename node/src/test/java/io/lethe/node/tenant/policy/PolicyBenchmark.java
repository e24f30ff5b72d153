package io.lethe.node.tenant.policy;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What a request pays for its decision, on one thread, in nanoseconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PolicyBenchmark {
    private static final String ACCOUNT = "111122223333";
    private static final String BUCKET_POLICY =
            """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
               "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
               "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
              {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
               "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}},
              {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
               "Resource": "arn:aws:s3:::b/shared/*"}]}
            """;

    private final Caller caller = new Caller.User(ACCOUNT, "", "/", "alice", "AIDAALICE");
    private final RequestContext context = context(caller);
    private final AccessRequest request =
            new AccessRequest(
                    caller,
                    "s3:GetObject",
                    "arn:aws:s3:::b/home/alice/2026/1.jpg",
                    ACCOUNT,
                    context);
    private final PolicySet plain =
            set(identity("\"arn:aws:s3:::a/*\", \"arn:aws:s3:::b/*\"", "{}"), List.of());
    private final PolicySet variables =
            set(identity("\"arn:aws:s3:::b/home/${aws:username}/*\"", "{}"), List.of());
    private final PolicySet wildcards =
            set(identity("\"arn:aws:s3:::b/*/al?ce/*/*.jpg\"", "{}"), List.of());
    private final PolicySet guarded =
            set(
                    identity(
                            "\"arn:aws:s3:::b/home/${aws:username}/*\"",
                            "{\"StringLike\": {\"aws:UserAgent\": [\"aws-cli/*\", \"*boto3*\"]}}"),
                    List.of(BUCKET_POLICY));

    private static RequestContext context(Caller caller) {
        return RequestContext.builder()
                .caller(caller)
                .put("aws:SecureTransport", "true")
                .put("aws:SourceIp", "10.1.2.3")
                .put("aws:UserAgent", "Boto3/1.40 md/Botocore#1.40 ua/2.1 os/linux boto3/1.40")
                .put("aws:CurrentTime", "2026-11-22T00:00:00Z")
                .build();
    }

    private static String identity(String resources, String condition) {
        return """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"],
           "Resource": "*"},
          {"Effect": "Allow", "Action": ["s3:GetObject*", "s3:PutObject"], "Resource": [%s],
           "Condition": %s}]}
        """
                .formatted(resources, condition);
    }

    private static PolicySet set(String identity, List<String> bucket) {
        try {
            return new PolicySet(
                    List.of(PolicyTable.parse(PolicyKind.IDENTITY, identity, "b")),
                    bucket.isEmpty()
                            ? List.of()
                            : List.of(PolicyTable.parse(PolicyKind.BUCKET, bucket.getFirst(), "b")),
                    List.of(),
                    false);
        } catch (MalformedPolicyException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    @Benchmark
    public Decision twoStatements() {
        return Access.decide(request, plain);
    }

    @Benchmark
    public Decision aVariable() {
        return Access.decide(request, variables);
    }

    @Benchmark
    public Decision manyWildcards() {
        return Access.decide(request, wildcards);
    }

    @Benchmark
    public Decision bucketPolicyWithConditions() {
        return Access.decide(request, guarded);
    }

    /** What the door pays before it can ask. */
    @Benchmark
    public RequestContext makingTheContext() {
        return context(caller);
    }

    @Benchmark
    public Policy parsing() throws MalformedPolicyException {
        return PolicyTable.parse(PolicyKind.BUCKET, BUCKET_POLICY, "b");
    }

    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        new Runner(
                        new OptionsBuilder()
                                .parent(new CommandLineOptions(args))
                                .include(PolicyBenchmark.class.getName())
                                .build())
                .run();
    }
}
