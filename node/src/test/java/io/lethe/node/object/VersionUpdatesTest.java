package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.VERSIONED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Attributes of versions changed from the doors' side. */
class VersionUpdatesTest {
    private static final Attributes ATTRIBUTES =
            new Attributes("text/plain", Map.of("color", "blue"), Map.of("a", "1"));
    private static final int RACERS = 16;

    private final ObjectWorld world = new ObjectWorld();
    private int writes;

    private ObjectInfo put(String key, int lengthBytes) throws InterruptedException {
        return world.objects.put(
                CALLER,
                new PutRequest(
                        new WriteId(new Id128(1, ++writes)),
                        VERSIONED,
                        key,
                        "",
                        ATTRIBUTES,
                        new Condition.Always(),
                        null,
                        null),
                ObjectWorld.body(new byte[lengthBytes]),
                world.deadline());
    }

    private ObjectInfo head(String key, String version) throws InterruptedException {
        return world.objects.head(CALLER, VERSIONED, key, version, world.deadline());
    }

    private ObjectInfo tag(String key, String version, Map<String, String> tags)
            throws InterruptedException {
        return world.objects.setTags(CALLER, VERSIONED, key, version, tags, world.deadline());
    }

    @Test
    void tagsOfAnyVersionAreReplacedAndNothingElse() throws InterruptedException {
        ObjectInfo old = put("key", 10);
        ObjectInfo current = put("key", 10_000);
        assertThat(tag("key", old.versionId(), Map.of("b", "2")).versionId())
                .isEqualTo(old.versionId());
        assertThat(tag("key", "", Map.of()).versionId()).isEqualTo(current.versionId());
        assertThat(head("key", old.versionId()).attributes())
                .isEqualTo(ATTRIBUTES.withTags(Map.of("b", "2")));
        assertThat(head("key", "").attributes()).isEqualTo(ATTRIBUTES.withTags(Map.of()));
        assertThat(head("key", "").createdMillis()).isEqualTo(current.createdMillis());
    }

    @Test
    void whatIsNotThereHasNoTags() throws InterruptedException {
        StoreException none =
                catchThrowableOfType(StoreException.class, () -> tag("none", "", Map.of()));
        assertThat(none.code()).isEqualTo(ErrorCode.NO_SUCH_KEY);
    }

    @Test
    void anAclIsReplacedInItsPlace() throws InterruptedException {
        ObjectInfo info = put("key", 10);
        ObjectInfo open =
                world.objects.setAcl(CALLER, VERSIONED, "key", "", "public-read", world.deadline());
        assertThat(open.versionId()).isEqualTo(info.versionId());
        assertThat(head("key", "").attributes()).isEqualTo(ATTRIBUTES.withAcl("public-read"));
        var _ = tag("key", "", Map.of("b", "2"));
        assertThat(head("key", "").attributes().acl()).isEqualTo("public-read");
        var _ = world.objects.setAcl(CALLER, VERSIONED, "key", "", "", world.deadline());
        assertThat(head("key", "").attributes().acl()).isEmpty();
    }

    @Test
    void aChangeWhoseAnswerIsLostIsNoConflictAndUndoesNoneThatCameLater()
            throws InterruptedException {
        ObjectInfo info = put("key", 10);
        world.metadata.loseAnswer(() -> tagQuietly("key", Map.of("later", "1")));
        assertThat(tag("key", "", Map.of("first", "1")).versionId()).isEqualTo(info.versionId());
        assertThat(head("key", "").attributes().tags()).isEqualTo(Map.of("later", "1"));
    }

    private void tagQuietly(String key, Map<String, String> tags) {
        try {
            var _ = tag(key, "", tags);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void ofManyChangesAtOnceNoneIsLost() throws Exception {
        ObjectInfo info = put("key", 10);
        VersionUpdates updates = world.updates();
        world.race(
                RACERS,
                name -> {
                    var _ =
                            updates.attributes(
                                    new VersionUpdates.Target(
                                            CALLER,
                                            VERSIONED,
                                            "key",
                                            VersionIds.parse(info.versionId())),
                                    before -> with(before, name),
                                    world.deadline());
                });
        assertThat(head("key", "").attributes().metadata()).hasSize(1 + RACERS);
    }

    private static Attributes with(Attributes before, String name) {
        Map<String, String> more = new TreeMap<>(before.metadata());
        more.put(name, "was here");
        return new Attributes(before.contentType(), more, before.tags(), before.headers());
    }
}
