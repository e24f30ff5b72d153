package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.log.Checkpoint.Relation;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tree heads as notes, and proofs that carry one. */
final class CheckpointTest {
    private static final long SEED = 50;

    /**
     * A checkpoint of a public test log, cosigned by public witnesses, as a test of a verifier of
     * others shows it; the two keys are the ones that their owners publish. One line is an RFC 6962
     * signature under the log's own name, which is ignored.
     */
    private static final String REAL =
            """
            arche2025h1.staging.ct.transparency.dev
            1432088532
            U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

            — arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQF\
            X6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
            — arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lef\
            whUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
            — transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8\
            /KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
            — witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0\
            WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
            — remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aV\
            CIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
            — witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyO\
            UvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
            """;

    private static final String REAL_LOG =
            "arche2025h1.staging.ct.transparency.dev+ba2f06c0"
                    + "+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
    private static final String REAL_WITNESS =
            "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

    private static final long REAL_COSIGNED_AT = 0x6a122120L;

    private static final String ORIGIN = "lethe.example/log/1";

    private static NoteSigner signer(String name, SignatureType type, int seed) {
        return new NoteSigner(
                name, type, Ed25519.signer(Bytes.hex(String.format("%02x", seed).repeat(32))));
    }

    private final NoteSigner log = signer(ORIGIN, SignatureType.ED25519, 1);
    private final List<NoteSigner> witnesses =
            List.of(
                    signer("w1.example", SignatureType.COSIGNATURE, 2),
                    signer("w2.example", SignatureType.COSIGNATURE, 3));
    private final PlainTree tree = PlainTree.ofNumbers(100);

    private static Checkpoint parse(String text) throws MalformedNoteException {
        return Checkpoint.parse(text);
    }

    @Test
    void aPublicLogsCheckpointAndItsWitnessVerify() throws MalformedNoteException {
        SignedNote note = SignedNote.parse(Bytes.utf8(REAL));
        assertThat(note.bytes().utf8()).isEqualTo(REAL);
        List<VerifierKey> keys =
                List.of(VerifierKey.parse(REAL_LOG), VerifierKey.parse(REAL_WITNESS));
        assertThat(keys.get(0).text()).isEqualTo(REAL_LOG);
        assertThat(keys.get(1).text()).isEqualTo(REAL_WITNESS);
        assertThat(note.verify(keys)).isInstanceOf(SignedNote.Verdict.Signed.class);
        SignedNote.Verdict.Signed signed = (SignedNote.Verdict.Signed) note.verify(keys);
        assertThat(signed.by()).extracting(SignedNote.Signer::key).isEqualTo(keys);
        assertThat(signed.by().get(1).cosignedAtSeconds()).hasValue(REAL_COSIGNED_AT);
        Checkpoint head = parse(note.text());
        assertThat(head.size()).isEqualTo(1_432_088_532L);
        assertThat(head.text()).isEqualTo(note.text());
        SignedNote larger = SignedNote.parse(Bytes.utf8(REAL.replace("1432088532", "1432088533")));
        assertThat(larger.verify(keys)).isInstanceOf(SignedNote.Verdict.Refused.class);
    }

