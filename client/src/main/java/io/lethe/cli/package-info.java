/**
 * The command line: one class per command, over the SDK.
 *
 * <p>Results go to standard output, everything else to standard error; with {@code --json} a result
 * is one JSON object per line, with field names that stay. Start reading at {@link
 * io.lethe.cli.Main}.
 */
@NullMarked
package io.lethe.cli;

import org.jspecify.annotations.NullMarked;
