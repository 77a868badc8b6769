#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytes.h"

// The runner's rules: acknowledge at once after 64 commands or 250 ms, ping every 3 s.
enum { ACKNOWLEDGE_AFTER = 64, TAKE_MS = 50 };
static const double ACKNOWLEDGE_S = 0.25, PING_S = 3;

double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void must(natsStatus status, const char *what) {
  if (status == NATS_OK) return;
  fprintf(stderr, "wakes: %s: %s\n", what, natsStatus_GetText(status));
  nats_PrintLastErrorStack(stderr);
  exit(1);
}

static void ping(Runner *r) {
  Message m = {0};
  char subject[160];
  put_number(&m, 1, (uint64_t)time(NULL) * 1000);
  put_text(&m, 2, r->session);
  put_number(&m, 3, r->last_index);
  snprintf(subject, sizeof subject, "roost.ping.%s.r1", r->pool);
  must(natsConnection_PublishRequest(r->connection, subject, r->inbox, m.bytes, m.length), "ping");
  r->acknowledged = r->last_index;
  r->last_ping = now_s();
}

/// A pong with status CLOSED (field 3 = 3) ends the round: its figures would mean nothing.
static void on_pong(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *closure) {
  (void)connection, (void)subscription;
  Runner *r = closure;
  Reader reader = {(const uint8_t *)natsMsg_GetData(message), NULL};
  reader.end = reader.at + natsMsg_GetDataLength(message);
  int field;
  uint64_t value;
  const char *text;
  size_t length;
  while (get_field(&reader, &field, &value, &text, &length))
    if (field == 3 && value == 3) r->closed = true;
  natsMsg_Destroy(message);
}

static void take_start(Runner *r, natsMsg *message, double at) {
  Reader reader = {(const uint8_t *)natsMsg_GetData(message), NULL};
  reader.end = reader.at + natsMsg_GetDataLength(message);
  int field, actor = -1;
  uint64_t value, index = 0;
  const char *text;
  size_t length;
  while (get_field(&reader, &field, &value, &text, &length)) {
    if (field == 1) index = value;
    if (field == 2 && length == 9 && text[0] == 'w') {
      char digits[9] = {0};
      memcpy(digits, text + 1, 8);
      actor = atoi(digits);
    }
  }
  // Sent again, or after a hole that will be sent again.
  if (index != r->last_index + 1) {
    r->repeats++;
    return;
  }
  r->last_index = index;
  if (actor < 0 || actor >= r->slots || r->started[actor] > 0) {
    r->strangers++;
    return;
  }
  r->started[actor] = at;
  r->starts++;
}

void runner_subscribe(Runner *r) {
  char subject[160];
  natsInbox *inbox;
  snprintf(r->session, sizeof r->session, "bench-%lld", (long long)time(NULL));
  must(natsInbox_Create(&inbox), "inbox");
  snprintf(r->inbox, sizeof r->inbox, "%s", inbox);
  natsInbox_Destroy(inbox);
  snprintf(subject, sizeof subject, "roost.command.%s.r1.*", r->pool);
  must(natsConnection_SubscribeSync(&r->commands, r->connection, subject), "subscribe to commands");
  must(natsSubscription_SetPendingLimits(r->commands, -1, -1), "pending limits");
  must(natsConnection_Subscribe(&r->pongs, r->connection, r->inbox, on_pong, r), "subscribe to pongs");
  must(natsConnection_Flush(r->connection), "flush");
  r->last_ping = now_s();
}

void *runner_loop(void *closure) {
  Runner *r = closure;
  while (!r->stop) {
    natsMsg *message = NULL;
    natsStatus status = natsSubscription_NextMsg(&message, r->commands, TAKE_MS);
    double at = now_s();
    if (status == NATS_OK) {
      const char *verb = strrchr(natsMsg_GetSubject(message), '.') + 1;
      if (strcmp(verb, "start") == 0) take_start(r, message, at);
      if (strcmp(verb, "welcome") == 0) r->welcome = true;
      if (strcmp(verb, "close") == 0) r->closed = true;
      natsMsg_Destroy(message);
    } else if (status != NATS_TIMEOUT) {
      must(status, "take a command");
    }
    uint64_t unsaid = r->last_index - r->acknowledged;
    double since = at - r->last_ping;
    if (unsaid >= ACKNOWLEDGE_AFTER || (unsaid > 0 && since > ACKNOWLEDGE_S) || since > PING_S) ping(r);
  }
  return NULL;
}
