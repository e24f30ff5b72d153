package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.task.Promise;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.s3.DoorClient.Answer;
import io.lethe.node.s3.events.Sink;
import io.lethe.node.s3.events.Sinks;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers may ask for, and how much of the node one request may take. */
class DoorBoundsTest {
    private static final String BUCKET = '/' + ObjectWorld.PLAIN;
    private static final String QUALIFIED =
            '/' + ObjectWorld.CALLER.tenant().account() + "--" + ObjectWorld.PLAIN;
    private static final int TIMEOUT_SECONDS = 20;

    private final ObjectWorld world = new ObjectWorld();
    private final CountDownLatch tried = new CountDownLatch(1);
    private final CountDownLatch back = new CountDownLatch(1);
    private final DoorClient door =
            new DoorClient(world, "us-east-1", Sinks.of(Map.of("away", new Away())));

    @AfterEach
    void close() {
        back.countDown();
        door.close();
    }

    /** Takes nothing until it is back. */
    private final class Away implements Sink {
        @Override
        public void deliver(List<Message> messages) {
            throw new AssertionError("no events here");
        }

        @Override
        public void test(String document) throws InterruptedException {
            tried.countDown();
            back.await();
        }

        @Override
        public void close() {}
    }

    private void open(String action) throws IOException {
        assertThat(door.send("DELETE", BUCKET + "?publicAccessBlock", "").status()).isEqualTo(204);
        Answer answer =
                door.send(
                        "PUT",
                        BUCKET + "?policy",
                        """
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
                        "Action":"%s","Resource":"arn:aws:s3:::%s/*"}]}
                        """
                                .formatted(action, ObjectWorld.PLAIN));
        assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    }

