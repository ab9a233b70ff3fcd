package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.doorbuster.client.PipelinedClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a power cut leaves: the blocks that have reached the disk, and nothing of the page cache.
 *
 * <pre>
 *   disk.img  XFS, which copies a file in an instant by sharing its blocks
 *     inner.img   ext4, where a server runs      -- cut: cp --reflink --   cut.img, mounted beside it: what is there after power returns
 * </pre>
 *
 * The server does not notice a cut, so that one server serves for all.
 */
class PowerCutTest {
    private static final int FACTS_MAX = 3_000;
    private static final int FACTS_AFTER_CUT = 50;

    @TempDir
    Path directory;

    private final FactLoad load = new FactLoad();

    private Path disk() {
        return directory.resolve("disk");
    }

    private Path inner() {
        return directory.resolve("inner");
    }

    private Path afterCut() {
        return directory.resolve("after");
    }

    @Test
    void cutShouldLoseNothingThatWasAcknowledgedOnTheDisk() throws IOException, InterruptedException {
        mountDisks();
        try (ServedProcess server = ServedProcess.start(inner().resolve("data"), directory.resolve("err"));
                PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            Campaign.run("cuts", 2, (index, random) -> cut(client, random), () -> {});
            assertThat(server.stop()).isZero();
        }
    }

    private void mountDisks() throws IOException, InterruptedException {
        final String image = directory.resolve("disk.img").toString();
        Command.run("truncate", "-s", "3G", image);
        Command.assumeWorks("no mkfs.xfs here: apt-get install xfsprogs", "mkfs.xfs", "-q", "-m", "reflink=1", image);
        for (final Path mountPoint : new Path[] {disk(), inner(), afterCut()}) {
            Files.createDirectory(mountPoint);
        }
        Command.assumeWorks(
                "cannot mount an image here: run as root, with loop devices",
                "mount",
                "-o",
                "loop",
                image,
                disk().toString());
        final String innerImage = disk().resolve("inner.img").toString();
        Command.run("truncate", "-s", "512M", innerImage);
        Command.run("mkfs.ext4", "-q", "-F", innerImage);
        Command.run("mount", "-o", "loop", innerImage, inner().toString());
    }

    private void cut(PipelinedClient client, SplittableRandom random) throws IOException, InterruptedException {
        final long until = load.lastOnDisk() + 1 + random.nextInt(FACTS_MAX);
        final AtomicBoolean isCut = new AtomicBoolean();
        final CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                load.send(client, isCut::get);
                load.drain(client);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (load.lastOnDisk() < until) {
            if (sending.isDone()) {
                sending.join();
                fail("sending has ended");
            }
            Thread.onSpinWait();
        }
        final long promised = load.lastOnDisk();
        final String cutImage = disk().resolve("cut.img").toString();
        Command.run("cp", "--reflink=always", disk().resolve("inner.img").toString(), cutImage);
        isCut.set(true);
        sending.join();
        Command.run("mount", "-o", "loop", cutImage, afterCut().toString());
        try {
            checkAfterCut(promised);
        } finally {
            Command.run("umount", "--lazy", afterCut().toString()); // Our own mappings may still be let go of.
            Files.delete(Path.of(cutImage));
        }
    }

    private void checkAfterCut(long promised) throws IOException, InterruptedException {
        final Path data = afterCut().resolve("data");
        final FactLoad more = new FactLoad();
        try (ServedProcess server = ServedProcess.start(data, directory.resolve("err-after"))) {
            final JournalHistory history = JournalHistory.read(data);
            try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
                assertThat(client.nextSequence()).isGreaterThan(promised);
                history.assertHolds(load, Math.min(client.nextSequence() - 1, load.lastAcknowledged()));
                more.send(client, () -> more.positionOfSequence().size() >= FACTS_AFTER_CUT);
                more.drain(client);
            }
            final JournalHistory later = JournalHistory.read(data);
            later.assertContinues(history);
            later.assertHolds(load, promised);
            later.assertHolds(more, more.lastAcknowledged());
            more.checkUnits(server);
            assertThat(server.stop()).isZero();
        }
        JournalHistory.assertReplaysIdentically(data);
    }

    @AfterEach
    void unmount() throws InterruptedException, IOException {
        for (final Path mountPoint : new Path[] {inner(), disk()}) {
            if (Files.isDirectory(mountPoint) && isMounted(mountPoint)) {
                Command.run("umount", "--lazy", mountPoint.toString());
            }
        }
    }

    private boolean isMounted(Path mountPoint) throws IOException {
        return !Files.getFileStore(mountPoint).equals(Files.getFileStore(directory));
    }
}
