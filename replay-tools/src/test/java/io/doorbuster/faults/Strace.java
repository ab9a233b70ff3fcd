package io.doorbuster.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Faults that the kernel itself answers a real process with, by {@code strace}. */
final class Strace {
    private Strace() {}

    /** Skips the test where nothing can be injected. */
    static void assumeWorks() throws InterruptedException {
        Command.assumeWorks(
                "no strace here that may inject errors: apt-get install strace, and allow ptrace",
                "strace",
                "-f",
                "-qq",
                "--seccomp-bpf",
                "-e",
                "inject=fdatasync:error=EIO",
                "true");
    }

    /**
     * How to run a process so that a call fails.
     *
     * @param log what the calls came to.
     * @param call name of the system call.
     * @param fault as strace takes it: {@code error=EIO:when=4+}, {@code signal=SIGKILL:when=2}.
     * @param files that the call must be about; empty = any.
     */
    static List<String> injecting(Path log, String call, String fault, List<Path> files) {
        final List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-y", "--seccomp-bpf"));
        command.addAll(List.of("-o", log.toString(), "-e", "trace=" + call, "-e", "inject=" + call + ":" + fault));
        for (final Path file : files) {
            command.addAll(List.of("-P", file.toString()));
        }
        return command;
    }
}
