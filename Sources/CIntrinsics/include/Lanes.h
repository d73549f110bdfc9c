// Operations on 16 lanes. Every module that includes this header compiles it for its own
// instruction set, so one Swift kernel source serves all of them. All functions are static and
// always inlined: none leaves a symbol that a linker could share between instruction sets.
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang assume_nonnull begin
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES_INLINE static inline __attribute__((always_inline, unused))

typedef float LanesF32 __attribute__((ext_vector_type(16)));
typedef int32_t LanesI32 __attribute__((ext_vector_type(16)));
typedef uint32_t LanesU32 __attribute__((ext_vector_type(16)));
typedef uint16_t LanesU16 __attribute__((ext_vector_type(16)));
typedef int16_t LanesI16 __attribute__((ext_vector_type(16)));
typedef int8_t LanesI8 __attribute__((ext_vector_type(16)));
typedef uint8_t LanesBlock __attribute__((ext_vector_type(64)));

// Whether 32 vector registers hold a tile of 12 rows; otherwise tiles have 4 rows.
#if defined(__AVX512F__) || defined(__aarch64__)
#define LANES_WIDE_TILE 1
#else
#define LANES_WIDE_TILE 0
#endif

// Whether one instruction multiplies four unsigned by four signed bytes and adds the sum.
#if defined(__AVX512VNNI__)
#define LANES_BYTE_DOT 1
#else
#define LANES_BYTE_DOT 0
#endif

LANES_INLINE _Bool lanes_wide_tile(void) { return LANES_WIDE_TILE; }

// Bytes that four prepared activations take: four Int8, or four Int16 in the order 0 2 1 3.
LANES_INLINE intptr_t lanes_activation_block_bytes(void) { return LANES_BYTE_DOT ? 4 : 8; }

LANES_INLINE LanesF32 lanes_load(const float *source) {
    LanesF32 lanes;
    memcpy(&lanes, source, sizeof(lanes));
    return lanes;
}

LANES_INLINE void lanes_store(float *target, LanesF32 lanes) {
    memcpy(target, &lanes, sizeof(lanes));
}

// The first `count` lanes from memory, the others `rest`.
LANES_INLINE LanesF32 lanes_load_part_or(const float *source, intptr_t count, float rest) {
    LanesF32 lanes = rest;
#if defined(__AVX512F__)
    __mmask16 mask = (__mmask16)((1u << count) - 1);
    return (LanesF32)_mm512_mask_loadu_ps((__m512)lanes, mask, source);
#else
    for (intptr_t i = 0; i < 16; i++) {
        if (i < count) lanes[i] = source[i];
    }
    return lanes;
#endif
}

// The first `count` lanes from memory, the others zero.
LANES_INLINE LanesF32 lanes_load_part(const float *source, intptr_t count) {
    return lanes_load_part_or(source, count, 0);
}

LANES_INLINE void lanes_store_part(float *target, LanesF32 lanes, intptr_t count) {
#if defined(__AVX512F__)
    _mm512_mask_storeu_ps(target, (__mmask16)((1u << count) - 1), (__m512)lanes);
#else
    for (intptr_t i = 0; i < 16; i++) {
        if (i < count) target[i] = lanes[i];
    }
#endif
}

LANES_INLINE LanesBlock lanes_load_block(const uint8_t *source) {
    LanesBlock lanes;
    memcpy(&lanes, source, sizeof(lanes));
    return lanes;
}

// Asks for the cache line at an address, mapped or not, to be fetched.
LANES_INLINE void lanes_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// Fetches into the second-level cache: what is needed too late to stay in the first.
LANES_INLINE void lanes_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

// Makes the compiler believe that the bytes at an address have changed.
LANES_INLINE void lanes_forget(const void *address) {
    __asm__ volatile("" : : "r"(address) : "memory");
}

LANES_INLINE LanesF32 lanes_splat(float value) { return (LanesF32)value; }

LANES_INLINE LanesI32 lanes_splat_integer(int32_t value) { return (LanesI32)value; }

// factor * other + sum, rounded once where the instruction set can; each set always the same way.
LANES_INLINE LanesF32 lanes_multiply_add(LanesF32 factor, LanesF32 other, LanesF32 sum) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(factor, other, sum);
#else
#pragma clang fp contract(off)
    return factor * other + sum;
#endif
}

LANES_INLINE LanesF32 lanes_from_integers(LanesI32 lanes) {
    return __builtin_convertvector(lanes, LanesF32);
}

// 16 half-precision values to single precision, exactly.
LANES_INLINE LanesF32 lanes_load_half(const uint16_t *source) {
#if defined(__F16C__) || defined(__aarch64__)
    typedef _Float16 Half16 __attribute__((ext_vector_type(16)));
    Half16 half;
    memcpy(&half, source, sizeof(half));
    return __builtin_convertvector(half, LanesF32);
#else
    LanesU16 half;
    memcpy(&half, source, sizeof(half));
    LanesU32 bits = __builtin_convertvector(half, LanesU32);
    LanesU32 magnitude = (bits & 0x7fff) << 13;
    LanesU32 special = (LanesU32)((bits & 0x7c00) == 0x7c00) & 0x7f800000;
    // 2^112 moves the exponent from a bias of 15 to one of 127 and normalises subnormals.
    LanesF32 scaled = (LanesF32)magnitude * 0x1p112f;
    return (LanesF32)((LanesU32)scaled | special | ((bits & 0x8000) << 16));
#endif
}

