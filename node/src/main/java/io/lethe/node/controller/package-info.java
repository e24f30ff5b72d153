/**
 * What one elected node does for the cluster: forms it, follows who is there, and keeps placement
 * groups, partitions and ticket keys. Start reading at {@link io.lethe.node.controller.Controller}.
 */
@NullMarked
package io.lethe.node.controller;

import org.jspecify.annotations.NullMarked;
