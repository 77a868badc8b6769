#pragma once
// POST by libcurl, whose options are variadic and so not Swift's. One thread sends; roost_post_end_by is for any thread.

#include <stddef.h>
#include <stdint.h>

// One address, and the connection that is kept to it.
struct roost_post;

struct roost_post_answer {
  long status;            // HTTP's; 0 when no answer came
  int is_unconnected;     // no connection was made, so nothing was sent
  int64_t retry_after_s;  // as the answer asks for; 0 = it does not
  // Until the next send: what came with the answer, up to the room below, and why none came.
  const void *body;
  size_t body_bytes;
  const char *error;
};

enum {
  // Of an address, with the zero at its end.
  roost_post_address_room = 2048,
  // What is kept of an answer's body; the rest is read and forgotten.
  roost_post_body_room = 4096,
};

// Writes an address without what may be secret: user, password, query. 0 when it is none of http or https, or is longer than
// the room.
int roost_post_show(const char *url, char *shown, size_t room);

// `url` begins with http:// or https://; redirects are not followed. `headers` are lines without their end, behind them
// NULL. `authorities` is the file of certificates to trust, NULL = the system's. NULL when an option is not taken.
struct roost_post *roost_post_make(const char *url, const char *const *headers, const char *authorities,
                                   long timeout_ms);

// Sends and waits for the answer, `timeout_ms` at most, name resolution included.
void roost_post_send(struct roost_post *post, const void *bytes, size_t count, struct roost_post_answer *answer);

// Whatever is sent now or later ends by this time of the monotonic clock.
void roost_post_end_by(struct roost_post *post, int64_t monotonic_ns);

void roost_post_free(struct roost_post *post);
