package io.doorbuster.benchmarks.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.benchmarks.limits.Machine;
import io.doorbuster.gateway.ThreadMode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The conditions, then one table of two lines for each request. */
record RoundTripReport(
        Machine machine,
        String kernels,
        ThreadMode threads,
        String fileSystem,
        Shop shop,
        int rounds,
        int sliceMillis) {
    private static final String ROW = "%-12s  %-6s  %9s  %9s  %7s  %7s  %8s  %9s  %8s  %-19s  %-19s  %8s%n";
    private static final double NS_PER_MICRO = 1_000;

    /** What the figures hold for. */
    void printConditions(PrintWriter out) {
        line(out, "Round trips through the gateway, beside a bare TCP echo of equal sizes in the same run");
        line(out, "machine   %s, %d cores, %s", machine.cpu(), machine.cores(), machine.os());
        line(out, "          load average %.2f before", machine.loadBefore());
        line(out, "jdk       %s", machine.jdk());
        line(out, "kernels   %s", kernels);
        line(out, "server    a JVM of its own, threads %s, journal on %s", threads, fileSystem);
        line(out, "echo      in the same JVM: one thread, spins on one channel");
        line(out, "load      closed loop, one request in flight, one client thread that spins: NOT corrected for");
        line(out, "          coordinated omission");
        line(out, "shop      %,d items, %,d shoppers, seed %d", shop.items(), shop.shoppers(), shop.seed());
        line(
                out,
                "method    %d rounds of echo, engine, engine, echo, %d ms each; ratios are medians over rounds",
                rounds,
                sliceMillis);
        line(out, "          [10 %%..90 %%]; the ratios of an echo line are its last slice to its first: the noise");
        out.println();
        out.flush();
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }

    /** Times in microseconds; bytes of a request and its reply. */
    void printTable(PrintWriter out, List<RoundTripComparison> comparisons) {
        out.printf(
                Locale.ROOT,
                ROW,
                "request",
                "side",
                "bytes",
                "samples",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "max us",
                "req/s",
                "p50 to echo",
                "p99 to echo",
                "heap B/r");
        for (final RoundTripComparison comparison : comparisons) {
            row(
                    out,
                    comparison.label(),
                    "echo",
                    comparison.echo(),
                    comparison.echoRatioP50(),
                    comparison.echoRatioP99(),
                    "");
            row(
                    out,
                    "",
                    "engine",
                    comparison.engine(),
                    comparison.ratioP50(),
                    comparison.ratioP99(),
                    String.format(Locale.ROOT, "%.2f", comparison.allocatedBytesPerRequest()));
        }
        out.flush();
    }

    private static void row(
            PrintWriter out, String label, String name, Side side, RatioRange p50, RatioRange p99, String allocated) {
        final Histogram all = side.all();
        out.printf(
                Locale.ROOT,
                ROW,
                label,
                name,
                side.requestLength() + "/" + side.replyLength(),
                String.format(Locale.ROOT, "%,d", all.getTotalCount()),
                micros(all.getValueAtPercentile(50)),
                micros(all.getValueAtPercentile(99)),
                micros(all.getValueAtPercentile(99.9)),
                micros(all.getMaxValue()),
                String.format(Locale.ROOT, "%,.0f", side.requestsPerSecond()),
                p50,
                p99,
                allocated);
    }

    private static String micros(long ns) {
        return String.format(Locale.ROOT, "%,.1f", ns / NS_PER_MICRO);
    }

    /** The same for programs, times in nanoseconds. */
    ObjectNode json(List<RoundTripComparison> comparisons) {
        final ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.putObject("machine")
                .put("cpu", machine.cpu())
                .put("cores", machine.cores())
                .put("os", machine.os())
                .put("jdk", machine.jdk())
                .put("loadBefore", machine.loadBefore());
        node.put("kernels", kernels)
                .put("threads", threads.name())
                .put("fileSystem", fileSystem)
                .put("items", shop.items())
                .put("shoppers", shop.shoppers())
                .put("seed", shop.seed())
                .put("rounds", rounds)
                .put("sliceMillis", sliceMillis)
                .put("coordinatedOmissionCorrected", false);
        final ArrayNode requests = node.putArray("requests");
        for (final RoundTripComparison comparison : comparisons) {
            final ObjectNode request = requests.addObject().put("request", comparison.label());
            request.set("echo", json(comparison.echo()));
            request.set("engine", json(comparison.engine()));
            request.set("ratioP50", json(comparison.ratioP50()));
            request.set("ratioP99", json(comparison.ratioP99()));
            request.set("echoRatioP50", json(comparison.echoRatioP50()));
            request.set("echoRatioP99", json(comparison.echoRatioP99()));
            request.put("allocatedBytesPerRequest", comparison.allocatedBytesPerRequest());
        }
        return node;
    }

    private static ObjectNode json(Side side) {
        final Histogram all = side.all();
        return JsonNodeFactory.instance
                .objectNode()
                .put("requestBytes", side.requestLength())
                .put("replyBytes", side.replyLength())
                .put("samples", all.getTotalCount())
                .put("p50Ns", all.getValueAtPercentile(50))
                .put("p99Ns", all.getValueAtPercentile(99))
                .put("p999Ns", all.getValueAtPercentile(99.9))
                .put("maxNs", all.getMaxValue())
                .put("requestsPerSecond", side.requestsPerSecond());
    }

    private static ObjectNode json(RatioRange range) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("median", range.median())
                .put("low", range.low())
                .put("high", range.high());
    }
}