// lane < bound ? replacement : lane. A NaN compares false and stays.
LANES_INLINE LanesF32 lanes_replace_below(LanesF32 lanes, LanesF32 bound, LanesF32 replacement) {
    LanesI32 mask = lanes < bound;
    return (LanesF32)((mask & (LanesI32)replacement) | (~mask & (LanesI32)lanes));
}

LANES_INLINE LanesF32 lanes_max(LanesF32 lanes, LanesF32 other) {
    return lanes_replace_below(lanes, other, other);
}

LANES_INLINE LanesF32 lanes_magnitude(LanesF32 lanes) {
    return (LanesF32)((LanesI32)lanes & 0x7fffffff);
}

LANES_INLINE LanesI32 lanes_bits(LanesF32 lanes) { return (LanesI32)lanes; }

LANES_INLINE LanesF32 lanes_of_bits(LanesI32 bits) { return (LanesF32)bits; }

// The sum by one fixed tree: halves, quarters, pairs.
LANES_INLINE float lanes_sum(LanesF32 lanes) {
    __attribute__((ext_vector_type(8))) float eight = lanes.lo + lanes.hi;
    __attribute__((ext_vector_type(4))) float four = eight.lo + eight.hi;
    __attribute__((ext_vector_type(2))) float two = four.lo + four.hi;
    return two.x + two.y;
}

LANES_INLINE int32_t lanes_sum_integers(LanesI32 lanes) { return __builtin_reduce_add(lanes); }

// The largest lane; NaN lanes are passed over or kept, never trusted: callers propagate them apart.
LANES_INLINE float lanes_largest(LanesF32 lanes) {
    typedef float Eight __attribute__((ext_vector_type(8)));
    typedef float Four __attribute__((ext_vector_type(4)));
    Eight eight = lanes.lo > lanes.hi ? lanes.lo : lanes.hi;
    Four four = eight.lo > eight.hi ? eight.lo : eight.hi;
    float low = four.x > four.z ? four.x : four.z;
    float high = four.y > four.w ? four.y : four.w;
    return low > high ? low : high;
}

// Writes 16 integers of -128...127 as four activation blocks, `stride` bytes from one to the next;
// lanes_dot reads them.
LANES_INLINE void lanes_store_activations(void *target, intptr_t stride, LanesI32 lanes) {
#if LANES_BYTE_DOT
    LanesI8 blocks = __builtin_convertvector(lanes, LanesI8);
#else
    LanesI16 blocks = __builtin_convertvector(lanes, LanesI16);
    blocks = __builtin_shufflevector(
        blocks, blocks, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
#endif
    enum { size = sizeof(blocks) / 4 };
    char bytes[sizeof(blocks)];
    memcpy(bytes, &blocks, sizeof(blocks));
    for (int i = 0; i < 4; i++) memcpy((char *)target + i * stride, bytes + i * size, size);
}

// Adds to each of 16 sums the products of its four unsigned weight bytes with the four activations
// of one block. Exact: no step saturates.
LANES_INLINE LanesI32 lanes_dot(LanesI32 sums, LanesBlock weights, const void *activations) {
#if LANES_BYTE_DOT
    int32_t four;
    memcpy(&four, activations, sizeof(four));
    return (LanesI32)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)weights, _mm512_set1_epi32(four));
#else
    int32_t even, odd;
    memcpy(&even, activations, sizeof(even));
    memcpy(&odd, (const char *)activations + sizeof(even), sizeof(odd));
#if defined(__AVX2__)
    const __m256i low = _mm256_set1_epi16(0xff);
    __m256i parts[2], result[2];
    memcpy(parts, &weights, sizeof(parts));
    memcpy(result, &sums, sizeof(result));
    for (int i = 0; i < 2; i++) {
        __m256i product = _mm256_madd_epi16(
            _mm256_and_si256(parts[i], low), _mm256_set1_epi32(even));
        result[i] = _mm256_add_epi32(result[i], product);
        product = _mm256_madd_epi16(_mm256_srli_epi16(parts[i], 8), _mm256_set1_epi32(odd));
        result[i] = _mm256_add_epi32(result[i], product);
    }
    memcpy(&sums, result, sizeof(sums));
    return sums;
#elif defined(__SSE2__)
    const __m128i low = _mm_set1_epi16(0xff);
    __m128i parts[4], result[4];
    memcpy(parts, &weights, sizeof(parts));
    memcpy(result, &sums, sizeof(result));
    for (int i = 0; i < 4; i++) {
        __m128i product = _mm_madd_epi16(_mm_and_si128(parts[i], low), _mm_set1_epi32(even));
        result[i] = _mm_add_epi32(result[i], product);
        product = _mm_madd_epi16(_mm_srli_epi16(parts[i], 8), _mm_set1_epi32(odd));
        result[i] = _mm_add_epi32(result[i], product);
    }
    memcpy(&sums, result, sizeof(sums));
    return sums;
#else
    LanesU32 four = (LanesU32)weights;
    sums += (LanesI32)(four & 255) * (int16_t)even;
    sums += (LanesI32)((four >> 8) & 255) * (int16_t)odd;
    sums += (LanesI32)((four >> 16) & 255) * (even >> 16);
    sums += (LanesI32)(four >> 24) * (odd >> 16);
    return sums;
#endif
#endif
}

#pragma clang diagnostic pop
#pragma clang assume_nonnull end
