/// What `roost` ends with. The numbers are those of sysexits.h; docs/operating.md explains each.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Done, or a worker that was asked to stop.
  case success = 0
  /// Roost said no: rejected, timed out, destroyed, put to sleep instead of run, not ready in time, or a runner whose
  /// id another process has.
  case refused = 1
  /// Wrong usage or settings that contradict each other; both values are named.
  case usage = 64
  /// The journal is damaged, or the state in it breaks a rule: what is wrong was printed.
  case damaged = 65
  /// The broker cannot be reached, or no worker answered.
  case unavailable = 69
  /// `roost up`: a part ended by itself, or had to be killed, and has no code of this list.
  case partEnded = 70
  /// The system gives no process or descriptor, or ended the one that looks after a runner's actors.
  case systemError = 71
  /// The journal could not be flushed, or what was asked for could not be written out.
  case ioError = 74
  /// The data folder is in use by another process.
  case folderInUse = 75
  /// Another journal owns these pools.
  case anotherJournal = 78
}
