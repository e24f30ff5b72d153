package io.lethe.node.http;

/**
 * Answers questions, each in a task of its own, so it may block. A runtime exception becomes status
 * 500 without its text; failures that a caller should see are answers.
 */
@FunctionalInterface
public interface HttpHandler {
    HttpAnswer answer(HttpQuestion question);
}
