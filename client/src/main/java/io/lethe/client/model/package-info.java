/**
 * Values that the SDK takes and gives: immutable, checked, free of generated types.
 *
 * <p>Start reading at {@link io.lethe.client.model.ObjectVersion}.
 */
@NullMarked
package io.lethe.client.model;

import org.jspecify.annotations.NullMarked;
