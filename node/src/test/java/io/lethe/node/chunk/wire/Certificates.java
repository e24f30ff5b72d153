package io.lethe.node.chunk.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Self-signed certificates as PEM files, made by the JDK's keytool. */
final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private Certificates() {}

    /** Paths of one certificate and its key. */
    record Pem(Path certificate, Path key) {
        TlsSettings trusting(Pem other) {
            return new TlsSettings(certificate, key, other.certificate, true, _ -> true);
        }
    }

    /** Makes a certificate for 127.0.0.1. */
    static Pem make(Path directory, String name) {
        try {
            Path store = directory.resolve(name + ".p12");
            keytool(store, name);
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD);
            }
            Path certificate = directory.resolve(name + ".pem");
            Path key = directory.resolve(name + ".key");
            write(certificate, "CERTIFICATE", keys.getCertificate("node").getEncoded());
            write(key, "PRIVATE KEY", keys.getKey("node", PASSWORD).getEncoded());
            return new Pem(certificate, key);
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void keytool(Path store, String name) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                                .toString(),
                                        "-genkeypair",
                                        "-alias",
                                        "node",
                                        "-keyalg",
                                        "EC",
                                        "-groupname",
                                        "secp256r1",
                                        "-dname",
                                        "CN=" + name,
                                        "-ext",
                                        "san=ip:127.0.0.1,dns:localhost",
                                        "-ext",
                                        "bc:c=ca:true",
                                        "-validity",
                                        "2",
                                        "-storetype",
                                        "PKCS12",
                                        "-keystore",
                                        store.toString(),
                                        "-storepass",
                                        new String(PASSWORD)))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool failed: " + said);
        }
    }

    private static void write(Path path, String what, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                path, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    }
}
