#define _GNU_SOURCE
#include "poller.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

int roost_poller_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

int roost_poller_watch(int poller, int descriptor, uint64_t token, int for_writing, int change) {
  struct epoll_event event = {.events = EPOLLIN | (for_writing ? EPOLLOUT : 0), .data.u64 = token};
  return epoll_ctl(poller, change ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
}

int roost_poller_forget(int poller, int descriptor) { return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL); }

int roost_poller_wait(int poller, uint64_t *tokens, int room, int timeout) {
  struct epoll_event events[64];
  int count = epoll_wait(poller, events, room < 64 ? room : 64, timeout);
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}

int roost_bell_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int roost_bell_ring(int bell) { return eventfd_write(bell, 1); }

int roost_bell_silence(int bell) {
  eventfd_t rings;
  return eventfd_read(bell, &rings);
}

int roost_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return 0;
  int number = errno;
  close(ends[0]);
  close(ends[1]);
  errno = number;
  return -1;
}
