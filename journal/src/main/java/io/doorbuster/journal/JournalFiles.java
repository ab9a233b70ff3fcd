package io.doorbuster.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a journal, forced by channels of our own: the sync of Chronicle Queue leaves holes at block boundaries, and
 * goes on after an error.
 */
public final class JournalFiles implements JournalDisk {
    private static final int NONE = Integer.MIN_VALUE;

    private final Path directory;
    private final ForcedMark mark;
    private final List<FileChannel> channels = new ArrayList<>();
    private Path newest = Path.of("");
    private int openCycle = NONE;

    public JournalFiles(Path directory) {
        this.directory = directory;
        mark = new ForcedMark(directory);
    }

    @Override
    public void force(int cycle, long position) throws IOException {
        force(cycle);
        mark.write(position);
    }

    private void force(int cycle) throws IOException {
        if (cycle != openCycle) {
            openNewer();
        }
        for (final FileChannel channel : channels) {
            channel.force(false);
        }
        if (cycle != openCycle) { // Files that came with the cycle are found after a power cut only if their names are
            // there.
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
            while (channels.size() > 1) { // What lies in an older cycle has been forced, and is not written any more.
                channels.removeFirst().close();
            }
            openCycle = cycle;
        }
    }

    /** Forces every file of the journal, whoever wrote it. */
    public void forceAll() throws IOException {
        try (JournalFiles all = new JournalFiles(directory)) {
            all.force(NONE + 1);
        }
    }

    private void openNewer() throws IOException {
        final List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(".cq4") && file.compareTo(newest) > 0)
                    .sorted()
                    .toList();
        }
        for (final Path file : files) {
            channels.add(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
            newest = file;
        }
    }

    @Override
    public void close() throws IOException {
        for (final FileChannel channel : channels) {
            channel.close();
        }
        channels.clear();
        mark.close();
    }
}
