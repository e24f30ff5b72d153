package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.PeerId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableVotesTest {
    private static final Id128 STORE = new Id128(1, 2);
    private static final PeerId SELF = new PeerId("a", 9002, 1);
    private static final PeerId OTHER = new PeerId("b", 9002);

    @TempDir Path dir;
    private Path file;
    private final List<Throwable> halts = new ArrayList<>();

    @BeforeEach
    void create() throws IOException {
        file = dir.resolve("votes");
        VoteFile.create(file, 5, 1, STORE);
    }

    private DurableVotes open() throws IOException {
        return new DurableVotes(VoteFile.open(file), (component, cause) -> halts.add(cause));
    }

    @Test
    void aVoteIsThereAfterARestart() throws IOException {
        DurableVotes votes = open();
        assertThat(votes.getTerm()).isZero();
        assertThat(votes.getVotedFor().isEmpty()).isTrue();
        votes.setTermAndVotedFor(4, SELF);
        votes.shutdown();
        DurableVotes again = open();
        assertThat(again.getTerm()).isEqualTo(4);
        assertThat(again.getVotedFor()).isEqualTo(SELF);
    }

    @Test
    void oneTornRecordLosesNothingThatWasAcknowledged() throws IOException {
        for (int record = 0; record < 2; record++) {
            DurableVotes votes = open();
            votes.setTermAndVotedFor(7 + record, OTHER);
            votes.shutdown();
            byte[] content = Files.readAllBytes(file);
            content[record * 4096 + 40] ^= 0x20;
            Files.write(file, content);
            DurableVotes again = open();
            assertThat(again.getTerm()).isEqualTo(7 + record);
            assertThat(again.getVotedFor()).isEqualTo(OTHER);
            again.setTermAndVotedFor(7 + record, OTHER);
            again.shutdown();
        }
    }

    @Test
    void twoDamagedRecordsAreRefused() throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[40] ^= 1;
        content[4096 + 40] ^= 1;
        Files.write(file, content);
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("new generation");
    }

    @Test
    void aFailedStoreHaltsAndIsNotAnswered() throws IOException {
        VoteFile closed = VoteFile.open(file);
        closed.close();
        DurableVotes votes = new DurableVotes(closed, (component, cause) -> halts.add(cause));
        assertThatThrownBy(() -> votes.setVotedFor(OTHER))
                .isInstanceOf(IllegalStateException.class);
        assertThat(halts).hasSize(1);
    }

    @Test
    void aRequestForVotesWaitsUntilTheOwnVoteIsDurable() throws IOException {
        DurableVotes votes = open();
        List<String> sent = new ArrayList<>();
        votes.whenDurable(3, SELF.toString(), () -> sent.add("sent"), () -> sent.add("dropped"));
        assertThat(sent).isEmpty();
        votes.setTermAndVotedFor(3, SELF);
        assertThat(sent).containsExactly("sent");
        assertThat(VoteFile.open(file).vote().votedFor()).isEqualTo(SELF.toString());
        votes.whenDurable(3, SELF.toString(), () -> sent.add("at once"), () -> sent.add("dropped"));
        assertThat(sent).containsExactly("sent", "at once");
    }

    @Test
    void aRequestForVotesIsDroppedWhenTheVoteWentElsewhere() throws IOException {
        DurableVotes votes = open();
        List<String> sent = new ArrayList<>();
        votes.whenDurable(3, SELF.toString(), () -> sent.add("sent"), () -> sent.add("dropped"));
        votes.setTermAndVotedFor(4, OTHER);
        assertThat(sent).containsExactly("dropped");
        votes.whenDurable(3, SELF.toString(), () -> sent.add("sent"), () -> sent.add("late"));
        assertThat(sent).containsExactly("dropped", "late");
    }
}
