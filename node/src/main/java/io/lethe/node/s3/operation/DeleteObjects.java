package io.lethe.node.s3.operation;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Caller;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.DeleteRequest;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.ArrayList;
import java.util.List;

/** POST of {@code ?delete}: up to 1,000 objects, each with a result of its own. */
final class DeleteObjects implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        DeleteRequest wanted = DeleteRequest.parse(call.wholeList());
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        checkSome(call, wanted);
        Caller caller = call.caller();
        Step[] steps = new Step[wanted.entries().size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = checked(call, wanted.entries().get(i));
        }
        delete(call, caller, steps);
        XmlWriter out = XmlWriter.s3("DeleteResult");
        for (int i = 0; i < steps.length; i++) {
            DeleteRequest.Entry entry = wanted.entries().get(i);
            switch (steps[i]) {
                case Done(Objects.Deletion done) when !wanted.quiet() -> write(out, entry, done);
                case Failed(S3Exception failure) -> fail(out, entry, failure);
                case Done _, Allowed _ -> {}
            }
        }
        call.xml(200, out);
    }

    /** How far one object's deletion has come. */
    private sealed interface Step {}

    private record Allowed(Objects.DeleteRequest request) implements Step {}

    private record Done(Objects.Deletion deletion) implements Step {}

    private record Failed(S3Exception failure) implements Step {}

    /** Access is judged in one task, before any lane deletes. */
    private static Step checked(S3Call call, DeleteRequest.Entry entry)
            throws InterruptedException {
        try {
            return new Allowed(request(call, entry));
        } catch (StoreException e) {
            return new Failed(S3Exception.of(e));
        } catch (S3Exception e) {
            return new Failed(e);
        }
    }

    private static Objects.DeleteRequest request(S3Call call, DeleteRequest.Entry entry)
            throws InterruptedException {
        if (entry.lastModifiedMillis().isPresent() || entry.sizeBytes().isPresent()) {
            throw S3Error.NOT_IMPLEMENTED.because("Conditions on time and size are not supported.");
        }
        call.access().checkKey(entry.key(), entry.versionId().orElse(""));
        return new Objects.DeleteRequest(
                new WriteId(Id128.random(call.random())),
                call.bucket(),
                entry.key(),
                entry.versionId().orElse(""),
                entry.eTag().map(DeleteObjects::condition).orElse(new Condition.Always()),
                LockHeaders.bypass(call.request()));
    }

    private static void delete(S3Call call, Caller caller, Step[] steps)
            throws InterruptedException {
        List<Integer> places = new ArrayList<>();
        List<Objects.DeleteRequest> requests = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] instanceof Allowed(Objects.DeleteRequest request)) {
                places.add(i);
                requests.add(request);
            }
        }
        if (requests.isEmpty()) {
            return;
        }
        List<Objects.Outcome> outcomes =
                call.ports()
                        .objects()
                        .deleteAll(caller, call.bucket(), requests, call.deadlineNanos());
        for (int i = 0; i < places.size(); i++) {
            steps[places.get(i)] =
                    switch (outcomes.get(i)) {
                        case Objects.Outcome.Deleted(Objects.Deletion done) -> new Done(done);
                        case Objects.Outcome.Failed(StoreException e) ->
                                new Failed(S3Exception.of(e));
                    };
        }
    }

    private static Condition condition(String eTag) {
        return eTag.equals("*") ? new Condition.Present() : Preconditions.matches(eTag);
    }

    /** Who may delete nothing in another's bucket does not learn that there is one. */
    private static void checkSome(S3Call call, DeleteRequest wanted) throws InterruptedException {
        boolean some = call.access().isOwners();
        for (DeleteRequest.Entry entry : wanted.entries()) {
            some = some || call.access().allowsKey(entry.key(), entry.versionId().orElse(""));
        }
        if (!some) {
            throw S3Error.ACCESS_DENIED.exception();
        }
    }

    private static void write(XmlWriter out, DeleteRequest.Entry entry, Objects.Deletion done) {
        out.open("Deleted").text("Key", entry.key());
        entry.versionId().ifPresent(version -> out.text("VersionId", version));
        if (done.deleteMarker()) {
            out.bool("DeleteMarker", true).text("DeleteMarkerVersionId", done.versionId());
        }
        out.close();
    }

    private static void fail(XmlWriter out, DeleteRequest.Entry entry, S3Exception failure) {
        out.open("Error").text("Key", entry.key());
        entry.versionId().ifPresent(version -> out.text("VersionId", version));
        out.text("Code", failure.error().code()).text("Message", failure.message()).close();
    }
}
