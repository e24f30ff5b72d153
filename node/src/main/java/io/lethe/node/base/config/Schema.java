package io.lethe.node.base.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration record may hold, read from its components. Immutable.
 *
 * @param <R> the record
 */
final class Schema<R> {
    /** One component. Exactly one of {@code leaf} and {@code nested} is set. */
    record Field(
            String name,
            Setting setting,
            boolean list,
            @Nullable Leaf<?> leaf,
            @Nullable Schema<?> nested) {

        /** The value of an absent setting, as text; empty where it must be given or is null. */
        Optional<String> fallback() {
            return setting.fallback().isEmpty() && !list
                    ? Optional.empty()
                    : Optional.of(setting.fallback());
        }
    }

    /** A row of the documented table. */
    record Row(String key, Field field) {}

    private final Class<R> type;
    private final List<Field> fields;

    private Schema(Class<R> type, List<Field> fields) {
        this.type = type;
        this.fields = fields;
    }

    /**
     * @throws IllegalArgumentException when the record cannot be a configuration
     */
    static <R> Schema<R> of(Class<R> type) {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            fields.add(field(type, component));
        }
        Schema<R> schema = new Schema<>(type, List.copyOf(fields));
        schema.checkVariables();
        return schema;
    }

    List<Field> fields() {
        return fields;
    }

    List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    /** All leaves in order; elements of lists of records are shown as {@code key[i].name}. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        addRows("", rows);
        return rows;
    }

    /** The environment variable that overrides a key: {@code a.bigC[0]} is LETHE_A_BIG_C_0. */
    static String variable(String key) {
        String parted = key.replaceAll("([a-z0-9])([A-Z])", "$1_$2");
        return "LETHE_" + parted.replaceAll("[.\\[\\]]+", "_").toUpperCase(Locale.ROOT);
    }

    /**
     * Builds the record.
     *
     * @throws IllegalArgumentException what its own checks say
     */
    R make(List<@Nullable Object> values) {
        try {
            Class<?>[] types =
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException problem) {
                throw problem;
            }
            throw new IllegalStateException("building " + type + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("building " + type + " failed", e);
        }
    }

    private void addRows(String prefix, List<Row> rows) {
        for (Field field : fields) {
            String key = prefix + field.name();
            if (field.nested() == null) {
                rows.add(new Row(key, field));
            } else {
                field.nested().addRows(key + (field.list() ? "[0]." : "."), rows);
            }
        }
    }

    private void checkVariables() {
        Map<String, String> keys = new HashMap<>();
        for (Row row : rows()) {
            String other = keys.put(variable(row.key()), row.key());
            if (other != null) {
                throw new IllegalArgumentException(
                        row.key() + " and " + other + " have the same environment variable");
            }
        }
    }

    private static Field field(Class<?> owner, RecordComponent component) {
        String name = component.getName();
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(owner + "." + name + " lacks @Setting");
        }
        boolean list = component.getType() == List.class;
        Class<?> element = list ? element(component.getGenericType()) : component.getType();
        if (element.isRecord() && Leaf.of(element).isEmpty()) {
            return new Field(name, setting, list, null, Schema.of(element));
        }
        Leaf<?> leaf =
                Leaf.of(element)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                owner + "." + name + " has an unknown type"));
        return new Field(name, setting, list, leaf, null);
    }

    private static Class<?> element(Type list) {
        Type element = ((ParameterizedType) list).getActualTypeArguments()[0];
        return (Class<?>) element;
    }
}
