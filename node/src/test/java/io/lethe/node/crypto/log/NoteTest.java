package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Base64Text;
import io.lethe.node.crypto.Ed25519;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Signed notes and their keys: published ones, and what is none. */
final class NoteTest {
    private static final long SEED = 40;

    // golang.org/x/mod, sumdb/note/note_test.go
    private static final String PETER =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private static final String PETERS_PRIVATE =
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    private static final String ENOCH =
            "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    private static final String TEXT =
            """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.
            """;
    private static final String BY_PETER =
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
                    + "qdngotpRZb6KE6RyyBwJnAM=\n";
    private static final String BY_ENOCH =
            "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOT"
                    + "GwnWLox33WWd1RvMc+QQ=\n";

    // c2sp.org/signed-note, "Verifier keys"
    private static final String FOO =
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private static final String FOOS_NOTE =
            """
            This is an example message.

            — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjO\
            BH3mFXmRKuwHjG1Yu72IneyaQM=
            """;

    private static SignedNote note(String text) throws MalformedNoteException {
        return SignedNote.parse(Bytes.utf8(text));
    }

    private static List<String> signers(SignedNote.Verdict verdict) {
        return verdict instanceof SignedNote.Verdict.Signed signed
                ? signed.by().stream().map(by -> by.key().name()).toList()
                : List.of();
    }

    @Test
    void publishedNotesVerify() throws MalformedNoteException {
        SignedNote foo = note(FOOS_NOTE);
        assertThat(foo.text()).isEqualTo("This is an example message.\n");
        assertThat(signers(foo.verify(List.of(VerifierKey.parse(FOO)))))
                .containsExactly("example.com/foo");
        SignedNote both = note(TEXT + "\n" + BY_PETER + BY_ENOCH);
        VerifierKey peter = VerifierKey.parse(PETER);
        VerifierKey enoch = VerifierKey.parse(ENOCH);
        assertThat(signers(both.verify(List.of(peter, enoch))))
                .containsExactly("PeterNeumann", "EnochRoot");
        assertThat(signers(both.verify(List.of(enoch)))).containsExactly("EnochRoot");
        assertThat(both.verify(List.of(VerifierKey.parse(FOO))))
                .isEqualTo(new SignedNote.Verdict.Refused("no key that is known signed it"));
    }

    @Test
    void signingGivesThePublishedBytes() throws MalformedNoteException {
        NoteSigner peter = NoteSigner.parse(PETERS_PRIVATE);
        assertThat(peter.verifierKey().text()).isEqualTo(PETER);
        SignedNote signed = new SignedNote(TEXT, List.of(peter.sign(TEXT)));
        assertThat(signed.bytes().utf8()).isEqualTo(TEXT + "\n" + BY_PETER);
        assertThat(signed.with(peter.sign(TEXT))).isEqualTo(signed);
        Bytes seed = Bytes.hex("5a".repeat(32));
        String written = NoteSigner.privateText("a.example", SignatureType.COSIGNATURE, seed);
        assertThat(NoteSigner.parse(written).key().publicKey())
                .isEqualTo(Ed25519.signer(seed).publicKey());
    }

    /** The manglings of Go's TestNewVerifier and TestNewSigner. */
    @Test
    void manglingsOfKeysAreNoKeys() throws MalformedNoteException {
        for (String key : List.of(PETER, PETERS_PRIVATE)) {
            for (int from = 0; from <= key.length(); from++) {
                for (int to = from; to <= key.length(); to++) {
                    if (from != 0 || to != key.length()) {
                        refuseKey(key.substring(from, to));
                    }
                }
            }
            for (int at = 0; at < key.length(); at++) {
                char next = (char) (key.charAt(at) + 1);
                refuseKey(key.substring(0, at) + next + key.substring(at + 1));
            }
        }
        for (String key :
                List.of(
                        PETER.replace("c74f20a3", "cc469956") + "BADKEY==",
                        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                        PETER + "=",
                        PETER.replace("c74f20a3", "C74F20A3"),
                        "a+00000000+")) {
            refuseKey(key);
        }
        assertThat(VerifierKey.parse(PETER).text()).isEqualTo(PETER);
    }

