/**
 * One YAML file and the environment, read into records that check themselves; the schema is the
 * records, so the documented table cannot drift. Start reading at {@link
 * io.lethe.node.base.config.ConfigLoader}.
 */
@NullMarked
package io.lethe.node.base.config;

import org.jspecify.annotations.NullMarked;
