#include <string.h>

#include "CRoostSystem.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

// Slicing by four: table[k][b] is the CRC of byte b followed by k zero bytes.
static uint32_t table[4][256];

typedef uint32_t (*crc_function)(uint32_t, const unsigned char *, size_t);

static uint32_t crc_portable(uint32_t crc, const unsigned char *bytes, size_t count) {
  while (count >= 4) {
    crc ^= (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
    bytes += 4;
    count -= 4;
  }
  while (count-- > 0) crc = table[0][(crc ^ *bytes++) & 255] ^ crc >> 8;
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t crc, const unsigned char *bytes, size_t count) {
  uint64_t wide = crc;
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = (uint32_t)wide;
  while (count-- > 0) crc = _mm_crc32_u8(crc, *bytes++);
  return crc;
}
static int has_hardware(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__)
__attribute__((target("crc"))) static uint32_t crc_hardware(uint32_t crc, const unsigned char *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = __crc32cd(crc, word);
  }
  while (count-- > 0) crc = __crc32cb(crc, *bytes++);
  return crc;
}
static int has_hardware(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#else
static uint32_t crc_hardware(uint32_t crc, const unsigned char *bytes, size_t count) {
  return crc_portable(crc, bytes, count);
}
static int has_hardware(void) { return 0; }
#endif

static crc_function chosen = crc_portable;

// Runs before main, so no thread ever sees a half-filled table.
__attribute__((constructor)) static void choose(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
    table[0][b] = crc;
  }
  for (int k = 1; k < 4; k++)
    for (uint32_t b = 0; b < 256; b++) table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
  if (has_hardware()) chosen = crc_hardware;
}

uint32_t roost_crc32c(uint32_t crc, const void *bytes, size_t count) { return ~chosen(~crc, bytes, count); }

uint32_t roost_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  return ~crc_portable(~crc, bytes, count);
}
