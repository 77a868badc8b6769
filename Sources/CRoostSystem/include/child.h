#pragma once
// A process that is a part of ours: in a group of its own, and killed by the kernel when we end, however we end.

#include <sys/types.h>

enum {
  // Where the child finds `kept`.
  roost_child_kept_fd = 3,
};

// Starts `path` with `arguments` and `environment` (both end with NULL): 0 and its process id, or the errno of what
// failed, the exec included. Its standard input is empty, both its outputs go to `output`, `kept` (-1: none) is its
// descriptor 3; it has no other, and no signal is blocked or ignored. It is killed when the calling thread ends: call
// from one that lives as long as the process.
int roost_child_start(pid_t *pid, const char *path, char *const *arguments, char *const *environment, int output,
                      int kept);
