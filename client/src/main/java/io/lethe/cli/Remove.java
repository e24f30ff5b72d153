package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.ListOptions;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.DeleteResult;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe rm}: deletes, several at once. */
@Command(
        name = "rm",
        description = {
            "Delete objects.",
            "In a versioned bucket this adds a delete marker, unless a version is named. A key that"
                    + " is not there is no error."
        })
final class Remove extends ClientCommand {
    /** A delete is short, so more of them may be under way than of transfers. */
    private static final int JOBS = 16;

    @Parameters(arity = "1..*", paramLabel = "BUCKET/KEY", description = "what to delete")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = {"-r", "--recursive"},
            description = "delete everything below BUCKET/KEY as below a folder, or in BUCKET")
    private boolean recursive;

    @Option(names = "--version-id", paramLabel = "ID", description = "this version, for good")
    private String versionId = "";

    @Option(
            names = "--all-versions",
            description = "with -r: every version and delete marker, for good")
    private boolean allVersions;

    @Option(
            names = "--if-match",
            paramLabel = "ETAG",
            description = "only where the current object has this ETag")
    private String ifMatch = "";

    Remove(Surroundings surroundings) {
        super(surroundings);
    }

    private record Item(ObjectPath path, String versionId) {}

    @Override
    void check() {
        boolean single = !(versionId + ifMatch).isEmpty();
        if (single && (recursive || paths.size() > 1)) {
            throw new UsageException("--version-id and --if-match are for a single object");
        }
        if (allVersions && !recursive) {
            throw new UsageException("--all-versions needs -r");
        }
        if (!recursive) {
            paths.forEach(ObjectPath::parseObject);
        }
    }

    @Override
    ExitStatus run(LetheClient client) {
        Batch<Item, DeleteResult> batch =
                new Batch<>(
                        JOBS, this::report, (item, failure) -> tell(item.path() + ": ", failure));
        for (String text : paths) {
            ObjectPath path = ObjectPath.parse(text);
            if (recursive) {
                removeFolder(client, path, batch);
            } else {
                start(client, new Item(path, versionId), batch);
            }
        }
        return batch.finish();
    }

    private void removeFolder(
            LetheClient client, ObjectPath folder, Batch<Item, DeleteResult> batch) {
        ListOptions options = ListOptions.prefix(folder.folderPrefix());
        Iterable<ListEntry> entries =
                allVersions
                        ? client.objects().versions(folder.bucket(), options)
                        : client.objects().list(folder.bucket(), options);
        for (ListEntry entry : entries) {
            if (batch.stopped()) {
                return;
            }
            if (entry instanceof ObjectVersion object) {
                ObjectPath path = new ObjectPath(folder.bucket(), object.key());
                start(client, new Item(path, allVersions ? object.versionId() : ""), batch);
            }
        }
    }

    private void start(LetheClient client, Item item, Batch<Item, DeleteResult> batch) {
        batch.makeRoom();
        Conditions conditions = ifMatch.isEmpty() ? Conditions.NONE : Conditions.etag(ifMatch);
        batch.add(
                item,
                client.objects()
                        .deleteAsync(
                                item.path().bucket(),
                                item.path().key(),
                                item.versionId(),
                                conditions));
    }

    private void report(Item item, DeleteResult deleted) {
        if (json()) {
            print(
                    Json.object(
                            "bucket",
                            item.path().bucket(),
                            "key",
                            item.path().key(),
                            "delete_marker",
                            deleted.deleteMarker(),
                            "version_id",
                            deleted.versionId()));
        } else {
            remark("removed " + item.path());
        }
    }
}
