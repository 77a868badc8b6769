// Measures a worker from outside: publishes wakes of sleeping actors and times each until its start command is seen.
//
//   wakes --url nats://127.0.0.1:4222 --mode flood|ping|rate --n 30000 [--window 1000] [--rate 10000] [--pool bench.flood]
//
// flood: JetStream asynchronous publish, at most --window wakes without PubAck; ping: one wake in flight; rate: --rate wakes
// a second, each counted from when it was due, so that a pause of the worker counts for all that it holds up. Every wake has
// an actor of its own, created before there is a runner, so that it sleeps. Prints one JSON line; exits with 2 when a
// wake gave no start or an actor was started twice. Build: see scripts/bench.sh.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "runner.h"

enum { SETTLE_US = 200000, LOOK_US = 500, MAX_WAKES = 100000 };
static const double GIVE_UP_S = 30;

static const char *url = "nats://127.0.0.1:4222", *mode = "flood", *pool = "bench.flood";
static int wakes = 30000, window = 1000, rate = 10000;

static natsConnection *dial(bool at_once) {
  natsOptions *options;
  natsConnection *connection;
  must(natsOptions_Create(&options), "options");
  must(natsOptions_SetURL(options, url), "url");
  must(natsOptions_SetSendAsap(options, at_once), "send asap");
  must(natsConnection_Connect(&connection, options), "connect");
  natsOptions_Destroy(options);
  return connection;
}

static void options(int count, char **words) {
  for (int i = 1; i + 1 < count; i += 2) {
    const char *name = words[i], *value = words[i + 1];
    if (!strcmp(name, "--url")) url = value;
    else if (!strcmp(name, "--mode")) mode = value;
    else if (!strcmp(name, "--pool")) pool = value;
    else if (!strcmp(name, "--n")) wakes = atoi(value);
    else if (!strcmp(name, "--window")) window = atoi(value);
    else if (!strcmp(name, "--rate")) rate = atoi(value);
    else count = 0;
  }
  if (count % 2 == 0 || wakes < 1 || wakes > MAX_WAKES || rate < 1 ||
      (strcmp(mode, "flood") && strcmp(mode, "ping") && strcmp(mode, "rate"))) {
    fprintf(stderr, "usage: wakes --mode flood|ping|rate [--n 1...%d] [--window N] [--rate N] [--url URL] [--pool NS.POOL]\n",
            MAX_WAKES);
    exit(64);
  }
}

/// Publishes durably and waits for the PubAck.
static void store(jsCtx *stream, natsMsg *message, const char *what) {
  jsErrCode code = 0;
  must(js_PublishMsg(NULL, stream, message, NULL, &code), what);
}

static void all_acknowledged(jsCtx *stream, const char *what) {
  jsPubOptions options;
  must(jsPubOptions_Init(&options), what);
  options.MaxWait = (int64_t)(GIVE_UP_S * 1000);
  must(js_PublishAsyncComplete(stream, &options), what);
}

static void signal_subject(char *subject, size_t size, int actor, const char *verb) {
  char name[16];
  snprintf(name, sizeof name, ACTOR_NAME, actor);
  snprintf(subject, size, "roost.signal.%s.actor.%s.%s", pool, name, verb);
}

/// The worker makes the stream; a bench that starts with it waits for that.
static void await_stream(jsCtx *stream) {
  jsStreamInfo *info = NULL;
  double limit = now_s() + GIVE_UP_S;
  natsStatus status;
  while ((status = js_GetStreamInfo(&info, stream, "ROOST_SIGNALS", NULL, NULL)) != NATS_OK && now_s() < limit)
    usleep(100 * LOOK_US);
  must(status, "find the stream ROOST_SIGNALS: is a worker running?");
  jsStreamInfo_Destroy(info);
}

/// Creates the actors; returns when the worker has answered the last one, and so applied all of them.
static void create_actors(jsCtx *stream, natsConnection *connection) {
  char subject[160];
  natsInbox *inbox;
  natsSubscription *answers;
  natsMsg *last, *answer;
  for (int i = 0; i < wakes - 1; i++) {
    signal_subject(subject, sizeof subject, i, "create");
    must(js_PublishAsync(stream, subject, "", 0, NULL), "create an actor");
  }
  all_acknowledged(stream, "acknowledge the creates");
  must(natsInbox_Create(&inbox), "inbox");
  must(natsConnection_SubscribeSync(&answers, connection, inbox), "subscribe to the answer");
  must(natsConnection_Flush(connection), "flush");
  signal_subject(subject, sizeof subject, wakes - 1, "create");
  must(natsMsg_Create(&last, subject, NULL, "", 0), "message");
  must(natsMsgHeader_Set(last, "Roost-Reply-To", inbox), "header");
  store(stream, last, "create the last actor");
  must(natsSubscription_NextMsg(&answer, answers, (int64_t)(GIVE_UP_S * 1000)), "wait until the actors are created");
  natsMsg_Destroy(answer);
  natsMsg_Destroy(last);
  natsSubscription_Destroy(answers);
  natsInbox_Destroy(inbox);
}

