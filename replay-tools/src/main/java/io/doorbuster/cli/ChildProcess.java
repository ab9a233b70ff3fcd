package io.doorbuster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Another JVM that runs a command of ours with the flags of this one. One thread. */
final class ChildProcess implements AutoCloseable {
    private static final String LISTENING = "listening on ";
    private static final int STOP_SECONDS = 60;

    private final Process process;
    private final BufferedReader out;
    private String lastLine = "";

    private ChildProcess(Process process) {
        this.process = process;
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a command.
     *
     * @param jvmOption one more flag for the JVM; empty = none.
     */
    static ChildProcess start(String jvmOption, String... arguments) throws IOException {
        return start(ProcessBuilder.Redirect.INHERIT, jvmOption, arguments);
    }

    /** Starts a command that is going to outlive this process, and must not hold on to its terminal. */
    static ChildProcess startDetached(Path log, String... arguments) throws IOException {
        return start(ProcessBuilder.Redirect.appendTo(log.toFile()), "", arguments);
    }

    private static ChildProcess start(ProcessBuilder.Redirect err, String jvmOption, String... arguments)
            throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        if (!jvmOption.isEmpty()) {
            command.add(jvmOption);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DoorbusterMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ChildProcess(new ProcessBuilder(command).redirectError(err).start());
    }

    /** The port of a serve command, as soon as it listens. */
    int awaitPort() throws IOException {
        final String line = nextLine();
        if (line == null || !line.startsWith(LISTENING)) {
            throw new IOException("the serving process did not start; it says why above");
        }
        final int end = line.indexOf(',');
        return Integer.parseInt(line.substring(line.lastIndexOf(':', end) + 1, end));
    }

    private @Nullable String nextLine() throws IOException {
        final String line = out.readLine();
        if (line != null) {
            lastLine = line;
        }
        return line;
    }

    long pid() {
        return process.pid();
    }

    /** Asks the process to stop in order. */
    void stop() {
        process.toHandle().destroy(); // Process.destroy would close the pipe that the result comes through.
    }

    /** Waits for the end; the JSON object of the last line. */
    JsonNode awaitResult() throws IOException, InterruptedException {
        String line = nextLine();
        while (line != null) {
            line = nextLine();
        }
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("process " + process.pid() + " does not end");
        }
        if (!lastLine.startsWith("{")) {
            throw new IOException("process " + process.pid() + " ended with code " + process.exitValue()
                    + " and without a result; it says why above");
        }
        return Report.MAPPER.readTree(lastLine);
    }

    /** Lets the process live on. */
    void leave() throws IOException {
        out.close();
    }

    /** Makes sure that the process is gone: in order when it can, since it has files to clear away. */
    @Override
    public void close() {
        stop();
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
