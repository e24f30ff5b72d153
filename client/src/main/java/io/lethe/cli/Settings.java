package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The command line's configuration, {@code client.yaml}:
 *
 * <pre>
 * endpoints: [127.0.0.1:9002]     gateways, host:port
 * access_key: AKEXAMPLE           access key id
 * secret_key: ...                 its secret, or
 * secret_key_file: secret         a file that holds it; paths are relative to this file
 * tls:                            optional; without it only endpoints on this machine are used
 *   ca: ca.pem                    trusted certificates; absent: the platform's
 *   cert: client.pem              own certificate, with
 *   key: client.key               its private key
 * plaintext: false                optional: allow other machines without TLS
 * </pre>
 *
 * @param file where it was read
 */
record Settings(
        Path file,
        List<String> endpoints,
        String accessKey,
        String secretKey,
        Optional<Tls> tls,
        boolean plaintext) {
    private static final Set<String> KEYS =
            Set.of("endpoints", "access_key", "secret_key", "secret_key_file", "tls", "plaintext");
    private static final Set<String> TLS_KEYS = Set.of("ca", "cert", "key");

    /** 64 KiB: a thousand endpoints and more. */
    private static final int MOST_CHARACTERS = 64 * 1024;

    Settings {
        endpoints = List.copyOf(endpoints);
    }

    /** Says what is wrong with the configuration and what to do. */
    static final class SettingsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SettingsException(String message) {
            super(message);
        }

        SettingsException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Reads the file that {@code --config} names, else {@code LETHE_CONFIG}, else {@code
     * .lethe/client.yaml} here, else in the home directory.
     *
     * @param option empty: not given
     */
    static Settings find(String option, Surroundings surroundings) {
        String variable = surroundings.environment().getOrDefault("LETHE_CONFIG", "");
        if (!option.isEmpty()) {
            return read(existing(surroundings.workingDirectory().resolve(option), "--config"));
        }
        if (!variable.isEmpty()) {
            return read(
                    existing(surroundings.workingDirectory().resolve(variable), "LETHE_CONFIG"));
        }
        List<Path> places =
                List.of(
                        surroundings.workingDirectory().resolve(".lethe/client.yaml"),
                        surroundings.home().resolve(".lethe/client.yaml"));
        for (Path place : places) {
            if (Files.exists(place)) {
                return read(place);
            }
        }
        throw new SettingsException(
                "there is no configuration. Looked at --config, LETHE_CONFIG, "
                        + places.get(0)
                        + " and "
                        + places.get(1)
                        + ". 'deploy/lethe dev' starts a cluster and writes one: run it, then"
                        + " 'export LETHE_CONFIG=DIR/client.yaml' with the path that it prints");
    }

    private static Path existing(Path file, String namedBy) {
        if (!Files.isRegularFile(file)) {
            throw new SettingsException(
                    namedBy
                            + " names "
                            + file
                            + ", and there is no such file. 'deploy/lethe dev' writes one and"
                            + " prints its path");
        }
        return file;
    }

    static Settings read(Path file) {
        Map<?, ?> top = mapping(file, "the file", parse(file));
        refuseUnknown(file, top, KEYS);
        Settings settings =
                new Settings(
                        file,
                        endpoints(file, top),
                        text(file, top, "access_key"),
                        secret(file, top),
                        tls(file, top),
                        flag(file, top, "plaintext"));
        if (settings.accessKey().isEmpty() || settings.secretKey().isEmpty()) {
            throw new SettingsException(
                    file + " lacks access_key, or both secret_key and secret_key_file; add them");
        }
        return settings;
    }

    private static Object parse(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MOST_CHARACTERS);
        options.setAllowDuplicateKeys(false);
        try {
            Object loaded = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
            return loaded == null ? Map.of() : loaded;
        } catch (IOException e) {
            throw new SettingsException(file + " cannot be read: " + e.getMessage(), e);
        } catch (YAMLException e) {
            throw new SettingsException(file + " is not valid YAML: " + e.getMessage(), e);
        }
    }

    private static Map<?, ?> mapping(Path file, String what, Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new SettingsException(file + ": " + what + " must hold 'name: value' lines");
    }

    private static void refuseUnknown(Path file, Map<?, ?> map, Set<String> known) {
        for (Object key : map.keySet()) {
            if (!known.contains(String.valueOf(key))) {
                throw new SettingsException(
                        file + " has '" + key + "', which is none of " + new TreeSet<>(known));
            }
        }
    }

    private static List<String> endpoints(Path file, Map<?, ?> top) {
        List<String> endpoints = new ArrayList<>();
        Object value = top.get("endpoints");
        if (value instanceof List<?> list) {
            list.forEach(item -> endpoints.add(String.valueOf(item)));
        } else if (value instanceof String one) {
            endpoints.add(one);
        }
        if (endpoints.isEmpty()) {
            throw new SettingsException(
                    file + " lacks endpoints; add 'endpoints: [HOST:PORT, ...]' (gRPC ports)");
        }
        return endpoints;
    }

    private static String text(Path file, Map<?, ?> map, String key) {
        Object value = map.get(key);
        if (value == null) {
            return "";
        }
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            throw new SettingsException(file + ": " + key + " must be a single value");
        }
        return String.valueOf(value);
    }

    private static boolean flag(Path file, Map<?, ?> map, String key) {
        Object value = map.get(key);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean set) {
            return set;
        }
        throw new SettingsException(file + ": " + key + " must be true or false");
    }

    private static String secret(Path file, Map<?, ?> top) {
        String named = text(file, top, "secret_key_file");
        String secret = text(file, top, "secret_key");
        if (named.isEmpty()) {
            return secret;
        }
        if (!secret.isEmpty()) {
            throw new SettingsException(
                    file + " has both secret_key and secret_key_file; keep one of them");
        }
        Path secretFile = file.resolveSibling(named);
        try {
            return Files.readString(secretFile).strip();
        } catch (IOException e) {
            throw new SettingsException(
                    file + ": secret_key_file " + secretFile + " cannot be read", e);
        }
    }

    private static Optional<Tls> tls(Path file, Map<?, ?> top) {
        Object value = top.get("tls");
        if (value == null) {
            return Optional.empty();
        }
        Map<?, ?> map = mapping(file, "tls", value);
        refuseUnknown(file, map, TLS_KEYS);
        try {
            return Optional.of(
                    new Tls(
                            path(file, map, "ca"),
                            path(file, map, "cert"),
                            path(file, map, "key")));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(file + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Path> path(Path file, Map<?, ?> map, String key) {
        String text = text(file, map, key);
        return text.isEmpty() ? Optional.empty() : Optional.of(file.resolveSibling(text));
    }

    /** A builder with everything that the file says. */
    LetheClient.Builder client() {
        LetheClient.Builder builder =
                LetheClient.builder()
                        .endpoints(endpoints)
                        .credentials(accessKey, secretKey)
                        .plaintext(plaintext);
        tls.ifPresent(builder::tls);
        return builder;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return file + " (" + String.join(", ", endpoints) + ", key " + accessKey + ")";
    }
}
