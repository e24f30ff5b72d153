package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.s3.DoorClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bucket as a website: whoever has the tag {@code class=open} is shown to anybody. */
class WebsiteDoorTest {
    private static final String BUCKET = '/' + ObjectWorld.PLAIN;
    private static final String HOST =
            ObjectWorld.CALLER.tenant().account()
                    + "--"
                    + ObjectWorld.PLAIN
                    + '.'
                    + DoorClient.WEBSITES;
    private static final String ORIGIN = "https://pages.example.com";

    private final ObjectWorld world = new ObjectWorld();
    private final DoorClient door = new DoorClient(world, "us-east-1");

    @AfterEach
    void close() {
        door.close();
    }

    private void done(String method, String target, String body, String... headers)
            throws IOException {
        Answer answer = door.send(method, BUCKET + target, body, headers);
        assertThat(answer.status()).as(target + answer.body()).isBetween(200, 204);
    }

    private void put(String key, String body, String tag, String... more) throws IOException {
        String[] headers = new String[2 + more.length];
        headers[0] = "x-amz-tagging";
        headers[1] = "class=" + tag;
        System.arraycopy(more, 0, headers, 2, more.length);
        done("PUT", '/' + key, body, headers);
    }

    @BeforeEach
    void aSite() throws IOException {
        done("DELETE", "?publicAccessBlock", "");
        done(
                "PUT",
                "?policy",
                """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
                "Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*","Condition":
                {"StringEquals":{"s3:ExistingObjectTag/class":"open"}}}]}
                """
                        .formatted(ObjectWorld.PLAIN));
        done(
                "PUT",
                "?website",
                "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
                        + "<ErrorDocument><Key>error.html</Key></ErrorDocument>"
                        + "</WebsiteConfiguration>");
        done(
                "PUT",
                "?cors",
                "<CORSConfiguration><CORSRule><AllowedOrigin>"
                        + ORIGIN
                        + "</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
                        + "</CORSConfiguration>");
        put("index.html", "welcome", "open");
        put("error.html", "sorry", "open");
    }

    private Answer get(String path) throws IOException {
        return door.sendUnsigned("GET", path, "", "host", HOST, "origin", ORIGIN);
    }

    /** Once, right behind the first look at a key. */
    private void replaced(String key, String body, String... headers) {
        AtomicBoolean done = new AtomicBoolean();
        world.metadata.behind =
                query -> {
                    if (query instanceof PartitionQuery.Find find
                            && find.key().utf8().equals(key)
                            && done.compareAndSet(false, true)) {
                        try {
                            put(key, body, "secret", headers);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                };
    }

    @Test
    void pagesTellOtherOriginsThatTheyMayBeRead() throws IOException {
        Answer index = get("/");
        assertThat(index.status()).as(index.body()).isEqualTo(200);
        assertThat(index.body()).isEqualTo("welcome");
        assertThat(index.header("access-control-allow-origin")).isEqualTo(ORIGIN);
        assertThat(index.header("x-amz-request-id")).isNotEmpty();
        Answer error = get("/missing");
        assertThat(error.status()).isEqualTo(403);
        assertThat(error.body()).isEqualTo("sorry");
        assertThat(error.header("access-control-allow-origin")).isEqualTo(ORIGIN);
    }

    @Test
    void anErrorDocumentThatWasReplacedIsJudgedAgain() throws IOException {
        replaced("error.html", "secret");
        Answer error = get("/missing");
        assertThat(error.status()).isEqualTo(403);
        assertThat(error.body()).doesNotContain("secret").contains("AccessDenied");
    }

    @Test
    void aPageThatBecameARedirectIsJudgedAgain() throws IOException {
        put("k", "page", "open");
        assertThat(get("/k").body()).isEqualTo("page");
        replaced("k", "", "x-amz-website-redirect-location", "/secret");
        Answer answer = get("/k");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("location")).isEmpty();
    }
}