    private static void refuseKey(String key) {
        assertThatThrownBy(() -> VerifierKey.parse(key))
                .as(key)
                .isInstanceOf(MalformedNoteException.class);
        assertThatThrownBy(() -> NoteSigner.parse(key))
                .as(key)
                .isInstanceOf(MalformedNoteException.class);
    }

    @Test
    void aWrongSignatureOfAKnownKeyMakesTheNoteWorthless() throws MalformedNoteException {
        List<VerifierKey> known = List.of(VerifierKey.parse(PETER), VerifierKey.parse(ENOCH));
        String altered = TEXT.replace("answer", "anzwer");
        assertThat(note(altered + "\n" + BY_PETER).verify(known))
                .isEqualTo(
                        new SignedNote.Verdict.Refused("the signature of PeterNeumann is wrong"));
        NoteSignature good = note(TEXT + "\n" + BY_PETER).signatures().get(0);
        for (int bit = 0; bit < 8 * good.signature().length(); bit++) {
            byte[] bytes = good.signature().toArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            NoteSignature bad = new NoteSignature(good.name(), good.keyId(), Bytes.wrap(bytes));
            SignedNote mixed = note(TEXT + "\n" + BY_ENOCH + bad.line() + "\n");
            assertThat(mixed.verify(known))
                    .as("bit %s", bit)
                    .isInstanceOf(SignedNote.Verdict.Refused.class);
        }
    }

    @Test
    void signaturesOfUnknownKeysAreIgnored() throws MalformedNoteException {
        NoteSignature peters = note(TEXT + "\n" + BY_PETER).signatures().get(0);
        Bytes rubbish = Bytes.wrap(new byte[5_000]);
        List<NoteSignature> lines = new ArrayList<>();
        lines.add(new NoteSignature("PeterNeumann", peters.keyId() + 1, rubbish));
        lines.add(new NoteSignature("CarmenSandiego", peters.keyId(), rubbish));
        lines.add(new NoteSignature("鍵.example/\uD83D\uDD11", 1, rubbish));
        lines.add(peters);
        lines.add(peters);
        SignedNote note = note(new SignedNote(TEXT, lines).bytes().utf8());
        assertThat(note.signatures()).isEqualTo(lines);
        assertThat(signers(note.verify(List.of(VerifierKey.parse(PETER)))))
                .containsExactly("PeterNeumann");
    }

    @Test
    void whatIsNoNoteIsRefused() {
        String line = BY_PETER.strip();
        for (String bad :
                List.of(
                        "",
                        "\n",
                        TEXT,
                        TEXT + "\n",
                        TEXT + "\n" + line,
                        TEXT + BY_PETER,
                        "\u0001" + TEXT + "\n" + BY_PETER,
                        TEXT.replace("\n", "\r\n") + "\r\n" + BY_PETER,
                        TEXT + "\n" + "— Bad Name x08go/ZJ\n",
                        TEXT + "\n" + "— Bad\u00a0Name x08go/ZJ\n",
                        TEXT + "\n" + "— Bad+Name x08go/ZJ\n",
                        TEXT + "\n" + "—  x08go/ZJ\n",
                        TEXT + "\n" + "- Name x08go/ZJ\n",
                        TEXT + "\n" + "— Name x08go/Z\n",
                        TEXT + "\n" + "— Name x08go_ZJ\n",
                        TEXT + "\n" + "— Name x08goz==\n",
                        TEXT + "\n" + "— Name x08goA==\n",
                        TEXT + "\n" + BY_PETER + "Unexpected line.\n")) {
            assertThatThrownBy(() -> note(bad)).as(bad).isInstanceOf(MalformedNoteException.class);
        }
        Bytes notUtf8 = Bytes.hex("ff").plus(Bytes.utf8(TEXT + "\n" + BY_PETER));
        assertThatThrownBy(() -> SignedNote.parse(notUtf8)).hasMessageContaining("UTF-8");
        String many = String.join("", Collections.nCopies(SignedNote.MOST_SIGNATURES, BY_PETER));
        assertThatThrownBy(() -> note(TEXT + "\n" + many + BY_PETER)).hasMessageContaining("65");
        String large = "x".repeat(SignedNote.MOST_BYTES);
        assertThatThrownBy(() -> note(large + "\n\n" + BY_PETER)).hasMessageContaining("at most");
    }

