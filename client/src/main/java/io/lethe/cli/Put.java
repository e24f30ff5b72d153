package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.PutOptions;
import io.lethe.client.Source;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.PutResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe put}: uploads, several at once. */
@Command(
        name = "put",
        description = {
            "Store files.",
            "One file goes to BUCKET/KEY; several, or one where the target is a bucket or ends in"
                + " '/', keep their names. '-' is standard input. An object is visible when it is"
                + " whole and durable, and not before."
        })
final class Put extends ClientCommand {
    private static final int MOST_JOBS = 64;

    @Parameters(
            arity = "2..*",
            paramLabel = "FILE... BUCKET[/KEY]",
            description = "what to store, and where")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = {"-r", "--recursive"},
            description = "store what is in a directory, under the target")
    private boolean recursive;

    @Option(names = "--content-type", paramLabel = "TYPE", description = "such as text/plain")
    private String contentType = "";

    @Option(
            names = "--meta",
            paramLabel = "NAME=VALUE",
            description = "user metadata; may be repeated")
    private Map<String, String> metadata = new LinkedHashMap<>();

    @Option(names = "--tag", paramLabel = "NAME=VALUE", description = "a tag; may be repeated")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(names = "--class", paramLabel = "NAME", description = "storage class")
    private String storageClass = "";

    @Option(names = "--if-absent", description = "only where the key has no object yet")
    private boolean ifAbsent;

    @Option(
            names = "--if-match",
            paramLabel = "ETAG",
            description = "only where the current object has this ETag")
    private String ifMatch = "";

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "files at once; 4 unless set")
    private int jobs = 4;

    Put(Surroundings surroundings) {
        super(surroundings);
    }

    /**
     * A file and where it goes.
     *
     * @param file empty path: standard input
     */
    private record Item(Path file, boolean standardInput, ObjectPath to) {}

    @Override
    void check() {
        checkJobs(jobs);
        if (ifAbsent && !ifMatch.isEmpty()) {
            throw new UsageException("--if-absent and --if-match exclude each other");
        }
        List<String> sources = sources();
        if (sources.contains("-") && (sources.size() > 1 || recursive)) {
            throw new UsageException("standard input ('-') must be the only source");
        }
        if (sources.contains("-")) {
            ObjectPath unusedObject = ObjectPath.parseObject(target());
        }
    }

    static void checkJobs(int jobs) {
        if (jobs < 1 || jobs > MOST_JOBS) {
            throw new UsageException("--jobs is " + jobs + ", and must be from 1 to " + MOST_JOBS);
        }
    }

    private List<String> sources() {
        return arguments.subList(0, arguments.size() - 1);
    }

    private String target() {
        return arguments.get(arguments.size() - 1);
    }

    @Override
    ExitStatus run(LetheClient client) throws IOException {
        ObjectPath to = ObjectPath.parse(target());
        try (ProgressBar bar = progress(sources().get(0), false)) {
            Batch<Item, PutResult> batch =
                    new Batch<>(
                            jobs,
                            (item, stored) -> report(bar, item, stored),
                            (item, failure) -> {
                                bar.clear();
                                return tell(item.to() + ": ", failure);
                            });
            for (String source : sources()) {
                putAll(client, source, to, batch, bar);
            }
            return batch.finish();
        }
    }

    private void putAll(
            LetheClient client,
            String source,
            ObjectPath to,
            Batch<Item, PutResult> batch,
            ProgressBar bar)
            throws IOException {
        Path file = surroundings.workingDirectory().resolve(source);
        if (source.equals("-")) {
            start(client, new Item(file, true, to), batch, bar);
        } else if (!Files.exists(file)) {
            throw new UsageException("there is no file " + source);
        } else if (!Files.isDirectory(file)) {
            boolean keepsName = to.isFolder() || sources().size() > 1 || recursive;
            ObjectPath key = keepsName ? to.under(nameOf(file)) : to;
            start(client, new Item(file, false, key), batch, bar);
        } else if (recursive) {
            putDirectory(client, file, to, batch, bar);
        } else {
            throw new UsageException(source + " is a directory; -r stores what is in it");
        }
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.normalize().getFileName());
    }

    private void putDirectory(
            LetheClient client,
            Path directory,
            ObjectPath to,
            Batch<Item, PutResult> batch,
            ProgressBar bar)
            throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            Iterator<Path> sorted = files.filter(Files::isRegularFile).sorted().iterator();
            while (sorted.hasNext() && !batch.stopped()) {
                Path file = sorted.next();
                StringBuilder name = new StringBuilder();
                for (Path part : directory.relativize(file)) {
                    name.append(name.length() > 0 ? "/" : "").append(part);
                }
                start(client, new Item(file, false, to.under(name.toString())), batch, bar);
            }
        }
    }

    private void start(LetheClient client, Item item, Batch<Item, PutResult> batch, ProgressBar bar)
            throws IOException {
        batch.makeRoom();
        if (batch.stopped()) {
            return;
        }
        Source source =
                item.standardInput() ? Source.stream(surroundings.in()) : Source.file(item.file());
        source.sizeBytes().ifPresentOrElse(bar::expect, bar::expectUnknown);
        batch.add(
                item,
                client.objects()
                        .putAsync(
                                item.to().bucket(),
                                item.to().key(),
                                source,
                                options(bar.transfer())));
    }

    private PutOptions options(LongConsumer progress) {
        PutOptions.Builder options =
                PutOptions.builder()
                        .contentType(contentType)
                        .storageClass(storageClass)
                        .progress(progress);
        metadata.forEach(options::metadata);
        tags.forEach(options::tag);
        if (ifAbsent) {
            options.conditions(Conditions.absent());
        } else if (!ifMatch.isEmpty()) {
            options.conditions(Conditions.etag(ifMatch));
        }
        return options.build();
    }

    private void report(ProgressBar bar, Item item, PutResult stored) {
        bar.clear();
        if (json()) {
            print(Rows.put(item.to(), stored));
        } else {
            remark("put " + item.to() + "  " + size(stored.sizeBytes()));
        }
    }
}
