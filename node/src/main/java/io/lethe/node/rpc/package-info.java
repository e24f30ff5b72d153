/**
 * gRPC: what nodes ask each other besides chunks, and what clients ask the cluster. Generated
 * messages stay in here. Start reading at {@link io.lethe.node.rpc.NodeChannels}, {@link
 * io.lethe.node.rpc.MetadataGrpc} and {@link io.lethe.node.rpc.RaftGrpcTransport}.
 */
@NullMarked
package io.lethe.node.rpc;

import org.jspecify.annotations.NullMarked;
