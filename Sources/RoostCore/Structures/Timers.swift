/// What a timer is for. Those due by the same time fire in this order, then by id.
enum TimerKind: UInt8, Comparable, Sendable {
  // Deadlines: they decide races, so all that are due fire before a signal is applied.
  case pending, start, stop, drain
  // Alarms: they hold no signal back.
  case alarm, backoff, retention, runnerRetention

  var isDeadline: Bool { self <= .drain }
  static func < (a: TimerKind, b: TimerKind) -> Bool { a.rawValue < b.rawValue }
}

/// One timer; `slot` is the actor's or the runner's. It is void when the state no longer names this time.
struct Timer: Comparable, Sendable {
  var due: Instant
  var kind: TimerKind
  var slot: Int
  static func < (a: Timer, b: Timer) -> Bool {
    (a.due, a.kind, a.slot) < (b.due, b.kind, b.slot)
  }
}

/// The timers of a pool. Cancelled ones stay until they come to the top or are the majority.
struct Timers: Sendable {
  var deadlines = Heap<Timer>()
  var alarms = Heap<Timer>()
  /// Size at which dead entries are swept out.
  private var sweepAt = 1_024

  mutating func insert(_ timer: Timer) {
    if timer.kind.isDeadline { deadlines.insert(timer) } else { alarms.insert(timer) }
  }

  /// Drops void timers from the top, so that the first one of each heap is real.
  mutating func prune(isVoid: (Timer) -> Bool) {
    while let first = deadlines.first, isVoid(first) { _ = deadlines.removeFirst() }
    while let first = alarms.first, isVoid(first) { _ = alarms.removeFirst() }
    if deadlines.count + alarms.count > sweepAt {
      deadlines.removeAll(where: isVoid)
      alarms.removeAll(where: isVoid)
      sweepAt = max(1_024, 2 * (deadlines.count + alarms.count))
    }
  }

  /// Takes the timers that share the earliest (due, kind), if due by `now`: the caller sorts them by id.
  mutating func takeGroup(isDeadline: Bool, by now: Instant) -> [Timer] {
    var group: [Timer] = []
    while let first = isDeadline ? deadlines.first : alarms.first, first.due <= now,
      group.first.map({ $0.due == first.due && $0.kind == first.kind }) ?? true
    {
      group.append(first)
      _ = isDeadline ? deadlines.removeFirst() : alarms.removeFirst()
    }
    return group
  }
}
