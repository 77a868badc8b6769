#define _GNU_SOURCE
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Where the kernel finds the command line it shows for this process.
static char *shown_line;
static size_t shown_bytes;

__attribute__((constructor)) static void remember_line(int count, char **arguments) {
  if (count < 1) return;
  shown_line = arguments[0];
  shown_bytes = (size_t)(arguments[count - 1] + strlen(arguments[count - 1]) - arguments[0]);
}

// Who ends our maker by what its command line looks like must not end us with it.
static void take_own_name(void) {
  static const char name[] = "roost-supervise";
  prctl(PR_SET_NAME, name, 0, 0, 0);
  if (shown_line == NULL) return;
  memset(shown_line, 0, shown_bytes);
  memcpy(shown_line, name, sizeof name - 1 < shown_bytes ? sizeof name - 1 : shown_bytes);
}

// From here to `supervise` everything runs in the forked process: no malloc, no stdio, no locks.

struct child {
  uint64_t id;  // 0 = this place is free
  pid_t pid;
  int told_to_end;  // it was signalled: its group may take its time
  int is_over;      // the process is reaped, members of its group still run
  int status;
};

struct supervision {
  int socket;
  int signals;
  const char *path;
  char *const *arguments;
  char **environment;  // with room for roost_supervisor_variables more
  size_t variables;    // that were given for all
  struct child *children;
  uint32_t capacity;
  uint32_t used;  // places at and above this one are free
};

