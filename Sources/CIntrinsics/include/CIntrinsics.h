// One-line shims for what Swift cannot spell: instructions on 16 lanes, the processor probe and
// three system calls. No arithmetic of a model lives here; kernels are written in Swift.
//
// Read first: Lanes.h (vector operations), WideLanes.h (the same in double precision),
// Processor.h (which instructions may run), System.h (futexes, thread placement).
#pragma once

#include "Lanes.h"
#include "Processor.h"
#include "System.h"
#include "WideLanes.h"
