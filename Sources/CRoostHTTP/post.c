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
  char error[CURL_ERROR_SIZE];
};

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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
  failed |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, post->error);
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

void roost_post_send(struct roost_post *post, const void *bytes, size_t count, struct roost_post_answer *answer) {
  memset(answer, 0, sizeof *answer);
  post->body_bytes = 0;
  post->error[0] = 0;
  CURLcode code = CURLE_FAILED_INIT;
  if (!curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, bytes) &&
      !curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count) &&
      !curl_multi_add_handle(post->multi, post->easy)) {
    code = perform(post);
    curl_off_t retry_after = 0;
    if (!code && !curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &answer->status) &&
        !curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after))
      answer->retry_after_s = retry_after;
    curl_multi_remove_handle(post->multi, post->easy);
  }
  answer->is_unconnected =
      code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
  answer->body = post->body;
  answer->body_bytes = post->body_bytes;
  answer->error = code && post->error[0] ? post->error : curl_easy_strerror(code);
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
