// SPDX-License-Identifier: Apache-2.0
package embedded;

import com.sun.jna.Callback;
import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.ptr.ShortByReference;
import java.util.Map;

/** tansu.h, as much of it as a program needs. */
interface Tansu extends Library {
    /** The version of the header that this interface was written from. */
    int ABI_VERSION = 1;

    int OK = 0;

    /**
     * Loads the library: by its full path, or by its file name from the folders of {@code -Djna.library.path}.
     * "tansu" alone would look for libtansu.so, which is not there: the name has the version of the ABI in it.
     */
    static Tansu load(String nameOrPath) {
        // All strings are UTF-8; JNA's own default is that of the system.
        Tansu tansu = Native.load(nameOrPath, Tansu.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));
        // JNA looks a function up when it is first called, so ask before one is missing.
        if (tansu.tansu_abi_version() < ABI_VERSION) {
            throw new UnsatisfiedLinkError(nameOrPath + " is older than this program: " + tansu.tansu_version());
        }
        return tansu;
    }

    int tansu_abi_version();

    String tansu_version();

    String tansu_status_name(int status);

    String tansu_error_message(Pointer error);

    void tansu_error_free(Pointer error);

    int tansu_config_new(PointerByReference out);

    int tansu_config_set(Pointer config, String key, String value, PointerByReference error);

    void tansu_config_free(Pointer config);

    int tansu_broker_new(Pointer config, Callbacks callbacks, PointerByReference out, PointerByReference error);

    int tansu_broker_start(Pointer broker, PointerByReference error);

    // int64_t is long. (C's `long` would be NativeLong.)
    int tansu_broker_wait_ready(Pointer broker, long timeoutMs, ShortByReference port, PointerByReference error);

    int tansu_broker_stop(Pointer broker, long graceMs);

    int tansu_broker_wait(Pointer broker, long timeoutMs, PointerByReference error);

    void tansu_broker_free(Pointer broker);

    interface StartedCallback extends Callback {
        // uint16_t is a short here, so ports from 32768 on come as negative numbers: Short.toUnsignedInt.
        void invoke(Pointer userData, short port);
    }

    interface StoppedCallback extends Callback {
        void invoke(Pointer userData);
    }

    interface ErrorCallback extends Callback {
        // The error is lent for the time of the call: read it here, do not keep the pointer.
        void invoke(Pointer userData, Pointer error);
    }

    interface ReleaseCallback extends Callback {
        void invoke(Pointer userData);
    }

    /** tansu_callbacks. The library reads as much of it as the first member says, so it may know more members. */
    @Structure.FieldOrder({"structSize", "userData", "onStarted", "onStopped", "onError", "onFatal", "release"})
    final class Callbacks extends Structure {
        public SizeT structSize;
        public Pointer userData;
        public StartedCallback onStarted;
        public StoppedCallback onStopped;
        public ErrorCallback onError;
        public ErrorCallback onFatal;
        public ReleaseCallback release;

        Callbacks() {
            structSize = new SizeT(size());
        }
    }

    /** size_t. */
    final class SizeT extends IntegerType {
        private static final long serialVersionUID = 1;

        /** JNA makes one by itself when it lays out a structure. */
        public SizeT() {
            this(0);
        }

        SizeT(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }
    }
}
