/**
 * What operators and monitors ask a node by HTTP: metrics, health, background work. Start reading
 * at {@link io.lethe.node.console.Console}.
 */
@NullMarked
package io.lethe.node.console;

import org.jspecify.annotations.NullMarked;
