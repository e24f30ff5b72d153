package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.ObjectVersion;
import java.util.Locale;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe stat}. */
@Command(name = "stat", description = "Show everything about an object or a bucket.")
final class Stat extends ClientCommand {
    @Parameters(paramLabel = "BUCKET[/KEY]", description = "what to show")
    private String path = "";

    @Option(names = "--version-id", paramLabel = "ID", description = "this version")
    private String versionId = "";

    Stat(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        ObjectPath of = ObjectPath.parse(path);
        if (of.key().isEmpty()) {
            show(client.buckets().get(of.bucket()));
        } else {
            show(of, client.objects().head(of.bucket(), of.key(), versionId, Conditions.NONE));
        }
        return ExitStatus.OK;
    }

    private void show(Bucket bucket) {
        if (json()) {
            print(Rows.bucket(bucket));
            return;
        }
        line("bucket", bucket.name());
        line("class", bucket.storageClass());
        line("versioning", bucket.versioning().name().toLowerCase(Locale.ROOT));
        line("created", time(bucket.created()));
    }

    private void show(ObjectPath of, ObjectVersion object) {
        if (json()) {
            print(Rows.stat(of.bucket(), object));
            return;
        }
        line("object", of.toString());
        line("size", size(object.sizeBytes()) + " (" + object.sizeBytes() + " bytes)");
        line("modified", time(object.lastModified()));
        line("version", object.versionId() + (object.latest() ? " (latest)" : ""));
        line("etag", object.etag());
        line("sha256", object.sha256());
        line("md5", object.md5());
        line("type", object.contentType());
        line("class", object.storageClass());
        new TreeMap<>(object.metadata()).forEach((name, value) -> line("meta " + name, value));
        new TreeMap<>(object.tags()).forEach((name, value) -> line("tag " + name, value));
    }

    private void line(String name, String value) {
        out().println(Table.visible(String.format(Locale.ROOT, "%-10s  %s", name, value)));
    }
}
