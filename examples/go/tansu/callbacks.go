// SPDX-License-Identifier: Apache-2.0

package tansu

// A file with //export may declare C functions in its preamble, but not define any: cgo copies the preamble into two C
// files, and the linker would find each definition twice. Definitions are in bridge.c.

// #include "bridge.h"
import "C"

import "runtime/cgo"

// The callbacks come on a thread that the broker made. cgo lends it to Go for the time of the call, so everything of Go
// works in them: channels, locks, new goroutines. They come one at a time and in order. A callback that waits for
// something holds back later events and nothing else; one that calls Wait gets an error instead of a deadlock. A panic
// that is not recovered ends the process, as it does in any goroutine.

//export tansuGoStarted
func tansuGoStarted(handle C.uintptr_t, port C.uint16_t) {
	if events := eventsOf(handle); events.Started != nil {
		events.Started(int(port))
	}
}

//export tansuGoStopped
func tansuGoStopped(handle C.uintptr_t) {
	if events := eventsOf(handle); events.Stopped != nil {
		events.Stopped()
	}
}

// The error is lent until the callback returns, so what Go sees is a copy.

//export tansuGoError
func tansuGoError(handle C.uintptr_t, err *C.tansu_error) {
	if events := eventsOf(handle); events.Error != nil {
		events.Error(copyError(err))
	}
}

//export tansuGoFatal
func tansuGoFatal(handle C.uintptr_t, err *C.tansu_error) {
	if events := eventsOf(handle); events.Fatal != nil {
		events.Fatal(copyError(err))
	}
}

// The only place that may delete the handle. Value panics on a deleted one, and on_stopped may still be on its way when
// the goroutine that called Stop goes on.
//
//export tansuGoRelease
func tansuGoRelease(handle C.uintptr_t) {
	events := eventsOf(handle)
	cgo.Handle(handle).Delete()
	if events.Released != nil {
		events.Released()
	}
}

func eventsOf(handle C.uintptr_t) Events {
	return cgo.Handle(handle).Value().(Events)
}
