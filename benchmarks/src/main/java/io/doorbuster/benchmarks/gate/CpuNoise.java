package io.doorbuster.benchmarks.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What others took from this machine's processors up to a moment.
 *
 * @param stealTicks ticks that the hypervisor gave to others, NaN where unreadable.
 * @param allTicks ticks of all processors, NaN where unreadable.
 * @param waitingNs time in which some thread waited for a processor, NaN where unreadable.
 */
record CpuNoise(double stealTicks, double allTicks, double waitingNs, long timeNs) {
    private static final Path STAT = Path.of("/proc/stat");
    private static final Path PRESSURE = Path.of("/proc/pressure/cpu");
    private static final int TICK_FIELDS = 8; // user nice system idle iowait irq softirq steal; guests are in user.

    static CpuNoise now() {
        double steal = Double.NaN;
        double all = Double.NaN;
        final String[] ticks = firstLine(STAT).split(" +");
        if (ticks.length > TICK_FIELDS) {
            steal = Double.parseDouble(ticks[TICK_FIELDS]);
            all = 0;
            for (int i = 1; i <= TICK_FIELDS; i++) {
                all += Double.parseDouble(ticks[i]);
            }
        }
        final String some = firstLine(PRESSURE);
        final int total = some.indexOf("total=");
        final double waitingNs = total < 0 ? Double.NaN : 1_000 * Double.parseDouble(some.substring(total + 6));
        return new CpuNoise(steal, all, waitingNs, System.nanoTime());
    }

    /** Share of the processors' time that was stolen since then. */
    double stealSince(CpuNoise then) {
        final double ticks = allTicks - then.allTicks;
        return ticks == 0 ? 0 : (stealTicks - then.stealTicks) / ticks;
    }

    /** Share of the time since then in which some thread waited for a processor. */
    double pressureSince(CpuNoise then) {
        return (waitingNs - then.waitingNs) / (timeNs - then.timeNs);
    }

    private static String firstLine(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (IOException e) {
            return ""; // Not this kernel, or not allowed here: the noise is then not known.
        }
    }
}