static void answer(struct supervision *it, uint32_t kind, uint64_t id, int64_t value) {
  struct roost_supervisor_reply reply = {.kind = kind, .unused = 0, .id = id, .value = value};
  while (send(it->socket, &reply, sizeof reply, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

static struct child *child_with_id(struct supervision *it, uint64_t id) {
  for (uint32_t i = 0; i < it->used; i++)
    if (it->children[i].id == id) return &it->children[i];
  return NULL;
}

static struct child *child_with_group(struct supervision *it, pid_t group) {
  for (uint32_t i = 0; i < it->used; i++)
    if (it->children[i].id != 0 && it->children[i].pid == group) return &it->children[i];
  return NULL;
}

static struct child *free_place(struct supervision *it) {
  struct child *place = child_with_id(it, 0);
  if (place == NULL && it->used < it->capacity) place = &it->children[it->used++];
  return place;
}

// The new process, up to its exec; an errno goes to `failure`.
static void become(struct supervision *it, const int descriptors[4], const int go[2], int failure, pid_t parent) {
  // A session of its own, and with it a group: nobody can move into the group of another actor, which would end with that
  // one and keep it from ending.
  if (setsid() < 0) goto failed;
  // The order matters: who died before the request is found by the look at the parent after it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) goto failed;
  if (getppid() != parent) _exit(127);
  // Nothing runs whose number our maker has not been sent: it ends the groups should the supervisor be killed.
  char byte;
  close(go[1]);
  if (read(go[0], &byte, 1) != 1) _exit(127);
  // Above all places they go to, so that none is overwritten before it has moved.
  int moved[4];
  for (int i = 0; i < 4; i++)
    if ((moved[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 16)) < 0) goto failed;
  if ((failure = fcntl(failure, F_DUPFD_CLOEXEC, 16)) < 0) _exit(127);
  for (int i = 0; i < 4; i++)
    if (dup2(moved[i], i) < 0) goto failed;
  // 3 is roost_supervisor_control_fd; everything else closes with exec.
  close_range(4, ~0u, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(it->path, it->arguments, it->environment);
failed:;
  int number = errno;
  if (write(failure, &number, sizeof number) < 0) _exit(126);
  _exit(127);
}

static void start(struct supervision *it, uint64_t id, char *text, size_t bytes, const int descriptors[4]) {
  size_t count = 0;
  for (size_t at = 0; at < bytes && count < roost_supervisor_variables; at += strlen(text + at) + 1)
    it->environment[it->variables + count++] = text + at;
  it->environment[it->variables + count] = NULL;
  struct child *place = free_place(it);
  int report[2], go[2];
  if (place == NULL) {
    answer(it, roost_supervisor_failed, id, EAGAIN);
    return;
  }
  if (pipe2(report, O_CLOEXEC) != 0) {
    answer(it, roost_supervisor_failed, id, errno);
    return;
  }
  if (pipe2(go, O_CLOEXEC) != 0) {
    answer(it, roost_supervisor_failed, id, errno);
    close(report[0]);
    close(report[1]);
    return;
  }
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) become(it, descriptors, go, report[1], parent);
  int number = errno;
  close(report[1]);
  close(go[0]);
  if (pid > 0) {
    answer(it, roost_supervisor_made, id, pid);
    // Fails only when it is dead already, which its exit status will tell; SIGPIPE is blocked here.
    ssize_t told = write(go[1], "", 1);
    (void)told;
    number = 0;
    ssize_t got;
    while ((got = read(report[0], &number, sizeof number)) < 0 && errno == EINTR) {
    }
    if (got != sizeof number) number = 0;
  }
  close(report[0]);
  close(go[1]);
  if (number == 0) {
    *place = (struct child){.id = id, .pid = pid};
    answer(it, roost_supervisor_started, id, pid);
  } else {
    if (pid > 0) waitpid(pid, NULL, 0);
    answer(it, roost_supervisor_failed, id, number);
  }
}

// Reaps what is dead in the group of a process that is over; tells when nobody is left.
static void settle(struct supervision *it, struct child *child) {
  siginfo_t found;
  do {
    found.si_pid = 0;
    if (waitid(P_PGID, (id_t)child->pid, &found, WEXITED | WNOHANG) != 0) {
      answer(it, roost_supervisor_ended, child->id, child->status);
      child->id = 0;
      while (it->used > 0 && it->children[it->used - 1].id == 0) it->used--;
      return;
    }
  } while (found.si_pid != 0);
  // Members live, as children of ours: the number of the group cannot be anybody else's.
  if (!child->told_to_end) kill(-child->pid, SIGKILL);
}

static void reap(struct supervision *it) {
  for (;;) {
    siginfo_t found;
    found.si_pid = 0;
    if (waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) != 0 || found.si_pid == 0) return;
    pid_t group = getpgid(found.si_pid);
    struct child *child = child_with_group(it, found.si_pid);
    if (child != NULL && !child->is_over) {
      // While it is not reaped its number, and so its group's, cannot be anybody else's.
      if (!child->told_to_end) kill(-child->pid, SIGKILL);
      waitpid(child->pid, &child->status, 0);
      child->is_over = 1;
      settle(it, child);
      continue;
    }
    waitpid(found.si_pid, NULL, 0);
    child = child_with_group(it, group);
    if (child != NULL && child->is_over) settle(it, child);
  }
}

static void signal_group(struct supervision *it, uint64_t id, int number) {
  struct child *child = child_with_id(it, id);
  if (child == NULL || id == 0) return;
  child->told_to_end = number != SIGKILL;
  // Its leader leads its session too: it stays in the group until it is reaped.
  kill(-child->pid, number);
}

// False once nobody asks any more.
static int serve(struct supervision *it) {
  static union {
    struct roost_supervisor_request head;
    char bytes[roost_supervisor_request_bytes + 1];
  } request;
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct iovec part = {.iov_base = request.bytes, .iov_len = roost_supervisor_request_bytes};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
  ssize_t count = recvmsg(it->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return 0;
  int descriptors[4] = {-1, -1, -1, -1};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights != NULL && rights->cmsg_type == SCM_RIGHTS)
    memcpy(descriptors, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
  if ((size_t)count >= sizeof request.head) {
    request.bytes[count] = 0;
    if (request.head.kind == roost_supervisor_signal) {
      signal_group(it, request.head.id, request.head.signal);
    } else if (descriptors[3] < 0) {
      answer(it, roost_supervisor_failed, request.head.id, EMFILE);
    } else {
      start(it, request.head.id, request.bytes + sizeof request.head, (size_t)count - sizeof request.head, descriptors);
    }
  }
  for (int i = 0; i < 4; i++)
    if (descriptors[i] >= 0) close(descriptors[i]);
  return 1;
}

// Kills every child that the kernel lists; what they leave behind becomes our child and is found by the next round.
static void kill_children(void) {
  static char text[65536];
  int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t count;
  pid_t pid = 0;
  while ((count = read(file, text, sizeof text)) > 0)
    for (ssize_t i = 0; i < count; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        pid = pid * 10 + (text[i] - '0');
      } else {
        if (pid > 0) kill(pid, SIGKILL);
        pid = 0;
      }
    }
  close(file);
}

static void end_all(struct supervision *it) {
  for (uint32_t i = 0; i < it->used; i++)
    if (it->children[i].id != 0) kill(-it->children[i].pid, SIGKILL);
  for (;;) {
    kill_children();
    if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) return;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
  }
}

static void supervise(struct supervision *it) {
  // Ctrl-C and a signal to our maker's group are not for us: we end with our maker, after all the others.
  setsid();
  take_own_name();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  // Who was stopped cannot see that our maker is gone, and what it started would stay. It goes on then; otherwise this is
  // nothing, so it does not matter which thread of our maker ends.
  prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // What stays open here stays open for good: our maker's end of the socket among it, which would hide its death.
  if (dup2(it->socket, 3) < 0 || close_range(4, ~0u, 0) != 0) _exit(126);
  it->socket = 3;
  int nothing = open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; i++) dup2(nothing, i);
  if (nothing > 3) close(nothing);
  fcntl(it->socket, F_SETFD, FD_CLOEXEC);
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  it->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (it->signals < 0) _exit(126);
  struct pollfd sources[2] = {{.fd = it->socket, .events = POLLIN}, {.fd = it->signals, .events = POLLIN}};
  int is_asked = 1;
  while (is_asked) {
    if (poll(sources, 2, -1) < 0) continue;
    if (sources[1].revents != 0) {
      struct signalfd_siginfo seen;
      while (read(it->signals, &seen, sizeof seen) > 0) {
      }
      reap(it);
    }
    if (sources[0].revents != 0) is_asked = serve(it);
  }
  end_all(it);
  _exit(0);
}

