package io.doorbuster.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages copied while they are written, beside a copy of all of them at the moment that a checkpoint began. */
class PageImagesTest {
    private static final int ROW_BYTES = 128;
    private static final int ROWS = 1_000;
    private static final int CHECKPOINTS = 200;

    private final SplittableRandom random = new SplittableRandom(3);
    private final long copy = UnsafeApi.allocateMemory(PageStore.PAGE_BYTES);

    @TempDir
    Path directory;

    private void write(PageStore store, int count) {
        for (int i = 0; i < count; i++) {
            final int row = random.nextInt(ROWS);
            UnsafeApi.putLong(store.open(row) + 8L * random.nextInt(ROW_BYTES / 8), random.nextLong());
            store.close(row);
        }
    }

    private byte[] copied() {
        final byte[] bytes = new byte[PageStore.PAGE_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = UnsafeApi.getByte(copy + i);
        }
        return bytes;
    }

    @Test
    void copyShouldBeThePageAsItWasWhenTheCheckpointBegan() {
        try (PageStores stores = new PageStores(directory)) {
            final PageStore store = new PageStore(stores, "rows", 1, ROW_BYTES, ROWS);
            stores.reserveImages();
            final byte[][] before = new byte[store.pageCount()][];
            final byte[][] last = new byte[store.pageCount()][PageStore.PAGE_BYTES];
            int oldest = 1;
            for (int i = 0; i < CHECKPOINTS; i++) {
                write(store, random.nextInt(6));
                for (int page = 0; page < before.length; page++) {
                    before[page] = store.page(page);
                }
                final int epoch = stores.begin(oldest);
                for (int page = 0; page < before.length; page++) {
                    write(store, random.nextInt(3));
                    if (store.copyPage(page, oldest, epoch, copy)) {
                        assertThat(copied())
                                .as("page %d of checkpoint %d", page, i)
                                .isEqualTo(before[page]);
                        last[page] = before[page];
                    } else {
                        assertThat(before[page]).as("page %d, not wanted", page).isEqualTo(last[page]);
                    }
                }
                assertThat(stores.isExhausted()).isFalse();
                stores.end();
                oldest = epoch;
            }
            assertThat(Arrays.stream(last).noneMatch(page -> Arrays.equals(page, new byte[PageStore.PAGE_BYTES])))
                    .as("every page was written and copied")
                    .isTrue();
        }
    }

    @Test
    void checkpointShouldBeVoidWhenThereAreFewerImagesThanPagesWritten() {
        try (PageStores stores = new PageStores(directory)) {
            final PageStore store = new PageStore(stores, "rows", 1, ROW_BYTES, ROWS);
            stores.images().reserve(2);
            write(store, 1_000);
            stores.begin(1);
            for (int page = 0; page < 3; page++) {
                assertThat(stores.isExhausted()).isFalse();
                store.clear(page * (PageStore.PAGE_BYTES / ROW_BYTES));
            }
            assertThat(stores.isExhausted()).isTrue();
            stores.end();
        }
    }
}
