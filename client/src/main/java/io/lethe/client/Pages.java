package io.lethe.client;

import io.lethe.client.model.Page;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * A list that is fetched page by page while it is iterated: one page in memory. Each iterator
 * begins anew.
 */
final class Pages<T> implements Iterable<T> {
    private final Function<String, Page<T>> fetch;

    /**
     * @param fetch the page at a token; the empty token is the first page
     */
    Pages(Function<String, Page<T>> fetch) {
        this.fetch = fetch;
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            private Page<T> page = fetch.apply("");
            private Iterator<T> items = page.items().iterator();

            @Override
            public boolean hasNext() {
                // A page may be empty where everything on it was filtered out.
                while (!items.hasNext() && !page.isLast()) {
                    Page<T> next = fetch.apply(page.nextToken());
                    if (next.nextToken().equals(page.nextToken())) {
                        throw LetheException.of(
                                ErrorCode.INTERNAL,
                                "the server gives the same page token twice; report it");
                    }
                    page = next;
                    items = page.items().iterator();
                }
                return items.hasNext();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return items.next();
            }
        };
    }
}
