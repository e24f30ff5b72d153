package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe ls}. */
@Command(
        name = "ls",
        description = {
            "List buckets, or objects.",
            "Without -r, names that go on after the next '/' are shown as one line. BUCKET/PREFIX"
                    + " lists every key that begins with PREFIX."
        })
final class ListCommand extends ClientCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "BUCKET[/PREFIX]",
            description = "what to list; else all buckets")
    private String path = "";

    @Option(
            names = {"-r", "--recursive"},
            description = "list every key below")
    private boolean recursive;

    @Option(names = "--versions", description = "list all versions and delete markers")
    private boolean versions;

    @Option(names = "--start-after", paramLabel = "KEY", description = "only keys after this one")
    private String startAfter = "";

    @Option(names = "--limit", paramLabel = "N", description = "at most so many lines")
    private long limit = Long.MAX_VALUE;

    ListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void check() {
        if (limit < 1) {
            throw new UsageException("--limit is " + limit + ", and must be at least 1");
        }
        if (versions && !startAfter.isEmpty()) {
            throw new UsageException("--start-after does not go with --versions");
        }
    }

    @Override
    ExitStatus run(LetheClient client) {
        if (path.isEmpty()) {
            listBuckets(client);
        } else {
            listObjects(client, ObjectPath.parse(path));
        }
        return ExitStatus.OK;
    }

    private void listBuckets(LetheClient client) {
        Table table = new Table(out(), "CREATED", "CLASS", "VERSIONING", "BUCKET");
        long count = 0;
        for (Bucket bucket : client.buckets().list()) {
            if (count++ == limit) {
                break;
            }
            if (json()) {
                print(Rows.bucket(bucket));
            } else {
                table.row(
                        time(bucket.created()),
                        bucket.storageClass(),
                        bucket.versioning().name().toLowerCase(Locale.ROOT),
                        bucket.name());
            }
        }
        if (count == 0) {
            remark("there are no buckets; 'lethe mb NAME' makes one");
        } else if (!json()) {
            table.flush();
        }
    }

    private void listObjects(LetheClient client, ObjectPath from) {
        int pageSize = (int) Math.min(ListOptions.MOST_PER_PAGE, limit);
        ListOptions options =
                new ListOptions(from.key(), recursive ? "" : "/", startAfter, pageSize);
        Iterable<ListEntry> entries =
                versions
                        ? client.objects().versions(from.bucket(), options)
                        : client.objects().list(from.bucket(), options);
        Table table =
                versions
                        ? new Table(out(), "MODIFIED", ">SIZE", "VERSION", "KEY")
                        : new Table(out(), "MODIFIED", ">SIZE", "KEY");
        long count = 0;
        for (ListEntry entry : entries) {
            if (count++ == limit) {
                break;
            }
            if (json()) {
                print(Rows.entry(entry));
            } else {
                row(table, entry);
            }
        }
        if (!json() && count > 0) {
            table.flush();
        }
    }

    private void row(Table table, ListEntry entry) {
        String modified = "";
        String size = "";
        String version = "";
        if (entry instanceof ObjectVersion object) {
            modified = time(object.lastModified());
            size = object.deleteMarker() ? "deleted" : size(object.sizeBytes());
            version = object.versionId();
        }
        if (versions) {
            table.row(modified, size, version, entry.name());
        } else {
            table.row(modified, size, entry.name());
        }
    }
}