    @Test
    void strangersDoNotChooseTheHeadersOfAnAnswer() throws IOException {
        open("s3:GetObject");
        assertThat(door.send("PUT", BUCKET + "/k", "x").status()).isEqualTo(200);
        assertThat(door.sendUnsigned("GET", QUALIFIED + "/k", "").body()).isEqualTo("x");
        String asked = "/k?response-content-type=text%2Fhtml";
        Answer answer = door.sendUnsigned("GET", QUALIFIED + asked, "");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body())
                .contains(
                        "<Code>InvalidRequest</Code>",
                        "Request specific response headers cannot be used for anonymous GET"
                                + " requests.");
        assertThat(door.sendUnsigned("HEAD", QUALIFIED + asked, "").status()).isEqualTo(400);
        assertThat(door.send("GET", BUCKET + asked, "").header("content-type"))
                .isEqualTo("text/html");
    }

    @Test
    void whatCanBeNoHeaderIsRefused() throws IOException {
        assertThat(door.send("PUT", BUCKET + "/k", "x").status()).isEqualTo(200);
        for (String value : List.of("a%0D%0Ab", "a%00", "%01", "a%7F", "a%0A")) {
            Answer answer =
                    door.send("GET", BUCKET + "/k?response-content-disposition=" + value, "");
            assertThat(answer.status()).as(value).isEqualTo(400);
            assertThat(answer.body())
                    .contains("<Code>InvalidArgument</Code>", "response-content-disposition");
        }
        for (String value : List.of("%20a%20", "a", "")) {
            Answer answer = door.send("GET", BUCKET + "/k?response-cache-control=" + value, "");
            assertThat(answer.status()).as(value).isEqualTo(200);
            assertThat(answer.header("cache-control")).isEqualTo(value.isEmpty() ? "" : "a");
        }
    }

    @Test
    void nobodysDeletesAreRefusedBeforeTheirBodyIsRead() throws IOException {
        for (String bucket : List.of(QUALIFIED, "/nobodys", "/x--nobodys")) {
            Answer answer =
                    door.sendUnsigned(
                            "POST",
                            bucket + "?delete",
                            "",
                            "content-length",
                            "1000",
                            "expect",
                            "100-continue");
            assertThat(answer.status()).as(bucket).isEqualTo(403);
            assertThat(answer.body()).contains("<Code>AccessDenied</Code>");
        }
        open("s3:DeleteObject");
        Answer granted =
                door.sendUnsigned(
                        "POST",
                        QUALIFIED + "?delete",
                        "<Delete><Object><Key>k</Key></Object></Delete>");
        assertThat(granted.status()).as(granted.body()).isEqualTo(200);
        assertThat(granted.body()).contains("<Deleted><Key>k</Key></Deleted>");
    }

    @Test
    void documentsAreBoundedByWhatTheyAre() throws IOException {
        String some = " ".repeat((1 << 20) + 100_000);
        Answer document = door.send("PUT", BUCKET + "?tagging", some, "content-length", "4000000");
        assertThat(document.status()).isEqualTo(400);
        assertThat(document.body()).contains("<Code>MaxMessageLengthExceeded</Code>");
        Answer list =
                door.send(
                        "POST",
                        BUCKET + "/k?uploadId=none",
                        "<CompleteMultipartUpload>" + some + "</CompleteMultipartUpload>");
        assertThat(list.body()).doesNotContain("MaxMessageLengthExceeded");
        Answer endless =
                door.send(
                        "POST",
                        BUCKET + "/k?uploadId=none",
                        " ".repeat((8 << 20) + 100_000),
                        "content-length",
                        "40000000");
        assertThat(endless.body()).contains("<Code>MaxMessageLengthExceeded</Code>");
    }

    private Promise<Answer> sending(String target, String body) {
        Promise<Answer> answer = world.tasks.promise();
        var _ =
                world.tasks.fork(
                        "sending",
                        () -> {
                            try {
                                answer.complete(door.send("PUT", BUCKET + target, body));
                            } catch (IOException e) {
                                answer.fail(e);
                            }
                        });
        return answer;
    }

    private <T> T soon(Promise<T> promise) throws Exception {
        return promise.await(
                world.tasks.clock().nanos() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS));
    }

    private boolean waits(Promise<?> promise) throws InterruptedException {
        try {
            var _ = promise.await(world.tasks.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(100));
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }

    @Test
    void longDocumentsWaitForMemoryAndGiveItBack() throws Exception {
        String tagging =
                "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>%s</Tagging>";
        String longOne = tagging.formatted(" ".repeat(200_000));
        MemoryBudget.Share all = door.documents.take(DoorClient.DOCUMENT_BYTES);
        Promise<Answer> waiting = sending("?tagging", longOne);
        for (int i = 0; i < 5; i++) {
            assertThat(soon(sending("?tagging", tagging.formatted(""))).status()).isEqualTo(204);
        }
        assertThat(waits(waiting)).as("though others went on").isTrue();
        all.close();
        assertThat(soon(waiting).status()).isEqualTo(204);
        assertThat(soon(sending("?tagging", longOne + "<")).status()).isEqualTo(400);
        Promise<Boolean> whole = world.tasks.promise();
        var _ =
                world.tasks.fork(
                        "taking",
                        () -> {
                            try (MemoryBudget.Share _ =
                                    door.documents.take(DoorClient.DOCUMENT_BYTES)) {
                                whole.complete(true);
                            } catch (InterruptedException e) {
                                whole.fail(e);
                            }
                        });
        assertThat(soon(whole)).as("all of it is free again").isTrue();
    }

    @Test
    void aSinkThatIsAwayTakesTheTimeOfOneRequest() throws Exception {
        String configuration =
                "<NotificationConfiguration><QueueConfiguration>"
                        + "<Queue>arn:aws:sqs:us-east-1:1:away</Queue>"
                        + "<Event>s3:ObjectCreated:*</Event>"
                        + "</QueueConfiguration></NotificationConfiguration>";
        Promise<Answer> first = sending("?notification", configuration);
        assertThat(tried.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        Answer second = soon(sending("?notification", configuration));
        assertThat(second.status()).isEqualTo(503);
        assertThat(second.body()).contains("<Code>SlowDown</Code>");
        assertThat(waits(first)).isTrue();
        back.countDown();
        Answer taken = soon(first);
        assertThat(taken.status()).as(taken.body()).isEqualTo(200);
    }
}
