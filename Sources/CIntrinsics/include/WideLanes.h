// Operations on 8 lanes of double precision and between them and 16 lanes of single precision.
// What Lanes.h says of its functions holds here.
#pragma once

#include "Lanes.h"

#pragma clang assume_nonnull begin
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef double LanesF64 __attribute__((ext_vector_type(8)));
typedef int64_t LanesI64 __attribute__((ext_vector_type(8)));

LANES_INLINE LanesF64 wide_load(const double *source) {
    LanesF64 lanes;
    memcpy(&lanes, source, sizeof(lanes));
    return lanes;
}

LANES_INLINE void wide_store(double *target, LanesF64 lanes) {
    memcpy(target, &lanes, sizeof(lanes));
}

LANES_INLINE LanesF64 wide_splat(double value) { return (LanesF64)value; }

LANES_INLINE double wide_first(LanesF64 lanes) { return lanes[0]; }

LANES_INLINE float lanes_first(LanesF32 lanes) { return lanes[0]; }

// 8 values of single precision in double precision, exactly.
LANES_INLINE LanesF64 wide_load_singles(const float *source) {
    typedef float Eight __attribute__((ext_vector_type(8)));
    Eight lanes;
    memcpy(&lanes, source, sizeof(lanes));
    return __builtin_convertvector(lanes, LanesF64);
}

LANES_INLINE LanesF64 wide_low(LanesF32 lanes) {
    return __builtin_convertvector(lanes.lo, LanesF64);
}

LANES_INLINE LanesF64 wide_high(LanesF32 lanes) {
    return __builtin_convertvector(lanes.hi, LanesF64);
}

LANES_INLINE LanesF64 wide_select(LanesI64 mask, LanesF64 yes, LanesF64 no) {
    return (LanesF64)((mask & (LanesI64)yes) | (~mask & (LanesI64)no));
}

LANES_INLINE LanesF64 wide_magnitude(LanesF64 lanes) {
    return (LanesF64)((LanesI64)lanes & 0x7fffffffffffffff);
}

// The larger of each two lanes, the second where they are equal; NaN if either is one.
LANES_INLINE LanesF64 wide_max(LanesF64 lanes, LanesF64 other) {
    LanesI64 unordered = (lanes != lanes) | (other != other);
    LanesF64 larger = wide_select(other >= lanes, other, lanes);
    return wide_select(unordered, (LanesF64)__builtin_nan(""), larger);
}

// 1 where a lane is above the bound, else 0; a NaN is not.
LANES_INLINE LanesF64 wide_is_above(LanesF64 lanes, double bound) {
    return wide_select(lanes > (LanesF64)bound, (LanesF64)1.0, (LanesF64)0.0);
}

// The sum by one fixed tree: halves, quarters, pairs.
LANES_INLINE double wide_sum(LanesF64 lanes) {
    __attribute__((ext_vector_type(4))) double four = lanes.lo + lanes.hi;
    __attribute__((ext_vector_type(2))) double two = four.lo + four.hi;
    return two.x + two.y;
}

// Brings lanes into low...high, to the bound where they equal it; a NaN stays.
LANES_INLINE LanesF32 lanes_clamp(LanesF32 lanes, float low, float high) {
    LanesF32 bounds = (LanesF32)low;
    LanesI32 mask = lanes <= bounds;
    LanesF32 raised = (LanesF32)((mask & (LanesI32)bounds) | (~mask & (LanesI32)lanes));
    bounds = (LanesF32)high;
    mask = raised > bounds;
    return (LanesF32)((mask & (LanesI32)bounds) | (~mask & (LanesI32)raised));
}

#pragma clang diagnostic pop
#pragma clang assume_nonnull end
