package io.doorbuster.faults;

import static java.util.Objects.requireNonNull;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassNotLoadedException;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.InvalidTypeException;
import com.sun.jdi.InvocationException;
import com.sun.jdi.LongValue;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.StepEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.StepRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Kills a process inside its code: at the n-th call of a method, so many bytecodes later, while all of its threads stand still.
 * The process is run {@link #under} the debug agent of the JDK.
 */
final class KillPoint {
    private static final String CONNECT_MS = "60000";

    private final String type;
    private final String method;
    private final int call;
    private final int steps;
    private final boolean tears;
    private final ListeningConnector connector;
    private final Map<String, Connector.Argument> arguments;
    private final String address;
    private int calls;
    private @Nullable VirtualMachine vm;
    private @Nullable FutureTask<Boolean> watch;

    /**
     * Begins to listen for the process.
     *
     * @param type binary name of a class, which may be one of a library or of the JDK.
     * @param method of that class; all of that name.
     * @param call 1, 2, ...
     * @param steps bytecodes that the calling thread still executes.
     * @param tears the method copies bytes, its first argument says how many, and copies only {@code steps} modulo that.
     */
    KillPoint(String type, String method, int call, int steps, boolean tears)
            throws IOException, IllegalConnectorArgumentsException {
        this.type = type;
        this.method = method;
        this.call = call;
        this.steps = steps;
        this.tears = tears;
        connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(each -> each.name().equals("com.sun.jdi.SocketListen"))
                .findFirst()
                .orElseThrow();
        arguments = connector.defaultArguments();
        requireNonNull(arguments.get("localAddress")).setValue("127.0.0.1");
        requireNonNull(arguments.get("timeout")).setValue(CONNECT_MS);
        address = connector.startListening(arguments);
    }

    /** How to run the process. */
    List<String> under() {
        return List.of("env", "JDK_JAVA_OPTIONS=-agentlib:jdwp=transport=dt_socket,suspend=y,address=" + address);
    }

    /** Lets the process run, which has just been launched and waits for this. */
    void attach(ServedProcess server, boolean isArmed) throws IOException, IllegalConnectorArgumentsException {
        final VirtualMachine attached = connector.accept(arguments);
        connector.stopListening(arguments);
        vm = attached;
        if (isArmed) {
            arm();
        }
        final FutureTask<Boolean> task = new FutureTask<>(() -> watch(attached, server));
        watch = task;
        final Thread thread = new Thread(task, "kill-point");
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on calls count. */
    void arm() {
        final VirtualMachine armed = requireNonNull(vm);
        try {
            armed.suspend(); // Nothing is loaded meanwhile.
            final ClassPrepareRequest prepare = armed.eventRequestManager().createClassPrepareRequest();
            prepare.addClassFilter(type);
            prepare.enable();
            armed.classesByName(type).forEach(this::breakIn);
            armed.resume();
        } catch (VMDisconnectedException e) {
            return; // It has ended: who serves will see that.
        }
    }

    private void breakIn(ReferenceType loaded) {
        final List<Method> found = loaded.methods().stream()
                .filter(each -> each.name().equals(method) && each.location() != null)
                .toList();
        if (found.isEmpty()) {
            throw new IllegalStateException(type + " has no method " + method + " any more");
        }
        found.forEach(each -> loaded.virtualMachine()
                .eventRequestManager()
                .createBreakpointRequest(each.location())
                .enable());
    }

    /** Whether it was killed there, once it has ended. */
    boolean wasReached() throws InterruptedException {
        try {
            return requireNonNull(watch).get();
        } catch (ExecutionException e) {
            throw new AssertionError("the debugger: " + e.getCause(), e);
        }
    }

    private boolean watch(VirtualMachine watched, ServedProcess server) throws Exception {
        boolean hasEnded = false;
        try {
            while (true) {
                final EventSet events = watched.eventQueue().remove();
                for (final Event event : events) {
                    if (isThere(event)) {
                        return true;
                    }
                }
                events.resume();
            }
        } catch (VMDisconnectedException e) {
            hasEnded = true;
            return false;
        } finally {
            if (!hasEnded) {
                server.kill();
            }
        }
    }

    private boolean isThere(Event event)
            throws IncompatibleThreadStateException, InvalidTypeException, ClassNotLoadedException,
                    InvocationException {
        if (event instanceof ClassPrepareEvent prepared) {
            breakIn(prepared.referenceType());
        } else if (event instanceof BreakpointEvent reached && ++calls == call) {
            event.virtualMachine().eventRequestManager().deleteAllBreakpoints();
            if (tears) {
                tear(reached.thread(), reached.location().method());
            } else if (steps > 0) {
                step(reached.thread());
            }
            return tears || steps == 0;
        }
        return event instanceof StepEvent;
    }

    private void step(ThreadReference thread) {
        final StepRequest request = thread.virtualMachine()
                .eventRequestManager()
                .createStepRequest(thread, StepRequest.STEP_MIN, StepRequest.STEP_INTO);
        request.addCountFilter(steps);
        request.enable();
    }

    /** Has the bytes copied as by a call that has not come to its end: the copy itself is one instruction to a debugger. */
    private void tear(ThreadReference thread, Method copy)
            throws IncompatibleThreadStateException, InvalidTypeException, ClassNotLoadedException,
                    InvocationException {
        final StackFrame frame = thread.frame(0);
        final ObjectReference target = requireNonNull(frame.thisObject());
        final List<Value> of = new ArrayList<>(frame.getArgumentValues());
        final long length = ((LongValue) of.getFirst()).value();
        of.set(0, thread.virtualMachine().mirrorOf(steps % length));
        target.invokeMethod(thread, copy, of, ObjectReference.INVOKE_SINGLE_THREADED);
    }
}
