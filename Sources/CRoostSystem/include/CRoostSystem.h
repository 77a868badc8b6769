#pragma once
// The few lines of C that Swift cannot say: CPU instructions chosen at run time, and calls whose C declaration Swift
// cannot import (a function that shares its name with a struct, variadic functions, global variables).

#include <stddef.h>
#include <stdint.h>

#include "child.h"
#include "poller.h"
#include "supervisor.h"

// CRC32C (Castagnoli) of `count` bytes, continuing `crc` (0 to begin): crc32c(crc32c(0, a), b) == crc32c(0, ab).
// Uses the instruction of the processor where there is one.
uint32_t roost_crc32c(uint32_t crc, const void *bytes, size_t count);

// The same from tables alone, so that a test can compare the two.
uint32_t roost_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

// flock(fd, LOCK_EX | LOCK_NB): 0, or the errno. In Swift the struct flock hides the function.
int roost_flock_exclusive(int fd);

// The same with LOCK_SH: others may share it, nobody has it alone.
int roost_flock_shared(int fd);

// Two names of one file system change places, in one step: 0, or the errno. Glibc has renameat2 for GNU sources alone.
int roost_exchange(const char *a, const char *b);

// prctl(PR_SET_PDEATHSIG, signal): 0, or the errno. prctl is variadic.
int roost_set_parent_death_signal(int signal);

// One long option of roost_getopt_next. `argument`: 0 none, 1 required, 2 optional.
struct roost_option {
  const char *name;
  int argument;
  int value;
};

// Where roost_getopt_next stands; begin with zeroes.
struct roost_getopt {
  int index;             // of the next argument that is not yet consumed
  const char *argument;  // of the option just returned, or NULL
};

// The next option's `value`, '?' for one that is unknown, ':' for one without its argument, -1 at the end; then
// `state->index` is the first operand. getopt_long keeps its place in globals that Swift 6 rightly refuses: this is for
// one thread, at the start of the process. `options` ends with a NULL name; at most 64 of them.
int roost_getopt_next(struct roost_getopt *state, int argc, char *const *argv, const char *short_options,
                      const struct roost_option *options);

// Gives memory that is free back to the system; for after work that took much more than what stays.
void roost_release_memory(void);

