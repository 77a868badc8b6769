#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>

#include "CRoostSystem.h"

int roost_flock_exclusive(int fd) { return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno; }

int roost_flock_shared(int fd) { return flock(fd, LOCK_SH | LOCK_NB) == 0 ? 0 : errno; }

int roost_exchange(const char *a, const char *b) {
  return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0 ? 0 : errno;
}

int roost_set_parent_death_signal(int signal) {
  return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0) == 0 ? 0 : errno;
}

int roost_getopt_next(struct roost_getopt *state, int argc, char *const *argv, const char *short_options,
                      const struct roost_option *options) {
  enum { limit = 64 };
  struct option native[limit + 1];
  int count = 0;
  memset(native, 0, sizeof native);
  for (; options[count].name != NULL && count < limit; count++) {
    native[count].name = options[count].name;
    native[count].has_arg = options[count].argument;
    native[count].val = options[count].value;
  }
  // 0 makes glibc forget an earlier command line; later calls go on where this state stands.
  optind = state->index;
  opterr = 0;
  int value = getopt_long(argc, argv, short_options, native, NULL);
  state->index = optind;
  state->argument = optarg;
  return value;
}
