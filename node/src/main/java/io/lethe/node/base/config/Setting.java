package io.lethe.node.base.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a configuration record. Its type may be {@code String}, {@code int},
 * {@code long}, {@code boolean}, {@code Path}, {@code Duration}, {@link ByteSize}, {@link
 * SecretFile}, an enum, a {@code List} of these, a record of settings, or a {@code List} of such
 * records (elements are overridden by index: {@code LETHE_DEVICES_0_PATH}).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** What it does, for the documented table: one sentence. */
    String help();

    /**
     * The default as it would be written in the file; elements of a list are parted by commas.
     * Empty means that the setting must be given, unless it is {@link #optional} or a list, which
     * is then empty.
     */
    String fallback() default "";

    /** May be left out without a default: the component is then null. */
    boolean optional() default false;

    /** Least value of a number, duration or size, as it would be written; empty for none. */
    String least() default "";

    /** Greatest value of a number, duration or size, as it would be written; empty for none. */
    String most() default "";
}
