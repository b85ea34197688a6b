// SPDX-License-Identifier: Apache-2.0
package embedded;

import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.ptr.ShortByReference;
import java.util.List;
import java.util.Map;

/** A Kafka-compatible broker inside this process. It is used once: to start again, make a new one. */
final class Broker {
    /** What the broker tells. The methods run on its own thread, one at a time and in order. */
    interface Events {
        void started(int port);

        void stopped();

        /** The broker goes on. */
        void error(String message);

        /** The broker stops because of an error; {@link #stopped} follows. */
        void fatal(String message);

        /** Last of all. */
        void released();
    }

    private final Tansu tansu;
    /**
     * The garbage collector does not see that C holds the callbacks. Without this field they are collected while the
     * broker runs, and the next event crashes the virtual machine. Wait for a broker before dropping the last
     * reference to it.
     */
    private final Tansu.Callbacks callbacks = new Tansu.Callbacks();

    private final Pointer broker;

    /** Creates a broker that is not started yet. Throws for invalid settings. */
    Broker(Tansu tansu, Map<String, String> settings, Events events) {
        this.tansu = tansu;
        callbacks.onStarted = (userData, port) -> events.started(Short.toUnsignedInt(port));
        callbacks.onStopped = userData -> events.stopped();
        callbacks.onError = (userData, error) -> events.error(tansu.tansu_error_message(error));
        callbacks.onFatal = (userData, error) -> events.fatal(tansu.tansu_error_message(error));
        callbacks.release = userData -> events.released();

        // The callbacks come on a thread that Java does not know. Without an initializer JNA attaches and detaches it
        // around each call, and each call makes a new Thread object. With one it stays attached until it ends; as a
        // daemon, so that a broker that was not stopped does not block the end of the program.
        // An exception in a callback goes to Native.getCallbackExceptionHandler, which prints it; never to the broker.
        CallbackThreadInitializer thread = new CallbackThreadInitializer(true, false, "tansu-callbacks");
        for (var callback : List.of(
                callbacks.onStarted, callbacks.onStopped, callbacks.onError, callbacks.onFatal, callbacks.release)) {
            Native.setCallbackThreadInitializer(callback, thread);
        }

        PointerByReference out = new PointerByReference();
        int status = tansu.tansu_config_new(out);
        if (status != Tansu.OK) {
            throw new TansuException(tansu.tansu_status_name(status));
        }
        Pointer config = out.getValue();
        try {
            // Where the library writes the error: an object that we free, not a place that belongs to a thread.
            PointerByReference error = new PointerByReference();
            settings.forEach((key, value) -> check(tansu.tansu_config_set(config, key, value, error), error));
            check(tansu.tansu_broker_new(config, callbacks, out, error), error);
            broker = out.getValue();
        } finally {
            // tansu_broker_new has copied the settings.
            tansu.tansu_config_free(config);
        }
    }

    /** Starts the broker and waits until clients can connect. Gives the port. */
    int start(long timeoutMs) {
        PointerByReference error = new PointerByReference();
        ShortByReference port = new ShortByReference();
        check(tansu.tansu_broker_start(broker, error), error);
        check(tansu.tansu_broker_wait_ready(broker, timeoutMs, port, error), error);
        return Short.toUnsignedInt(port.getValue());
    }

    /** Asks the broker to stop and returns at once. May be called from an event. */
    void stop() {
        tansu.tansu_broker_stop(broker, -1);
    }

    /**
     * Waits until the broker is gone and every event has returned; throws the fatal error, if there was one. The thread
     * is inside C for that time: the garbage collector does not wait for it, but an interrupt does not wake it either,
     * and a virtual thread takes its carrier along.
     */
    void await(long timeoutMs) {
        PointerByReference error = new PointerByReference();
        check(tansu.tansu_broker_wait(broker, timeoutMs, error), error);
    }

    /** Gives the broker up; no other thread may use it any more. Without stop and await before, events are cut off. */
    void free() {
        tansu.tansu_broker_free(broker);
    }

    private void check(int status, PointerByReference error) {
        if (status == Tansu.OK) {
            return;
        }
        String message = tansu.tansu_error_message(error.getValue());
        tansu.tansu_error_free(error.getValue());
        throw new TansuException(message);
    }

    /** What the library tells of a failure. */
    static final class TansuException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TansuException(String message) {
            super(message);
        }
    }
}
