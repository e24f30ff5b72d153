package io.lethe.cli;

import io.lethe.client.GetOptions;
import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.Target;
import io.lethe.client.model.ByteRange;
import io.lethe.client.model.GetResult;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe get}: downloads, several at once, each to a file that appears whole. */
@Command(
        name = "get",
        description = {
            "Read objects.",
            "An object goes to FILE, or under its own name into DIR or here; '-' is standard"
                + " output. A file appears when it is whole and its SHA-256 has been compared, and"
                + " not before; a broken connection is resumed."
        })
final class Get extends ClientCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "BUCKET/KEY... [FILE|DIR|-]",
            description = "what to read, and where to")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-r", "--recursive"},
            description = "read everything below BUCKET/KEY as below a folder")
    private boolean recursive;

    @Option(names = "--version-id", paramLabel = "ID", description = "this version")
    private String versionId = "";

    @Option(
            names = "--range",
            paramLabel = "FIRST-LAST",
            description = "only these bytes, counted from 0: 0-99, 100- or, for the last, -50")
    private String range = "";

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "objects at once; 4 unless set")
    private int jobs = 4;

    Get(Surroundings surroundings) {
        super(surroundings);
    }

    /** An object and where it goes. */
    private record Item(ObjectPath from, Path file) {}

    @Override
    void check() {
        Put.checkJobs(jobs);
        if (!range.isEmpty()) {
            ByteRange unusedRange = parseRange(range);
        }
        if ((recursive || sources().size() > 1) && !(versionId + range).isEmpty()) {
            throw new UsageException("--version-id and --range are for a single object");
        }
        if (target().equals("-") && (recursive || sources().size() > 1)) {
            throw new UsageException("standard output ('-') takes a single object");
        }
    }

    static ByteRange parseRange(String text) {
        if (!text.matches("[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18}")) {
            throw new UsageException(
                    "--range is '" + text + "', and must be like 0-99, 100- or -50");
        }
        int dash = text.indexOf('-');
        try {
            if (dash == 0) {
                return ByteRange.last(Long.parseLong(text.substring(1)));
            }
            long first = Long.parseLong(text.substring(0, dash));
            return dash == text.length() - 1
                    ? ByteRange.from(first)
                    : ByteRange.of(first, Long.parseLong(text.substring(dash + 1)));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--range is '" + text + "': " + e.getMessage());
        }
    }

    /** Empty: the current directory. */
    private String target() {
        return arguments.size() == 1 ? "" : arguments.get(arguments.size() - 1);
    }

    private List<String> sources() {
        return arguments.size() == 1 ? arguments : arguments.subList(0, arguments.size() - 1);
    }

    @Override
    ExitStatus run(LetheClient client) throws IOException {
        if (target().equals("-")) {
            return toStandardOutput(client, ObjectPath.parseObject(sources().get(0)));
        }
        try (ProgressBar bar = progress(sources().get(0), false)) {
            Batch<Item, GetResult> batch =
                    new Batch<>(
                            jobs,
                            (item, got) -> report(bar, item, got),
                            (item, failure) -> {
                                bar.clear();
                                return tell(item.from() + ": ", failure);
                            });
            for (String source : sources()) {
                if (recursive) {
                    getFolder(client, ObjectPath.parse(source), batch, bar);
                } else {
                    ObjectPath from = ObjectPath.parseObject(source);
                    start(client, new Item(from, fileFor(from)), batch, bar);
                }
            }
            ExitStatus status = batch.finish();
            if (recursive && batch.count() == 0 && status == ExitStatus.OK) {
                remark("there is nothing below " + sources().get(0));
            }
            return status;
        }
    }

    private ExitStatus toStandardOutput(LetheClient client, ObjectPath from) {
        try (ProgressBar bar = progress(from.name(), true)) {
            CompletableFuture<GetResult> running =
                    client.objects()
                            .getAsync(
                                    from.bucket(),
                                    from.key(),
                                    Target.stream(surroundings.out()),
                                    options(bar));
            Batch<ObjectPath, GetResult> one =
                    new Batch<>(
                            1,
                            (path, got) -> bar.clear(),
                            (path, failure) -> {
                                bar.clear();
                                return tell("", failure);
                            });
            one.add(from, running);
            return one.finish();
        }
    }

    private GetOptions options(ProgressBar bar) {
        GetOptions.Builder options =
                GetOptions.builder()
                        .versionId(versionId)
                        .progress(bar.transfer())
                        .total(bar::expect);
        if (!range.isEmpty()) {
            options.range(parseRange(range));
        }
        return options.build();
    }

    private Path fileFor(ObjectPath from) {
        Path target = surroundings.workingDirectory().resolve(target());
        boolean directory =
                target().isEmpty()
                        || target().endsWith("/")
                        || sources().size() > 1
                        || Files.isDirectory(target);
        if (!directory) {
            return target;
        }
        if (from.name().isEmpty()) {
            throw new UsageException(from + " ends in '/': name the file to write, or use -r");
        }
        List<String> parts = ObjectPath.localParts(from.name(), "");
        return target.resolve(parts.get(0));
    }

    private void getFolder(
            LetheClient client, ObjectPath folder, Batch<Item, GetResult> batch, ProgressBar bar)
            throws IOException {
        Path directory = surroundings.workingDirectory().resolve(target());
        String prefix = folder.folderPrefix();
        for (ListEntry entry : client.objects().list(folder.bucket(), ListOptions.prefix(prefix))) {
            // A key that ends in a slash only marks a folder.
            if (batch.stopped()) {
                return;
            }
            if (entry instanceof ObjectVersion object && !object.key().endsWith("/")) {
                ObjectPath from = new ObjectPath(folder.bucket(), object.key());
                startBelow(client, directory, from, prefix, batch, bar);
            }
        }
    }

    private void startBelow(
            LetheClient client,
            Path directory,
            ObjectPath from,
            String prefix,
            Batch<Item, GetResult> batch,
            ProgressBar bar)
            throws IOException {
        Path file = directory;
        try {
            for (String part : ObjectPath.localParts(from.key(), prefix)) {
                file = file.resolve(part);
            }
        } catch (UsageException e) {
            bar.clear();
            surroundings.err().println("lethe: " + e.getMessage());
            batch.note(ExitStatus.FAILURE);
            return;
        }
        start(client, new Item(from, file), batch, bar);
    }

    private void start(LetheClient client, Item item, Batch<Item, GetResult> batch, ProgressBar bar)
            throws IOException {
        batch.makeRoom();
        Path directory = item.file().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Path unusedMade = Files.createDirectories(directory);
        }
        batch.add(
                item,
                client.objects()
                        .getAsync(
                                item.from().bucket(),
                                item.from().key(),
                                Target.file(item.file()),
                                options(bar)));
    }

    private void report(ProgressBar bar, Item item, GetResult got) {
        bar.clear();
        if (json()) {
            Map<String, Object> row = Rows.stat(item.from().bucket(), got.object());
            row.put("file", item.file().toString());
            row.put("range_start", got.range().startBytes());
            row.put("range_length", got.range().lengthBytes());
            print(row);
        } else {
            remark("got " + item.file() + "  " + size(got.range().lengthBytes()));
        }
    }
}
