package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
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

/** {@code doorbuster serve} as a process of its own, as an operator runs it. */
final class ServedProcess implements AutoCloseable {
    private static final int PATIENCE_S = 60;

    private final Path data;
    private final Process process;
    private final BufferedReader out;
    private final int port;

    /**
     * Starts and waits until it listens.
     *
     * @param tracer what the JVM is run under; empty = nothing.
     */
    ServedProcess(Path data, Path err, String... tracer) throws IOException {
        this.data = data;
        final List<String> command = new ArrayList<>(List.of(tracer));
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("@" + Path.of(System.getProperty("doorbuster.root"), ".config", "jvm.options"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DoorbusterMain.class.getName()));
        command.addAll(List.of("serve", "--data", data.toString(), "--port", "0", "--set", "ITEMS_MAX=1000"));
        command.addAll(List.of("--set", "SHOPPERS_MAX=1000", "--set", "SOURCES_MAX=64"));
        process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        out = process.inputReader(StandardCharsets.UTF_8);
        final String line = out.readLine();
        assertThat(line).as(Files.readString(err)).startsWith("listening on ");
        final int end = line.indexOf(',');
        port = Integer.parseInt(line.substring(line.lastIndexOf(':', end) + 1, end));
    }

    PipelinedClient connect(long source) throws IOException {
        return PipelinedClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                Files.readString(data.resolve("token")).strip(),
                source);
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to stop in order; its exit code. */
    int stop() throws InterruptedException {
        process.toHandle().destroy();
        return awaitExit();
    }

    /** Waits for the end; its exit code. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        out.close();
    }
}
