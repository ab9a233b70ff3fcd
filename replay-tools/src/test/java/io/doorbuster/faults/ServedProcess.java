package io.doorbuster.faults;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.cli.DoorbusterMain;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.gateway.StateDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code doorbuster serve} as a process of its own, as an operator runs it. */
final class ServedProcess implements AutoCloseable {
    private static final int PATIENCE_S = 60;

    /** So few that most processes die with a checkpoint under way. */
    private static final String CHECKPOINT_EVERY = "1000";

    private final Path data;
    private final Process process;
    private final BufferedReader out;
    private @Nullable String listening;

    private ServedProcess(Path data, Path err, List<String> under, String... how) throws IOException {
        this.data = data;
        final List<String> command = new ArrayList<>(under);
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("@" + Path.of(System.getProperty("doorbuster.root"), ".config", "jvm.options"));
        command.add("-XX:TieredStopAtLevel=1"); // It lives for seconds, in which the second compiler costs more than it
        // gives.
        command.add("-XX:ErrorFile=" + err.resolveSibling("crash"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DoorbusterMain.class.getName()));
        command.addAll(List.of(how));
        command.addAll(List.of("--data", data.toString(), "--port", "0", "--set", "ITEMS_MAX=1000"));
        command.addAll(List.of("--set", "SHOPPERS_MAX=1000", "--set", "SOURCES_MAX=64"));
        process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts and waits until it listens. */
    static ServedProcess start(Path data, Path err) throws IOException {
        return startUnder(List.of(), data, err);
    }

    /** The same, the JVM being run under another program: a tracer, another clock. */
    static ServedProcess startUnder(List<String> under, Path data, Path err) throws IOException {
        final ServedProcess server = tryStartUnder(under, data, err);
        if (!server.isListening()) {
            server.close();
            throw new AssertionError("refused to start: " + Files.readString(err));
        }
        return server;
    }

    /** The same, but the process may also refuse to start, or be killed on the way. */
    static ServedProcess tryStartUnder(List<String> under, Path data, Path err) throws IOException {
        final ServedProcess server = launchUnder(under, data, err);
        server.awaitListening();
        return server;
    }

    /** The same, without waiting for anything. */
    static ServedProcess launchUnder(List<String> under, Path data, Path err) throws IOException {
        return new ServedProcess(data, err, under, "serve", "--checkpoint-every", CHECKPOINT_EVERY);
    }

    /** Waits for what it says first; false when it has ended instead. */
    boolean awaitListening() throws IOException {
        listening = out.readLine();
        return isListening();
    }

    /** A standby, which listens when the process that serves is gone. */
    static ServedProcess follow(Path data, Path err) throws IOException {
        final ServedProcess standby = new ServedProcess(data, err, List.of(), "follow", "--take-over");
        standby.awaitListening();
        return standby;
    }

    /** Waits until a standby serves; gives back what it has said of its lag meanwhile. */
    List<String> awaitTakeOver() throws IOException {
        final List<String> said = new ArrayList<>();
        while (!isListening()) {
            said.add(requireNonNull(listening, "the standby has ended"));
            awaitListening();
        }
        return said;
    }

    boolean isListening() {
        return listening != null && listening.startsWith("listening on ");
    }

    PipelinedClient connect(long source) throws IOException {
        return PipelinedClient.connect(address(), token(), source);
    }

    DoorbusterClient connectOneByOne(long source) throws IOException {
        return DoorbusterClient.connect(address(), token(), source);
    }

    InetSocketAddress address() {
        final String line = String.valueOf(listening);
        final int end = line.indexOf(',');
        final int port = Integer.parseInt(line.substring(line.lastIndexOf(':', end) + 1, end));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private String token() throws IOException {
        return Files.readString(data.resolve("token")).strip();
    }

    /** {@code kill -9} of the JVM, and of what it runs under; returns when nobody is left. */
    void kill() throws InterruptedException {
        final List<ProcessHandle> below;
        try (Stream<ProcessHandle> all = process.descendants()) {
            below = all.toList();
        }
        below.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        below.forEach(handle -> handle.onExit().join());
    }

    /** Asks the JVM to stop in order; its exit code. */
    int stop() throws InterruptedException {
        final ProcessHandle jvm;
        try (Stream<ProcessHandle> below = process.descendants()) {
            jvm = below.findFirst().orElse(process.toHandle());
        }
        jvm.destroy();
        return awaitExit();
    }

    /** Waits for the end; its exit code. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.close();
        // A killed process leaves its stores in memory for the next one. Another's file system has no real path here.
        if (Files.isDirectory(data) && !data.startsWith("/proc")) {
            StateDirectory.of(data).close();
        }
    }
}
