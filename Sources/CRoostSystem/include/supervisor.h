#pragma once
// A process that starts, signals and reaps other processes for us, and ends them all when we are gone: however we end.
//
// It is forked without exec and has one thread that uses no memory but its own: so it may be made by a process with
// many threads, and the kernel's parent-death signal of what it starts means its own end, not a thread's. It is a
// subreaper: whatever descends from what it started and loses its parent becomes its child. When its socket is closed
// it kills all of its children, again and again, until none is left.

#include <stdint.h>
#include <sys/types.h>

struct roost_supervisor {
  pid_t pid;
  int socket;  // SOCK_SEQPACKET, ours to close
};

// What is asked: one datagram each. A start is followed by the variables of its environment, each with its NUL, and has
// four descriptors: standard input, output, error, control.
enum { roost_supervisor_start = 1, roost_supervisor_signal = 2 };
struct roost_supervisor_request {
  uint32_t kind;
  int32_t signal;  // to the whole group
  uint64_t id;     // chosen by the asker, of its own for every process
};

// What is answered. made: value = process id, which is also its group's; said before the program runs. started: it runs.
// failed: value = errno; nothing was started. ended: value = wait status of the process; its group is empty.
enum {
  roost_supervisor_started = 1,
  roost_supervisor_failed = 2,
  roost_supervisor_ended = 3,
  roost_supervisor_made = 4,
};
struct roost_supervisor_reply {
  uint32_t kind;
  uint32_t unused;
  uint64_t id;
  int64_t value;
};

enum {
  // Bytes of a request: the key of an actor (1,024 bytes) and its other names fit several times.
  roost_supervisor_request_bytes = 16384,
  // Variables of one start.
  roost_supervisor_variables = 16,
  // Where a started process finds its control descriptor.
  roost_supervisor_control_fd = 3,
};

// Makes the supervisor: 0 or the errno. It runs `path` with `arguments` and `environment` (both end with NULL, and are
// kept only in its copy of our memory), at most `capacity` processes at a time.
int roost_supervisor_make(struct roost_supervisor *result, const char *path, char *const *arguments,
                          char *const *environment, uint32_t capacity);

// Sends a request without waiting: 0, EAGAIN when the supervisor is behind, or another errno. `descriptors`: four, for
// a start; NULL otherwise.
int roost_supervisor_send(int socket, const void *request, size_t bytes, const int *descriptors);

// Receives a reply without waiting: 1 = one is there, 0 = none at the moment, -1 = the supervisor is gone.
int roost_supervisor_receive(int socket, struct roost_supervisor_reply *reply);

// A descriptor from which exactly these bytes can be read, from the start; -1 with errno.
int roost_memory_file(const void *bytes, size_t count);
