package io.lethe.client.model;

import java.util.List;

/**
 * One page of a list.
 *
 * @param nextToken opaque; empty: this was the last page
 */
public record Page<T>(List<T> items, String nextToken) {
    public Page {
        items = List.copyOf(items);
    }

    public boolean isLast() {
        return nextToken.isEmpty();
    }
}
