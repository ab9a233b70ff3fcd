package io.doorbuster.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file with blocks on the disk for what will be written; the only door to {@code fallocate(2)}. One thread.
 *
 * <p>The file does not get longer by it: Chronicle sets lengths as it maps, and one that it found too long already would be cut. {@code
 * posix_fallocate} would not do: where the file system cannot allocate, it rewrites bytes, beside a writer that has them mapped.
 */
final class AllocatedFile implements AutoCloseable {
    private static final int KEEP_SIZE = 1;
    private static final int READ_WRITE_CREATE = 2 | 0x40;
    private static final int MODE = 0666; // Less the umask.
    private static final int EINTR = 4;
    private static final int ENOSPC = 28;
    private static final int EOPNOTSUPP = 95;
    private static final int EDQUOT = 122;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final @Nullable MethodHandle OPEN = function(
            "open",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final @Nullable MethodHandle FALLOCATE = function(
            "fallocate",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final @Nullable MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final Path path;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(CALL_STATE);
    private final int descriptor;
    private long end;

    private AllocatedFile(Path path) throws IOException {
        this.path = path;
        descriptor = open();
    }

    /** Opens a file, which is made when it is missing; null when the disk is too full for that. */
    static @Nullable AllocatedFile open(Path path) throws IOException {
        final AllocatedFile file = new AllocatedFile(path);
        if (file.descriptor >= 0) {
            return file;
        }
        final int error = file.errno();
        file.arena.close();
        if (isFull(error)) {
            return null;
        }
        throw file.failed("open", error);
    }

    private static boolean isFull(int error) {
        return error == ENOSPC || error == EDQUOT;
    }

    @SuppressWarnings("restricted") // The signatures are those of the C library.
    private static @Nullable MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        final Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 1, options.length);
        all[0] = Linker.Option.captureCallState("errno");
        final Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(address -> linker.downcallHandle(address, type, all))
                .orElse(null);
    }

    /** Bytes from the beginning of the file that are on the disk for sure. */
    long end() {
        return end;
    }

    /**
     * Allocates up to an offset; bytes that are there stay.
     *
     * @return false when the disk is full; what it still had may be allocated all the same.
     */
    boolean extend(long to) throws IOException {
        int error = EINTR;
        while (error == EINTR) {
            error = fallocate(to);
        }
        if (isFull(error)) {
            return false;
        }
        if (error == EOPNOTSUPP) {
            throw unsupported();
        }
        if (error != 0) {
            throw failed("fallocate", error);
        }
        end = to;
        return true;
    }

    private int open() throws IOException {
        try (Arena call = Arena.ofConfined()) {
            return (int) handle(OPEN).invokeExact(state, call.allocateFrom(path.toString()), READ_WRITE_CREATE, MODE);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives the error, or 0. */
    private int fallocate(long to) throws IOException {
        try {
            final int result = (int) handle(FALLOCATE).invokeExact(state, descriptor, KEEP_SIZE, end, to - end);
            return result == 0 ? 0 : errno();
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private MethodHandle handle(@Nullable MethodHandle function) throws IOException {
        if (function == null) {
            throw unsupported();
        }
        return function;
    }

    private int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    private IOException unsupported() {
        return new IOException("the file system of " + path + " cannot allocate space ahead, so that a full disk would"
                + " stop the process: put the data directory on ext4, xfs, btrfs or tmpfs");
    }

    private IOException failed(String call, int error) {
        return new IOException("cannot allocate space for " + path + " (" + call + ": errno " + error
                + "): check the disk, and that this user may write there");
    }

    /** Closes once: the descriptor's number may soon be another file's. */
    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        try {
            final int ignored = (int) handle(CLOSE).invokeExact(state, descriptor); // Nothing was written through it.
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            arena.close();
        }
    }
}
