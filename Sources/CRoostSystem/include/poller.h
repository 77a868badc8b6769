#pragma once
// epoll, eventfd and pipe2, which Swift's Glibc does not have. All results: 0 or more, or -1 with errno.

#include <stdint.h>

// A descriptor that tells which of many others are ready.
int roost_poller_make(void);

// What to watch for on a descriptor that is not watched yet, or, with `change`, on one that is. `token` comes back from
// roost_poller_wait. Readable and closed are always watched for.
int roost_poller_watch(int poller, int descriptor, uint64_t token, int for_writing, int change);
int roost_poller_forget(int poller, int descriptor);

// Waits `timeout` ms (-1: for ever) and gives the tokens of up to `room` descriptors that are ready.
int roost_poller_wait(int poller, uint64_t *tokens, int room, int timeout);

// A descriptor that is readable from a ring on, until it is silenced. From any thread.
int roost_bell_make(void);
int roost_bell_ring(int bell);
int roost_bell_silence(int bell);

// A pipe that closes with exec; `ends[0]`, where it is read, does not block.
int roost_pipe(int ends[2]);
