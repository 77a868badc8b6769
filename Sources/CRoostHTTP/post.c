#include "CRoostHTTP.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct roost_post {
  CURLM *multi;
  CURL *easy;
  struct curl_slist *headers;
  _Atomic int64_t end_ns;
  size_t body_bytes;
  char body[roost_post_body_room];
};

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int roost_post_show(const char *url, char *shown, size_t room) {
  CURLU *parts = curl_url();
  if (!parts) return 0;
  char *whole = NULL, *scheme = NULL;
  int is_good = !curl_url_set(parts, CURLUPART_URL, url, 0) && !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
                (!strcmp(scheme, "http") || !strcmp(scheme, "https"));
  static const CURLUPart hidden[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT};
  for (size_t i = 0; is_good && i < sizeof hidden / sizeof *hidden; i++)
    is_good = !curl_url_set(parts, hidden[i], NULL, 0);
  is_good = is_good && !curl_url_get(parts, CURLUPART_URL, &whole, 0) && strlen(whole) < room;
  if (is_good) strcpy(shown, whole);
  curl_free(scheme);
  curl_free(whole);
  curl_url_cleanup(parts);
  return is_good;
}

static size_t keep(char *bytes, size_t size, size_t count, void *context) {
  struct roost_post *post = context;
  size_t room = sizeof post->body - post->body_bytes;
  size_t kept = size * count < room ? size * count : room;
  memcpy(post->body + post->body_bytes, bytes, kept);
  post->body_bytes += kept;
  return size * count;
}

static int set_up(struct roost_post *post, const char *url, const char *authorities, long timeout_ms) {
  CURL *easy = post->easy;
  int failed = 0;
  failed |= curl_easy_setopt(easy, CURLOPT_URL, url);
  failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  failed |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
  failed |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, post->headers);
  failed |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
  // Signals are the program's, and a resolver that hangs must not hold up the end of the process.
  failed |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  failed |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
  failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, post);
  if (authorities) failed |= curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
  return failed;
}

struct roost_post *roost_post_make(const char *url, const char *const *headers, const char *authorities,
                                   long timeout_ms) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT)) return NULL;
  struct roost_post *post = calloc(1, sizeof *post);
  if (!post) return NULL;
  atomic_init(&post->end_ns, INT64_MAX);
  post->multi = curl_multi_init();
  post->easy = curl_easy_init();
  int failed = !post->multi || !post->easy;
  for (; !failed && *headers; headers++) {
    struct curl_slist *longer = curl_slist_append(post->headers, *headers);
    if (longer) post->headers = longer;
    failed = !longer;
  }
  if (failed || set_up(post, url, authorities, timeout_ms)) {
    roost_post_free(post);
    return NULL;
  }
  return post;
}

// What became of the transfer once it is over, or of the wish to make it.
static CURLcode perform(struct roost_post *post) {
  int running = 1;
  while (running) {
    if (curl_multi_perform(post->multi, &running)) return CURLE_FAILED_INIT;
    if (!running) break;
    int64_t left_ns = atomic_load(&post->end_ns) - now_ns();
    if (left_ns <= 0) return CURLE_ABORTED_BY_CALLBACK;
    int64_t left_ms = left_ns / 1000000 + 1;
    if (curl_multi_poll(post->multi, NULL, 0, left_ms < 1000 ? (int)left_ms : 1000, NULL)) return CURLE_FAILED_INIT;
  }
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(post->multi, &left));)
    if (message->msg == CURLMSG_DONE) return message->data.result;
  return CURLE_FAILED_INIT;
}

static int is_unconnected(CURL *easy, CURLcode code) {
  curl_off_t ready_us = 0;
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return 1;
    // The time at which it could have begun to send.
    case CURLE_OPERATION_TIMEDOUT: return !curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us) && !ready_us;
    default: return 0;
  }
}

void roost_post_send(struct roost_post *post, const void *bytes, size_t count, struct roost_post_answer *answer) {
  memset(answer, 0, sizeof *answer);
  post->body_bytes = 0;
  CURLcode code = CURLE_FAILED_INIT;
  if (now_ns() >= atomic_load(&post->end_ns)) {
    code = CURLE_ABORTED_BY_CALLBACK;
  } else if (!curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, bytes) &&
      !curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count) &&
      !curl_multi_add_handle(post->multi, post->easy)) {
    code = perform(post);
    curl_off_t retry_after = 0;
    if (!code && !curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &answer->status) &&
        !curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after))
      answer->retry_after_s = retry_after;
    answer->is_unconnected = is_unconnected(post->easy, code);
    curl_multi_remove_handle(post->multi, post->easy);
  }
  answer->body = post->body;
  answer->body_bytes = post->body_bytes;
  // The library's longer texts may hold a proxy's password.
  answer->error = code == CURLE_ABORTED_BY_CALLBACK ? "no answer before the end" : curl_easy_strerror(code);
}

void roost_post_end_by(struct roost_post *post, int64_t monotonic_ns) {
  atomic_store(&post->end_ns, monotonic_ns);
  curl_multi_wakeup(post->multi);
}

void roost_post_free(struct roost_post *post) {
  if (post->easy) curl_easy_cleanup(post->easy);
  if (post->multi) curl_multi_cleanup(post->multi);
  curl_slist_free_all(post->headers);
  free(post);
}