    @Test
    void sixteenLargeSignaturesAreTaken() throws MalformedNoteException {
        String line = "— pq.example " + Base64Text.of(Bytes.wrap(new byte[5_000])) + "\n";
        String many = String.join("", Collections.nCopies(16, line));
        assertThat(note(TEXT + "\n" + many + BY_PETER).signatures()).hasSize(17);
    }

    @Test
    void theTextEndsAtTheLastEmptyLine() throws MalformedNoteException {
        SignedNote note = note("one\n\ntwo\n\n\n" + BY_PETER);
        assertThat(note.text()).isEqualTo("one\n\ntwo\n\n");
        assertThat(note.bytes().utf8()).isEqualTo("one\n\ntwo\n\n\n" + BY_PETER);
    }

    @Test
    void onlyTextsCanBeSigned() throws MalformedNoteException {
        NoteSignature signature = NoteSigner.parse(PETERS_PRIVATE).sign(TEXT);
        for (String text : List.of("", "no newline", "a\u0000\n", "a\r\n", "half \ud800\n")) {
            assertThatThrownBy(() -> new SignedNote(text, List.of(signature)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new SignedNote(TEXT, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever comes is read to what it says, or refused as documented. */
    @Test
    void mutationsAreReadOrRefusedAndNothingElse() throws MalformedNoteException {
        Random random = new Random(SEED);
        byte[] good = Bytes.utf8(TEXT + "\n" + BY_PETER + BY_ENOCH).toArray();
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = Mutations.of(good, random);
            try {
                SignedNote note = SignedNote.parse(Bytes.copyOf(bytes));
                assertThat(note.bytes()).as("seed %s", SEED).isEqualTo(Bytes.copyOf(bytes));
                read++;
            } catch (MalformedNoteException documented) {
                assertThat(documented).hasMessageContaining(" ");
            }
        }
        assertThat(read).isBetween(1_000, 49_000);
    }

    @Test
    void witnessesSignTheirTimeToo() throws MalformedNoteException {
        NoteSigner witness =
                new NoteSigner(
                        "witness.example/w1",
                        SignatureType.COSIGNATURE,
                        Ed25519.signer(Bytes.hex("07".repeat(32))));
        Checkpoint head = new Checkpoint("log.example/1", 0, TreeHash.EMPTY);
        NoteSignature signature = witness.cosign(head, 1_679_315_147L);
        SignedNote note = new SignedNote(head.text(), List.of(signature));
        assertThat(note.verify(List.of(witness.verifierKey())))
                .isEqualTo(
                        new SignedNote.Verdict.Signed(
                                List.of(
                                        new SignedNote.Signer(
                                                witness.verifierKey(),
                                                OptionalLong.of(1_679_315_147L)))));
        for (int bit = 0; bit < 8 * signature.signature().length(); bit++) {
            byte[] bytes = signature.signature().toArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(witness.verifierKey().verifies(head.text(), Bytes.wrap(bytes)))
                    .as("bit %s", bit)
                    .isFalse();
        }
        // The same key as a log's: an id of its own, so neither passes for the other.
        VerifierKey asLog =
                new VerifierKey(witness.name(), SignatureType.ED25519, witness.key().publicKey());
        assertThat(asLog.keyId()).isNotEqualTo(witness.verifierKey().keyId());
        assertThat(note.verify(List.of(asLog))).isInstanceOf(SignedNote.Verdict.Refused.class);
        assertThatThrownBy(() -> witness.sign(TEXT)).hasMessageContaining("witness");
    }
}
