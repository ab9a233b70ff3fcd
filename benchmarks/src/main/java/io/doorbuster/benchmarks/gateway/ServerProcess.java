package io.doorbuster.benchmarks.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.gateway.ThreadMode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second JVM with the flags and the class path of this one, which runs {@link RoundTripServerMain}. One thread. */
final class ServerProcess implements AutoCloseable {
    private static final int STOP_SECONDS = 60;

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;
    private final JsonNode description;

    private ServerProcess(Process process) throws IOException {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        description = new ObjectMapper().readTree(nextLine());
    }

    /** Starts it, and waits until it serves. */
    static ServerProcess start(Path directory, ThreadMode threads) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RoundTripServerMain.class.getName()));
        command.addAll(List.of(directory.toString(), threads.name()));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            return new ServerProcess(process);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private String nextLine() throws IOException {
        String line = answers.readLine();
        while (line != null && !line.startsWith(RoundTripServerMain.OURS)) {
            line = answers.readLine();
        }
        if (line == null) {
            throw new IOException("the serving process has ended; it says why above");
        }
        return line.substring(RoundTripServerMain.OURS.length());
    }

    int gatewayPort() {
        return description.get(RoundTripServerMain.GATEWAY_PORT).asInt();
    }

    int echoPort() {
        return description.get(RoundTripServerMain.ECHO_PORT).asInt();
    }

    String kernels() {
        return description.get(RoundTripServerMain.KERNELS).asText();
    }

    Path dataDirectory() {
        return Path.of(description.get(RoundTripServerMain.DATA_DIRECTORY).asText());
    }

    String token() throws IOException {
        return Files.readString(dataDirectory().resolve("token")).strip();
    }

    /** Type of the file system under the journal: a journal in memory would be another measurement. */
    String fileSystem() throws IOException {
        return Files.getFileStore(dataDirectory()).type();
    }

    /** Bytes that the gateway's threads have allocated on the heap so far. */
    long allocatedBytes() throws IOException {
        questions.write('\n');
        questions.flush();
        return Long.parseLong(nextLine());
    }

    /** Lets it tidy up and end. */
    @Override
    public void close() throws IOException {
        try {
            questions.close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("process " + process.pid() + " did not end within " + STOP_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("the serving process failed; it says why above");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
