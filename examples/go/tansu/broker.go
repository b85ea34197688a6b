// SPDX-License-Identifier: Apache-2.0

// Package tansu runs a Kafka-compatible broker inside the process. It is small on purpose: copy it and change it.
//
// The header and the library are those of the Python package; where they are is said from outside:
//
//	export CGO_CFLAGS="-I$(python -m tansu_cffi --includedir)"
//	export CGO_LDFLAGS="-L$(python -m tansu_cffi --libdir) -Wl,-rpath,$(python -m tansu_cffi --libdir)"
package tansu

// #cgo LDFLAGS: -l:libtansu.so.0
// #include "bridge.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"time"
	"unsafe"
)

// Error is what the library tells of a failure.
type Error struct {
	Status  int // one of TANSU_E_...
	Kind    int // one of TANSU_KIND_...
	Message string
}

func (e *Error) Error() string { return e.Message }

// Events are the callbacks of a broker; any of them may be nil.
type Events struct {
	Started  func(port int)
	Stopped  func()
	Error    func(err error) // the broker goes on
	Fatal    func(err error) // the broker stops because of it, Stopped follows
	Released func()          // last of all
}

// Broker is used once: to start again, make a new one.
//
// It has no finalizer. A finalizer could only call tansu_broker_free, which detaches the callbacks, at a time that the
// program does not choose. The handle keeps the events reachable, so a broker in a cycle with them would never be
// collected.
type Broker struct {
	ptr *C.tansu_broker
}

// New makes a broker that is not started yet. It returns an error for invalid settings.
func New(settings map[string]string, events Events) (*Broker, error) {
	// A header that is newer than the library would name functions that are not there.
	if have := C.tansu_abi_version(); have < C.TANSU_ABI_VERSION {
		return nil, fmt.Errorf("libtansu.so.0 has ABI version %d, this program was built for %d", have, C.TANSU_ABI_VERSION)
	}
	var config *C.tansu_config
	if status := C.tansu_config_new(&config); status != C.TANSU_OK {
		return nil, errors.New(C.GoString(C.tansu_status_name(status)))
	}
	// tansu_broker_new copies the settings.
	defer C.tansu_config_free(config)
	for key, value := range settings {
		if err := set(config, key, value); err != nil {
			return nil, err
		}
	}

	// C must not keep a Go pointer, as the garbage collector does not see it there. A handle is a number that keeps the
	// value alive until it is deleted.
	handle := cgo.NewHandle(events)
	broker := &Broker{}
	var failure *C.tansu_error
	if status := C.bridge_broker_new(config, C.uintptr_t(handle), &broker.ptr, &failure); status != C.TANSU_OK {
		// Without a broker, release is never called.
		handle.Delete()
		return nil, takeError(failure)
	}
	return broker, nil
}

func set(config *C.tansu_config, key, value string) error {
	cKey, cValue := C.CString(key), C.CString(value)
	defer C.free(unsafe.Pointer(cKey))
	defer C.free(unsafe.Pointer(cValue))
	var failure *C.tansu_error
	if status := C.tansu_config_set(config, cKey, cValue, &failure); status != C.TANSU_OK {
		return takeError(failure)
	}
	return nil
}

// Start starts the broker and waits until clients can connect. After an error, Wait tells when the broker is gone.
//
// The error comes as an object, not from a place that belongs to a thread: a goroutine may move to another thread
// between two calls.
func (b *Broker) Start(timeout time.Duration) (port int, err error) {
	var failure *C.tansu_error
	if status := C.tansu_broker_start(b.ptr, &failure); status != C.TANSU_OK {
		return 0, takeError(failure)
	}
	var bound C.uint16_t
	status := C.tansu_broker_wait_ready(b.ptr, C.int64_t(timeout.Milliseconds()), &bound, &failure)
	if status != C.TANSU_OK {
		return 0, takeError(failure)
	}
	return int(bound), nil
}

// Stop asks the broker to stop and returns at once. It may be called from a callback.
func (b *Broker) Stop() {
	C.tansu_broker_stop(b.ptr, -1)
}

// Wait returns when the broker is gone and the callbacks have returned; its error is the fatal one, if there was any.
//
// While it waits in C it takes a whole thread of the system; other goroutines go on. A context cannot cancel it: call
// it in a goroutine of its own, or with a time-out.
func (b *Broker) Wait(timeout time.Duration) error {
	var failure *C.tansu_error
	if status := C.tansu_broker_wait(b.ptr, C.int64_t(timeout.Milliseconds()), &failure); status != C.TANSU_OK {
		return takeError(failure)
	}
	return nil
}

// Free gives the broker up; no other goroutine may use it any more. Without Stop and Wait before, callbacks are cut
// off.
func (b *Broker) Free() {
	C.tansu_broker_free(b.ptr)
	b.ptr = nil // every function takes NULL
}

func takeError(failure *C.tansu_error) error {
	defer C.tansu_error_free(failure)
	return copyError(failure)
}

func copyError(err *C.tansu_error) error {
	return &Error{
		Status:  int(C.tansu_error_status(err)),
		Kind:    int(C.tansu_error_kind(err)),
		Message: C.GoString(C.tansu_error_message(err)),
	}
}