int roost_supervisor_make(struct roost_supervisor *result, const char *path, char *const *arguments,
                          char *const *environment, uint32_t capacity) {
  struct supervision it = {.path = path, .arguments = arguments, .capacity = capacity};
  while (environment[it.variables] != NULL) it.variables++;
  int ends[2] = {-1, -1};
  it.environment = calloc(it.variables + roost_supervisor_variables + 1, sizeof(char *));
  it.children = calloc(capacity, sizeof(struct child));
  if (it.environment == NULL || it.children == NULL ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    int number = errno;
    free(it.environment);
    free(it.children);
    return number;
  }
  memcpy(it.environment, environment, it.variables * sizeof(char *));
  it.socket = ends[1];
  // Blocked from its first instruction on: none of our handlers ever runs there.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t pid = fork();
  if (pid == 0) supervise(&it);
  int number = pid < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  free(it.environment);
  free(it.children);
  close(ends[1]);
  if (number != 0) close(ends[0]);
  *result = (struct roost_supervisor){.pid = pid, .socket = ends[0]};
  return number;
}

int roost_supervisor_send(int socket, const void *request, size_t bytes, const int *descriptors) {
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(4 * sizeof(int))];
  } control;
  struct iovec part = {.iov_base = (void *)request, .iov_len = bytes};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptors != NULL) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(4 * sizeof(int));
    memcpy(CMSG_DATA(rights), descriptors, 4 * sizeof(int));
  }
  ssize_t count;
  while ((count = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno == EINTR) {
  }
  return count < 0 ? errno : 0;
}

int roost_supervisor_receive(int socket, struct roost_supervisor_reply *reply) {
  ssize_t count;
  while ((count = recv(socket, reply, sizeof *reply, MSG_DONTWAIT)) < 0 && errno == EINTR) {
  }
  if (count == sizeof *reply) return 1;
  return count < 0 && errno == EAGAIN ? 0 : -1;
}

int roost_memory_file(const void *bytes, size_t count) {
  int file = memfd_create("roost-input", MFD_CLOEXEC);
  if (file < 0) return -1;
  size_t done = 0;
  while (done < count) {
    ssize_t written = pwrite(file, (const char *)bytes + done, count - done, (off_t)done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int number = written < 0 ? errno : ENOSPC;
      close(file);
      errno = number;
      return -1;
    }
    done += (size_t)written;
  }
  return file;
}
