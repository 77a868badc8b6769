import Glibc

/// A value under a mutex, with a condition to wait for a change of it.
///
/// Unchecked: the value is touched only with `mutex` held, and the two pthread objects never move.
package final class Monitor<State>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state: State

  package init(_ state: State) {
    self.state = state
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

  /// Reads or changes the value without waking who waits.
  package func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Changes the value and wakes who waits.
  package func update<R>(_ body: (inout State) -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let result = body(&state)
    pthread_cond_broadcast(condition)
    return result
  }

  /// Waits until `take` gives something; nil once `deadlineNs` (monotonic) has passed. No deadline: waits for ever.
  package func wait<R>(until deadlineNs: Int64? = nil, _ take: (inout State) -> R?) -> R? {
    wait(deadline: { _ in deadlineNs }, take)
  }

  /// As above, with a deadline that is worked out anew after every change.
  package func wait<R>(deadline: (State) -> Int64?, _ take: (inout State) -> R?) -> R? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = take(&state) { return result }
      guard let deadlineNs = deadline(state) else {
        pthread_cond_wait(condition, mutex)
        continue
      }
      if Monotonic.nowNs() >= deadlineNs { return nil }
      var until = timespec(tv_sec: Int(deadlineNs / 1_000_000_000), tv_nsec: Int(deadlineNs % 1_000_000_000))
      pthread_cond_timedwait(condition, mutex, &until)
    }
  }
}

/// The monotonic clock, for timeouts only: it says nothing about the broker's time.
package enum Monotonic {
  package static func nowNs() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  package static func ns(afterMs milliseconds: Int64) -> Int64 { nowNs() + milliseconds * 1_000_000 }
}