    /** The examples of C2SP tlog-checkpoint and tlog-cosignature, whose keys are not published. */
    @Test
    void theExamplesOfTheSpecificationsAreRead() throws MalformedNoteException {
        SignedNote note =
                SignedNote.parse(
                        Bytes.utf8(
                                """
                                example.com/behind-the-sofa
                                20852163
                                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5I\
                                ZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                                — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DY\
                                n/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIf\
                                Z+qnA==
                                """));
        assertThat(parse(note.text()).origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(parse(note.text()).size()).isEqualTo(20_852_163L);
        assertThat(VerifierKey.cosigned(note.text(), 1_679_315_147L).utf8())
                .isEqualTo(
                        """
                        cosignature/v1
                        time 1679315147
                        example.com/behind-the-sofa
                        20852163
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
                        """);
    }

    @Test
    void checkpointsAreReadAsTheyAreWritten() throws MalformedNoteException {
        for (Checkpoint head :
                List.of(
                        new Checkpoint(ORIGIN, 0, TreeHash.EMPTY),
                        new Checkpoint(ORIGIN, 7, tree.root(7)),
                        new Checkpoint("Armory Drive Prod 2", 1, tree.root(1), List.of("a", "b c")),
                        new Checkpoint(ORIGIN, Subtree.MOST_LEAVES, tree.root(7)))) {
            assertThat(parse(head.text())).isEqualTo(head);
        }
    }

    @Test
    void whatIsNoCheckpointIsRefused() {
        String root = tree.root(7).base64();
        for (String bad :
                List.of(
                        "",
                        "\n",
                        "o\n7\n",
                        "o\n7\n" + root,
                        "\n7\n" + root + "\n",
                        "o\n07\n" + root + "\n",
                        "o\n+7\n" + root + "\n",
                        "o\n-7\n" + root + "\n",
                        "o\n 7\n" + root + "\n",
                        "o\n\n" + root + "\n",
                        "o\n٧\n" + root + "\n",
                        "o\n4611686018427387905\n" + root + "\n",
                        "o\n9999999999999999999\n" + root + "\n",
                        "o\n" + "9".repeat(5_000) + "\n" + root + "\n",
                        "o\n7\n" + root + "\n\n",
                        "o\n7\n" + root + "\nx\n\ny\n",
                        "o\n7\n" + root.substring(1) + "\n",
                        "o\n7\nAAAA\n",
                        "o\n0\n" + root + "\n")) {
            assertThatThrownBy(() -> parse(bad)).as(bad).isInstanceOf(MalformedNoteException.class);
        }
        assertThatThrownBy(() -> new Checkpoint("a\nb", 7, tree.root(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void checkpointsHaveAnOrderOrShowAFork() {
        Checkpoint seven = new Checkpoint(ORIGIN, 7, tree.root(7));
        Checkpoint nine = new Checkpoint(ORIGIN, 9, tree.root(9));
        assertThat(seven.to(seven)).isEqualTo(Relation.SAME);
        assertThat(seven.to(nine)).isEqualTo(Relation.BEFORE);
        assertThat(nine.to(seven)).isEqualTo(Relation.AFTER);
        assertThat(seven.to(new Checkpoint(ORIGIN, 7, tree.root(8)))).isEqualTo(Relation.FORKED);
        assertThat(seven.to(new Checkpoint("other", 7, tree.root(7))))
                .isEqualTo(Relation.UNRELATED);
        assertThat(seven.to(new Checkpoint(ORIGIN, 7, tree.root(7), List.of("x"))))
                .isEqualTo(Relation.SAME);
    }

    private LogProof proof(long index, long size) {
        Checkpoint head = new Checkpoint(ORIGIN, size, tree.root(size));
        SignedNote note = head.sign(log);
        for (NoteSigner witness : witnesses) {
            note = note.with(witness.cosign(head, 1_800_000_000L));
        }
        return new LogProof(
                Optional.of(tree.leaf(index)),
                index,
                Proofs.inclusion(index, size, tree.reader()),
                note);
    }

    private Optional<String> problem(LogProof proof, TreeHash leaf, int needed) {
        return proof.problem(
                leaf,
                log.verifierKey(),
                witnesses.stream().map(NoteSigner::verifierKey).toList(),
                needed);
    }

    @Test
    void proofsHoldAfterTheyWereWrittenAndRead() throws MalformedNoteException {
        for (long size = 1; size <= 100; size += 9) {
            for (long index = 0; index < size; index += 3) {
                LogProof proof = proof(index, size);
                assertThat(LogProof.parse(proof.bytes())).isEqualTo(proof);
                assertThat(problem(proof, tree.leafHash(index), 2)).isEmpty();
                assertThat(problem(proof, tree.leafHash((index + 1) % 100), 2)).isPresent();
            }
        }
        LogProof without = new LogProof(Optional.empty(), 0, List.of(), proof(0, 1).checkpoint());
        assertThat(without.bytes().utf8())
                .startsWith("c2sp.org/tlog-proof@v1\nindex 0\n\n" + ORIGIN);
        assertThat(LogProof.parse(without.bytes())).isEqualTo(without);
    }

    @Test
    void proofsAreRefusedWithTheReason() throws MalformedNoteException {
        LogProof good = proof(5, 20);
        TreeHash leaf = tree.leafHash(5);
        assertThat(problem(good, leaf, 3)).hasValue("2 witnesses cosigned, and 3 are needed");
        assertThat(good.problem(leaf, witnesses.get(0).verifierKey(), List.of(), 0))
                .hasValueSatisfying(why -> assertThat(why).contains("another log"));
        assertThat(
                        good.problem(
                                leaf,
                                signer("other.example", SignatureType.ED25519, 9).verifierKey(),
                                List.of(witnesses.get(0).verifierKey()),
                                1))
                .hasValue("the log did not sign the checkpoint");
        assertThat(
                        good.problem(
                                leaf,
                                signer(ORIGIN, SignatureType.ED25519, 9).verifierKey(),
                                List.of(),
                                0))
                .hasValue("the checkpoint is not signed as it should be");
        LogProof elsewhere = new LogProof(good.extra(), 6, good.hashes(), good.checkpoint());
        assertThat(problem(elsewhere, leaf, 2)).hasValue("the leaf is not in the tree");
        SignedNote text = new SignedNote("no tree\n", List.of(log.sign("no tree\n")));
        assertThat(problem(new LogProof(Optional.empty(), 5, good.hashes(), text), leaf, 0))
                .hasValueSatisfying(why -> assertThat(why).contains("no checkpoint"));
    }

    @Test
    void whatIsNoProofIsRefused() {
        String note = proof(0, 1).checkpoint().bytes().utf8();
        String head = "c2sp.org/tlog-proof@v1\n";
        String hash = tree.root(7).base64() + "\n";
        for (String bad :
                List.of(
                        "",
                        head,
                        head + "index 0\n",
                        head + "index 0\n" + note,
                        "c2sp.org/tlog-proof@v2\nindex 0\n\n" + note,
                        head + "\n" + note,
                        head + "index 00\n\n" + note,
                        head + "index -5\n\n" + note,
                        head + "index \n\n" + note,
                        head + "index 1 \n\n" + note,
                        head + "extra !!\nindex 0\n\n" + note,
                        head + "index 0\nextra AAAA\n\n" + note,
                        head + "index 0\nAAAA\n\n" + note,
                        head + "index 0\n" + hash.repeat(63) + "\n" + note,
                        head + "index 0\n" + hash + "\n\n" + note,
                        head + "index 0\r\n\r\n" + note,
                        "x".repeat(LogProof.MOST_BYTES + 1))) {
            assertThatThrownBy(() -> LogProof.parse(Bytes.utf8(bad)))
                    .as(bad.substring(0, Math.min(bad.length(), 200)))
                    .isInstanceOf(MalformedNoteException.class);
        }
    }

    @Test
    void mutationsAreRefusedOrTheyDoNotHold() {
        Random random = new Random(SEED);
        LogProof good = proof(5, 20);
        byte[] bytes = good.bytes().toArray();
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            Bytes mutated = Bytes.wrap(Mutations.of(bytes, random));
            try {
                LogProof proof = LogProof.parse(mutated);
                read++;
                assertThat(proof.bytes()).as("seed %s", SEED).isEqualTo(mutated);
                // The extra is nobody's word, and names of witnesses may change to unknown ones.
                if (problem(proof, tree.leafHash(5), 2).isEmpty()) {
                    assertThat(proof.hashes()).as("seed %s", SEED).isEqualTo(good.hashes());
                    assertThat(proof.index()).isEqualTo(good.index());
                    assertThat(proof.checkpoint().text()).isEqualTo(good.checkpoint().text());
                }
            } catch (MalformedNoteException documented) {
                assertThat(documented).hasMessageContaining(" ");
            }
        }
        assertThat(read).isGreaterThan(500);
    }
}
