package io.lethe.node.console;

import io.lethe.node.base.background.WorkerStatus;
import io.lethe.node.base.background.Workers;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.console.HealthCheck.Bearing;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpHandler;
import io.lethe.node.http.HttpRoutes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The console's pages; it holds no state of its own and serves no tenant's data.
 *
 * <ul>
 *   <li>{@code /metrics}: OpenMetrics 1.0.
 *   <li>{@code /health}, {@code /health/ready}: 200 when every check of bearing ready or live
 *       holds, else 503.
 *   <li>{@code /health/live}: 200 unless only a restart helps, then 503.
 *   <li>{@code /workers}: background work.
 *   <li>{@code /log/…}: the transparency log ({@link LogPages}).
 * </ul>
 */
public final class Console {
    private static final String JSON = "application/json";

    private final Metrics metrics;
    private final HealthSource health;
    private final Workers workers;
    private final LogPages log;

    public Console(Metrics metrics, HealthSource health, Workers workers, LogPages log) {
        this.metrics = metrics;
        this.health = health;
        this.workers = workers;
        this.log = log;
    }

    /** Everything that the console answers. */
    public HttpHandler pages() {
        HttpRoutes routes = routes();
        return question ->
                question.path().startsWith(LogPages.PREFIX)
                        ? log.answer(question)
                        : routes.answer(question);
    }

    private HttpRoutes routes() {
        Map<String, HttpHandler> pages = new TreeMap<>();
        pages.put("/metrics", _ -> HttpAnswer.of(200, Metrics.CONTENT_TYPE, metrics.openMetrics()));
        pages.put("/health", _ -> healthPage(Bearing.READY));
        pages.put("/health/ready", _ -> healthPage(Bearing.READY));
        pages.put("/health/live", _ -> healthPage(Bearing.LIVE));
        pages.put("/workers", _ -> HttpAnswer.of(200, JSON, Json.write(workerRows())));
        List<String> names = List.copyOf(pages.keySet());
        pages.put("/", _ -> HttpAnswer.text(200, String.join("\n", names)));
        return new HttpRoutes(pages);
    }

    private HttpAnswer healthPage(Bearing asked) {
        List<HealthCheck> checks = health.checks();
        boolean live = holds(checks, Bearing.LIVE);
        boolean ready = holds(checks, Bearing.READY);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (HealthCheck check : checks) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", check.name());
            row.put("bearing", check.bearing().name().toLowerCase(Locale.ROOT));
            row.put("ok", check.ok());
            row.put("reason", check.reason());
            rows.add(row);
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("ready", ready);
        page.put("live", live);
        page.put("checks", rows);
        boolean good = asked == Bearing.LIVE ? live : ready;
        return HttpAnswer.of(good ? 200 : 503, JSON, Json.write(page));
    }

    /** Whether all checks of this bearing and graver ones hold. */
    private static boolean holds(List<HealthCheck> checks, Bearing bearing) {
        return checks.stream()
                .filter(check -> check.bearing().compareTo(bearing) >= 0)
                .allMatch(HealthCheck::ok);
    }

    private List<Map<String, Object>> workerRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (WorkerStatus status : workers.statuses()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", status.name());
            row.put("state", status.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            row.put("steps", status.steps());
            row.put("worked", status.worked());
            row.put("failed", status.failed());
            row.put("failedInRow", status.failedInRow());
            row.put("lastError", status.lastError());
            row.put("lastErrorMillis", status.lastErrorWallMillis());
            row.put("progress", status.progress());
            rows.add(row);
        }
        return rows;
    }
}
