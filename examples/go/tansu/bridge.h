// SPDX-License-Identifier: Apache-2.0
// The C half of the bridge. A cgo.Handle is a number such as 1, 2, 3: it may travel as a void * through C, but never
// sit in a Go variable of type unsafe.Pointer. Go's runtime checks those and ends the process with "found bad pointer"
// or "invalid pointer found on stack". So Go sees uintptr_t only, and the casts are on this side.
#ifndef TANSU_BRIDGE_H
#define TANSU_BRIDGE_H

#include "tansu.h"

int32_t bridge_broker_new(const tansu_config *config, uintptr_t handle, tansu_broker **out, tansu_error **err);

#endif
