package io.lethe.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.console.HealthCheck.Bearing;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpQuestion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ManualTasks tasks = new ManualTasks();
    private final Metrics metrics = new Metrics();
    private final Workers workers = new Workers(tasks, metrics);
    private final List<HealthCheck> checks = new ArrayList<>();
    private final Console console =
            new Console(metrics, () -> checks, workers, new LogPages(Optional::empty));

    private HttpAnswer get(String path) {
        return console.pages()
                .answer(
                        new HttpQuestion(
                                "GET",
                                path,
                                Map.of(),
                                Map.of(),
                                Bytes.EMPTY,
                                InetAddress.getLoopbackAddress()));
    }

    @Test
    void metricsAreOpenMetrics() {
        HttpAnswer answer = get("/metrics");

        assertThat(answer.contentType()).startsWith("application/openmetrics-text");
        assertThat(answer.body().utf8()).endsWith("# EOF\n");
    }

    @Test
    void aNodeIsReadyWhenEveryCheckThatBearsOnItHolds() {
        checks.add(new HealthCheck("directory", Bearing.READY, true, ""));
        checks.add(new HealthCheck("devices", Bearing.NOTICE, false, "1 of 4 is failing"));

        assertThat(get("/health").status()).isEqualTo(200);
        assertThat(get("/health").body().utf8())
                .startsWith("{\"ready\":true,\"live\":true,")
                .contains("\"reason\":\"1 of 4 is failing\"");

        checks.add(new HealthCheck("lease", Bearing.READY, false, "no \"directory\" leader"));
        assertThat(get("/health").status()).isEqualTo(503);
        assertThat(get("/health/ready").status()).isEqualTo(503);
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(get("/health").body().utf8()).contains("no \\\"directory\\\" leader");
    }

    @Test
    void aNodeThatOnlyARestartHelpsIsNeitherLiveNorReady() {
        checks.add(new HealthCheck("metadata", Bearing.LIVE, false, "halted"));

        assertThat(get("/health/live").status()).isEqualTo(503);
        assertThat(get("/health").body().utf8()).startsWith("{\"ready\":false,\"live\":false");
    }

    @Test
    void backgroundWorkIsListed() {
        workers.start(
                new Worker() {
                    @Override
                    public String name() {
                        return "scrub";
                    }

                    @Override
                    public Step step() {
                        return new Step.Failed("disk\nslow");
                    }
                },
                Pacing.every(1_000));
        tasks.runFor(1);

        assertThat(get("/workers").body().utf8())
                .contains("\"name\":\"scrub\"", "\"state\":\"backing-off\"", "disk\\nslow");
    }

    @Test
    void theRootListsThePages() {
        assertThat(get("/").body().utf8()).contains("/metrics", "/health", "/workers");
    }

    @Test
    void jsonEscapesWhatItMust() {
        assertThat(Json.write(Arrays.asList("\u0001\"\\\ud83d\u2028", 3, 4L, true, null, Map.of())))
                .isEqualTo("[\"\\u0001\\\"\\\\\\ud83d\\u2028\",3,4,true,null,{}]\n");
    }
}
