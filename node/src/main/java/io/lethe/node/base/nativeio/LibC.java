package io.lethe.node.base.nativeio;

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

/**
 * The handful of C library functions behind {@link LinuxFiles}, with their error numbers. Stateless
 * after construction; safe for any thread.
 *
 * <p>Every call takes an errno capture area as its first argument, since the JVM itself may change
 * errno between two Java instructions.
 */
// Foreign functions are restricted by design; this class is where their use is confined.
@SuppressWarnings("restricted")
final class LibC {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CLOEXEC = 0x80000;

    static final int EINTR = 4;
    static final int ENOSYS = 38;
    static final int EOPNOTSUPP = 95;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** A signal may interrupt a call this often in a row before it counts as a failure. */
    private static final int MOST_INTERRUPTIONS = 100;

    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle fallocate;
    private final MethodHandle pread;
    private final MethodHandle statfs;
    private final MethodHandle ioctl;

    LibC() {
        var i32 = ValueLayout.JAVA_INT;
        var i64 = ValueLayout.JAVA_LONG;
        var address = ValueLayout.ADDRESS;
        open = variadic("open", FunctionDescriptor.of(i32, address, i32));
        close = plain("close", FunctionDescriptor.of(i32, i32));
        fallocate = plain("fallocate", FunctionDescriptor.of(i32, i32, i32, i64, i64));
        pread = plain("pread", FunctionDescriptor.of(i64, i32, address, i64, i64));
        statfs = plain("statfs", FunctionDescriptor.of(i32, address, address));
        ioctl = variadic("ioctl", FunctionDescriptor.of(i32, i32, i64, address));
    }

    private static MethodHandle plain(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                signature,
                Linker.Option.captureCallState("errno"));
    }

    /** For functions declared {@code f(a, b, ...)}. */
    private static MethodHandle variadic(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                signature,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(2));
    }

    /** A system call that said no. */
    static final class Errno extends IOException {
        private static final long serialVersionUID = 1L;

        final int number;

        Errno(String call, int number) {
            super(call + " failed with errno " + number);
            this.number = number;
        }
    }

    /** One native call, as a method handle is invoked. */
    private interface Call {
        // Method handles declare Throwable; the ones here throw nothing but errors of the JVM.
        long invoke(MemorySegment capture) throws Throwable;
    }

    private static long call(String name, Call call) throws Errno {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(CAPTURE);
            int number = EINTR;
            for (int i = 0; i < MOST_INTERRUPTIONS && number == EINTR; i++) {
                long result = invoke(name, call, capture);
                if (result >= 0) {
                    return result;
                }
                number = (int) ERRNO.get(capture, 0L);
            }
            throw new Errno(name, number);
        }
    }

    private static long invoke(String name, Call call, MemorySegment capture) {
        try {
            return call.invoke(capture);
        } catch (Throwable e) {
            throw new IllegalStateException("the native call " + name + " could not be made", e);
        }
    }

    int open(Path file, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            return (int)
                    call(
                            "open of " + file,
                            c -> (int) open.invokeExact(c, name, flags | O_CLOEXEC));
        }
    }

    void close(int descriptor) throws IOException {
        long _ = call("close", c -> (int) close.invokeExact(c, descriptor));
    }

    void fallocate(int descriptor, int mode, long offset, long lengthBytes) throws IOException {
        long _ =
                call(
                        "fallocate",
                        c -> (int) fallocate.invokeExact(c, descriptor, mode, offset, lengthBytes));
    }

    long pread(int descriptor, MemorySegment target, long lengthBytes, long offset)
            throws IOException {
        return call(
                "pread", c -> (long) pread.invokeExact(c, descriptor, target, lengthBytes, offset));
    }

    void statfs(Path path, MemorySegment target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            long _ = call("statfs of " + path, c -> (int) statfs.invokeExact(c, name, target));
        }
    }

    void ioctl(int descriptor, long request, MemorySegment target) throws IOException {
        long _ = call("ioctl", c -> (int) ioctl.invokeExact(c, descriptor, request, target));
    }
}
