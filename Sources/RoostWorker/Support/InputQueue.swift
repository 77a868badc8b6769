import Glibc

/// The one way into the loop: whatever arrives on any thread waits here until the loop takes all of it.
///
/// Unchecked: the variables are touched only with `mutex` held, and the two pthread objects never move.
final class InputQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting = Arrivals()
  private var isStopping = false
  /// The loop sleeps: only then is a system call needed to wake it.
  private var isAsleep = false

  init() {
    var attributes = pthread_condattr_t()
    precondition(pthread_mutex_init(mutex, nil) == 0)
    precondition(pthread_condattr_init(&attributes) == 0)
    precondition(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0)
    precondition(pthread_cond_init(condition, &attributes) == 0)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func put(_ body: (inout Arrivals) -> Void) {
    pthread_mutex_lock(mutex)
    body(&waiting)
    let wakes = isAsleep
    isAsleep = false
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(condition) }
  }

  func put(_ notice: Notice) { put { $0.notices.append(notice) } }

  /// The loop is to finish what it has in hand and return.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  /// What `take` found.
  enum Taken { case arrivals, nothing, stop }

  /// Swaps what has arrived into `arrivals`, which must be empty and lends its memory to what comes next. Waits for
  /// something to arrive until `deadlineNs` (monotonic). `evenStopping`: do not report the stop, it is known.
  func take(into arrivals: inout Arrivals, until deadlineNs: Int64, evenStopping: Bool = false) -> Taken {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if isStopping, !evenStopping { return .stop }
      if !waiting.isEmpty {
        swap(&waiting, &arrivals)
        return .arrivals
      }
      if deadlineNs <= SystemClocks.shared.monotonicNs() { return .nothing }
      isAsleep = true
      if deadlineNs == .max {
        pthread_cond_wait(condition, mutex)
      } else {
        var until = timespec(tv_sec: Int(deadlineNs / 1_000_000_000), tv_nsec: Int(deadlineNs % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &until)
      }
      isAsleep = false
    }
  }
}
