package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.PageRequest;
import io.lethe.proto.v1.PartitionStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PagesTest {
    private final List<String> made = new ArrayList<>();

    private static PageRequest page(int size, String token) {
        return PageRequest.newBuilder().setPageSize(size).setPageToken(token).build();
    }

    /** Rows "00000" and on, in any order. */
    private static List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("%05d".formatted(i));
        }
        Collections.shuffle(names, new Random(4));
        return names;
    }

    /** Walks all pages, with rows of so many bytes, and gives the sizes of the pages. */
    private List<Integer> walk(List<String> all, int size, int rowBytes) throws Exception {
        List<String> walked = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String token = "";
        do {
            Pages.Page<PartitionStatus> page =
                    Pages.shown(all, page(size, token), name -> name, name -> row(name, rowBytes));
            page.rows().forEach(row -> walked.add(row.getId()));
            sizes.add(page.rows().size());
            int bytes = page.rows().stream().mapToInt(PartitionStatus::getSerializedSize).sum();
            assertThat(bytes).isLessThan(Pages.MOST_PAGE_BYTES + rowBytes + 100);
            token = page.next();
        } while (!token.isEmpty());
        assertThat(walked).isSorted().containsExactlyInAnyOrderElementsOf(all);
        return sizes;
    }

    private PartitionStatus row(String name, int bytes) {
        made.add(name);
        return PartitionStatus.newBuilder().setId(name).setFrom("f".repeat(bytes)).build();
    }

    @Test
    void pagesAreCompleteAndInOrderWhateverTheirSize() throws Exception {
        assertThat(walk(names(7), 3, 10)).containsExactly(3, 3, 1);
        assertThat(walk(names(6), 3, 10)).containsExactly(3, 3);
        assertThat(walk(names(2_500), 0, 10)).containsExactly(1_000, 1_000, 500);
        assertThat(walk(List.of(), 5, 10)).containsExactly(0);
    }

    @Test
    void aPageOfLongRowsEndsByBytesAndMakesNoRowInVain() throws Exception {
        assertThat(walk(names(10), 0, 1 << 20)).containsExactly(4, 4, 2);
        assertThat(made).hasSize(10);
        made.clear();
        assertThat(walk(names(300), 0, 64 * 1024)).containsExactly(64, 64, 64, 64, 44);
        assertThat(made).hasSize(300);
        assertThat(walk(names(3), 0, 5 << 20)).as("one that is too long").containsExactly(1, 1, 1);
    }

    @Test
    void rowsThatCameOrWentMeanwhileDoNotUpsetThePages() throws Exception {
        Pages.Page<String> first = Pages.rows(names(5), page(2, ""), name -> name);
        assertThat(first.rows()).containsExactly("00000", "00001");
        List<String> changed = List.of("00000", "00000b", "00001b", "00003");
        Pages.Page<String> second = Pages.rows(changed, page(2, first.next()), name -> name);
        assertThat(second.rows()).containsExactly("00001b", "00003");
        assertThat(second.next()).isEmpty();
    }

    @Test
    void aTokenOfSomethingElseIsRefused() {
        assertThatThrownBy(() -> Pages.rows(names(5), page(2, "nonsense"), name -> name))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("start the listing again");
    }
}
