package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users of the SDK can see: none of gRPC, protobuf, Netty or generated code. */
final class PublicApiTest {
    private static List<Class<?>> publicClasses() throws IOException, ClassNotFoundException {
        Path root = Path.of("target", "classes");
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root.resolve("io/lethe/client"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name =
                        root.relativize(file).toString().replace('/', '.').replace(".class", "");
                if (name.endsWith("package-info")) {
                    continue;
                }
                Class<?> type = Class.forName(name, false, PublicApiTest.class.getClassLoader());
                if (isVisible(type)) {
                    classes.add(type);
                }
            }
        }
        return classes;
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
            if (!Modifier.isPublic(outer.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    @Test
    void noForeignTypeIsInThePublicApi() throws Exception {
        List<String> foreign = new ArrayList<>();
        List<Class<?>> classes = publicClasses();
        for (Class<?> type : classes) {
            check(type, type.getGenericSuperclass(), foreign);
            for (Type supertype : type.getGenericInterfaces()) {
                check(type, supertype, foreign);
            }
            for (Field field : type.getDeclaredFields()) {
                if (isVisible(field.getModifiers())) {
                    check(field, field.getGenericType(), foreign);
                }
            }
            for (Method method : type.getDeclaredMethods()) {
                if (isVisible(method.getModifiers())) {
                    check(method, method.getGenericReturnType(), foreign);
                    checkParameters(method, foreign);
                }
            }
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                if (isVisible(constructor.getModifiers())) {
                    checkParameters(constructor, foreign);
                }
            }
        }
        assertThat(classes).contains(LetheClient.class, ObjectClient.class).hasSizeGreaterThan(30);
        assertThat(foreign).isEmpty();
    }

    private static void checkParameters(Executable executable, List<String> foreign) {
        for (Type parameter : executable.getGenericParameterTypes()) {
            check(executable, parameter, foreign);
        }
        for (Type exception : executable.getGenericExceptionTypes()) {
            check(executable, exception, foreign);
        }
    }

    private static void check(Object where, Type type, List<String> foreign) {
        if (type instanceof Class<?> plain) {
            Class<?> element = plain;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            String name = element.getName();
            boolean own = name.startsWith("io.lethe.client.") && isVisible(element);
            if (!element.isPrimitive() && !name.startsWith("java.") && !own) {
                foreign.add(where + ": " + name);
            }
        } else if (type instanceof ParameterizedType generic) {
            check(where, generic.getRawType(), foreign);
            for (Type argument : generic.getActualTypeArguments()) {
                check(where, argument, foreign);
            }
        } else if (type instanceof GenericArrayType array) {
            check(where, array.getGenericComponentType(), foreign);
        } else if (type instanceof WildcardType wildcard) {
            for (Type bound : wildcard.getUpperBounds()) {
                check(where, bound, foreign);
            }
        }
    }

    @Test
    void clientThatLacksSomethingIsNotBuilt() {
        assertThatThrownBy(() -> LetheClient.builder().credentials("a", "b").build())
                .hasMessageContaining("endpoints");
        assertThatThrownBy(() -> LetheClient.builder().endpoints("localhost:1").build())
                .hasMessageContaining("credentials");
        for (String wrong : List.of("localhost", "localhost:0", "localhost:70000", ":1", "::1:1")) {
            assertThatThrownBy(
                            () ->
                                    LetheClient.builder()
                                            .endpoints(wrong)
                                            .credentials("a", "b")
                                            .build())
                    .as(wrong)
                    .hasMessageContaining("host:port");
        }
    }

    @Test
    void plaintextToOtherMachinesMustBeAskedFor() {
        LetheClient.Builder builder =
                LetheClient.builder().endpoints("192.0.2.1:9002").credentials("a", "b");
        assertThatThrownBy(builder::build).hasMessageContaining("must be protected");
        builder.plaintext(true).build().close();
        LetheClient.builder().endpoints("[::1]:9002").credentials("a", "b").build().close();
    }

    @Test
    void everyCodeTellsWhatToDo() {
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(code.advice()).isNotBlank();
            assertThat(LetheException.of(code, "m").code()).isEqualTo(code);
        }
    }
}
