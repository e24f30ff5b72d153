/**
 * Measures a cluster of six processes against the work that can't be avoided. Start reading at
 * {@link io.lethe.bench.Bench}.
 */
@NullMarked
package io.lethe.bench;

import org.jspecify.annotations.NullMarked;
