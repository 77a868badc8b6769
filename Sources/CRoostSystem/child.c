#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// The new process, up to its exec; an errno goes to `failure`. Our maker has threads: no malloc, no stdio, no locks.
static void become(const char *path, char *const *arguments, char *const *environment, int output, int kept,
                   int failure, pid_t parent) {
  // A terminal's Ctrl-C is for our maker alone, which ends its parts in order.
  setpgid(0, 0);
  // The order matters: who died before the request is found by the look at the parent after it.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) goto failed;
  if (getppid() != parent) _exit(127);
  // Above all places they go to, so that none is overwritten before it has moved.
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) goto failed;
  if ((failure = fcntl(failure, F_DUPFD_CLOEXEC, 16)) < 0) _exit(127);
  const int places[] = {nothing, output, output, kept};
  const int count = kept < 0 ? roost_child_kept_fd : roost_child_kept_fd + 1;
  int moved[sizeof places / sizeof *places];
  for (int i = 0; i < count; i++)
    if ((moved[i] = fcntl(places[i], F_DUPFD_CLOEXEC, 16)) < 0) goto failed;
  for (int i = 0; i < count; i++)
    if (dup2(moved[i], i) < 0) goto failed;
  close_range((unsigned)count, ~0u, CLOSE_RANGE_CLOEXEC);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(path, arguments, environment);
failed:;
  int number = errno;
  if (write(failure, &number, sizeof number) < 0) _exit(126);
  _exit(127);
}

int roost_child_start(pid_t *pid, const char *path, char *const *arguments, char *const *environment, int output,
                      int kept) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return errno;
  pid_t parent = getpid();
  // Until the child has put its signals in order none of our handlers may run there.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  *pid = fork();
  if (*pid == 0) become(path, arguments, environment, output, kept, report[1], parent);
  int number = *pid < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (*pid > 0) {
    ssize_t got;
    while ((got = read(report[0], &number, sizeof number)) < 0 && errno == EINTR) {
    }
    if (got != sizeof number) number = 0;
    if (number != 0) waitpid(*pid, NULL, 0);
  }
  close(report[0]);
  return number;
}
