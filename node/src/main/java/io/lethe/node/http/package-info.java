/**
 * A small HTTP/1.1 server with bounds on everything a stranger can send. Start reading at {@link
 * io.lethe.node.http.HttpServer}.
 */
@NullMarked
package io.lethe.node.http;

import org.jspecify.annotations.NullMarked;
