/**
 * Identifiers, records and errors that all layers speak of; pure values. Start reading at {@link
 * io.lethe.node.model.SegmentRef}.
 */
@NullMarked
package io.lethe.node.model;

import org.jspecify.annotations.NullMarked;