static void announce(jsCtx *stream, Runner *runner) {
  Message init = {0};
  char subject[160];
  natsMsg *message;
  put_text(&init, 1, runner->session);
  put_number(&init, 2, 1);
  put_number(&init, 3, (uint64_t)runner->slots);
  put_number(&init, 6, 1);
  snprintf(subject, sizeof subject, "roost.signal.%s.runner.r1.init", pool);
  must(natsMsg_Create(&message, subject, NULL, (const char *)init.bytes, init.length), "message");
  store(stream, message, "announce the runner");
  natsMsg_Destroy(message);
  double limit = now_s() + GIVE_UP_S;
  while (!runner->welcome && now_s() < limit) usleep(LOOK_US);
  if (!runner->welcome) must(NATS_TIMEOUT, "wait for the worker's welcome");
}

static void publish_wakes(jsCtx *stream, Runner *runner, double *sent) {
  bool one_in_flight = strcmp(mode, "ping") == 0, at_rate = strcmp(mode, "rate") == 0;
  char subject[160];
  double began = now_s();
  for (int i = 0; i < wakes; i++) {
    signal_subject(subject, sizeof subject, i, "wake");
    sent[i] = at_rate ? began + (double)i / rate : now_s();
    while (now_s() < sent[i]) usleep(100);
    must(js_PublishAsync(stream, subject, "", 0, NULL), "wake");
    double limit = sent[i] + GIVE_UP_S;
    while (one_in_flight && runner->starts <= i && now_s() < limit) usleep(10);
    if (one_in_flight && runner->starts <= i) return;
  }
  all_acknowledged(stream, "acknowledge the wakes");
}

/// Waits as long as starts keep coming, and a little longer, so that a late double is counted.
static void await_starts(Runner *runner) {
  int before = runner->starts;
  double progress = now_s();
  while (runner->starts < wakes && !runner->closed && now_s() - progress < GIVE_UP_S) {
    usleep(LOOK_US);
    if (runner->starts != before) before = runner->starts, progress = now_s();
  }
  usleep(SETTLE_US);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int report(Runner *runner, const double *sent, double published_s) {
  double *waited = calloc((size_t)wakes, sizeof *waited), last = sent[0];
  int count = 0;
  for (int i = 0; i < wakes; i++) {
    if (runner->started[i] <= 0) continue;
    waited[count++] = (runner->started[i] - sent[i]) * 1e6;
    if (runner->started[i] > last) last = runner->started[i];
  }
  qsort(waited, (size_t)count, sizeof *waited, by_value);
  double p50 = count ? waited[count / 2] : 0, p99 = count ? waited[(int)((double)count * 0.99)] : 0;
  printf(
      "{\"mode\":\"%s\",\"wakes\":%d,\"window\":%d,\"wakes_per_s\":%.0f,\"acknowledged_per_s\":%.0f,\"p50_us\":%.0f,"
      "\"p99_us\":%.0f,\"max_us\":%.0f,\"missing\":%d,\"twice\":%d,\"sent_again\":%d}\n",
      mode, wakes, strcmp(mode, "ping") ? window : 1, count ? count / (last - sent[0]) : 0, wakes / published_s, p50, p99,
      count ? waited[count - 1] : 0, wakes - count, (int)runner->strangers, (int)runner->repeats);
  if (runner->closed) fprintf(stderr, "wakes: the worker closed the runner's session: the figures mean nothing\n");
  free(waited);
  return count < wakes || runner->strangers > 0 || runner->closed ? 2 : 0;
}

int main(int count, char **words) {
  options(count, words);
  natsConnection *publishing = dial(strcmp(mode, "flood") != 0), *listening = dial(true);
  jsOptions settings;
  jsCtx *stream;
  must(jsOptions_Init(&settings), "options");
  settings.PublishAsync.MaxPending = window;
  settings.PublishAsync.StallWait = (int64_t)(GIVE_UP_S * 1000);
  must(natsConnection_JetStream(&stream, publishing, &settings), "jetstream");
  await_stream(stream);
  create_actors(stream, listening);

  Runner runner = {.connection = listening, .pool = pool, .slots = wakes};
  runner.started = calloc((size_t)wakes, sizeof *runner.started);
  runner_subscribe(&runner);
  pthread_t thread;
  if (pthread_create(&thread, NULL, runner_loop, &runner) != 0) must(NATS_NO_MEMORY, "start a thread");
  announce(stream, &runner);

  double *sent = calloc((size_t)wakes, sizeof *sent), began = now_s();
  publish_wakes(stream, &runner, sent);
  double published_s = now_s() - began;
  await_starts(&runner);
  runner.stop = true;
  pthread_join(thread, NULL);
  return report(&runner, sent, published_s);
}
