package io.lethe.node.s3.operation;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects;
import io.lethe.node.s3.Preconditions;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.xml.DeleteRequest;
import io.lethe.node.s3.xml.XmlWriter;

/** POST of {@code ?delete}: up to 1,000 objects, each with a result of its own. */
final class DeleteObjects implements Operation {
    @Override
    public void run(S3Call call) throws InterruptedException {
        DeleteRequest wanted = DeleteRequest.parse(call.wholeList());
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        checkSome(call, wanted);
        XmlWriter out = XmlWriter.s3("DeleteResult");
        for (DeleteRequest.Entry entry : wanted.entries()) {
            try {
                Objects.Deletion done = delete(call, entry);
                if (!wanted.quiet()) {
                    write(out, entry, done);
                }
            } catch (StoreException e) {
                fail(out, entry, S3Exception.of(e));
            } catch (S3Exception e) {
                fail(out, entry, e);
            }
        }
        call.xml(200, out);
    }

    private static Objects.Deletion delete(S3Call call, DeleteRequest.Entry entry)
            throws InterruptedException {
        if (entry.lastModifiedMillis().isPresent() || entry.sizeBytes().isPresent()) {
            throw S3Error.NOT_IMPLEMENTED.because("Conditions on time and size are not supported.");
        }
        call.access().checkKey(entry.key(), entry.versionId().orElse(""));
        Condition condition =
                entry.eTag().map(DeleteObjects::condition).orElse(new Condition.Always());
        return call.ports()
                .objects()
                .delete(
                        call.caller(),
                        new Objects.DeleteRequest(
                                new WriteId(Id128.random(call.random())),
                                call.bucket(),
                                entry.key(),
                                entry.versionId().orElse(""),
                                condition,
                                LockHeaders.bypass(call.request())),
                        call.deadlineNanos());
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
