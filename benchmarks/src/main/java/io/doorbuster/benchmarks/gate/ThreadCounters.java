package io.doorbuster.benchmarks.gate;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel has counted for the calling thread; NaN where it does not tell. And the JVM's count of bytes. */
record ThreadCounters(double minorFaults, double majorFaults, double voluntarySwitches, double involuntarySwitches) {
    private static final Path STAT = Path.of("/proc/thread-self/stat");
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final int MINOR_FAULTS = 7; // Fields behind the name in parentheses, the state being 0.
    private static final int MAJOR_FAULTS = 9;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Bytes that the calling thread has allocated on the heap. Allocates nothing. */
    static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    static ThreadCounters now() {
        final String stat = text(STAT);
        final String[] fields =
                stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        final String status = text(STATUS);
        return new ThreadCounters(
                fields.length > MAJOR_FAULTS ? Double.parseDouble(fields[MINOR_FAULTS]) : Double.NaN,
                fields.length > MAJOR_FAULTS ? Double.parseDouble(fields[MAJOR_FAULTS]) : Double.NaN,
                line(status, "voluntary_ctxt_switches:"),
                line(status, "nonvoluntary_ctxt_switches:"));
    }

    private static double line(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // Not Linux, or not allowed here.
        }
    }
}
