// A stand-in for a runner with room for everything: it announces itself, takes starts in order, acknowledges them in
// pings and remembers when each came. It never reports its actors running; a round is over before that is missed.
#pragma once
#include <nats/nats.h>
#include <stdatomic.h>

typedef struct {
  natsConnection *connection;
  const char *pool;  // NS.POOL
  int slots;
  // One per actor, in the order of their numbers; 0 = no start yet. Seconds, monotonic.
  double *started;
  _Atomic int starts, repeats, strangers;
  _Atomic bool welcome, closed;
  // Private to the runner's own thread from here.
  char session[32];
  uint64_t last_index, acknowledged;
  double last_ping;
  natsSubscription *commands, *pongs;
  char inbox[128];
  _Atomic bool stop;
} Runner;

/// What an actor with this number is called; the runner finds the number again in its starts.
#define ACTOR_NAME "w%08d"

double now_s(void);
/// Ends the program with a message when a call of the client library failed.
void must(natsStatus status, const char *what);
/// Subscribes and prepares; the caller publishes `runner_init` and then runs `runner_loop` on a thread of its own.
void runner_subscribe(Runner *runner);
void *runner_loop(void *runner);
