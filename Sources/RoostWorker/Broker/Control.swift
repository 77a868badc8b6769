import RoostNATS

/// What other threads tell the keeper: stop, link changes, a full stream, the loop's end.
final class Control: Sendable {
  struct State {
    var isStopping = false
    /// Counts breaks of either connection: a look at the broker holds only if none came in between.
    var breaks = 0
    var linkIsUp = false
    var hasLinkNews = false
    var streamIsFull = false
    var readingBroke = false
    var streamIsLost = false
    /// The loop returned, with what ended it.
    var loopEnd: LoopEnd?
  }

  enum LoopEnd {
    case stopped
    case failed(WorkerError)
  }

  private let state = Monitor(State())

  func stop() { state.update { $0.isStopping = true } }
  func streamIsFull() { state.update { $0.streamIsFull = true } }
  /// The reader lost its consumer: the stream may be gone, or be another one.
  func readingBroke() { state.update { $0.readingBroke = true } }
  /// What the reader delivered last is not in the stream any more.
  func streamIsLost() { state.update { $0.streamIsLost = true } }
  func loopEnded(_ end: LoopEnd) { state.update { $0.loopEnd = end } }

  /// A connection broke; `tell` runs in order with `linkIsUp`.
  func linkBroke(_ tell: () -> Void) {
    state.update { state in
      state.breaks += 1
      state.linkIsUp = false
      tell()
    }
  }

  /// Something about a connection changed: look at it.
  func linkChanged() { state.update { $0.hasLinkNews = true } }

  var loopEnd: LoopEnd? { state.withLock { $0.loopEnd } }
  var breaks: Int { state.withLock { $0.breaks } }
  var isStopping: Bool { state.withLock { $0.isStopping } }
  var linkIsUp: Bool { state.withLock { $0.linkIsUp } }

  /// The broker was asked everything that must hold. `tell` runs unless the link broke meanwhile.
  func linkIsUp(since breaks: Int, _ tell: () -> Void) {
    state.update { state in
      guard state.breaks == breaks else { return }
      state.linkIsUp = true
      tell()
    }
  }

  func takeStreamIsFull() -> Bool {
    state.withLock { state in
      defer { state.streamIsFull = false }
      return state.streamIsFull
    }
  }

  /// Before another life of the worker.
  func begin() {
    state.withLock { state in
      state.loopEnd = nil
      state.linkIsUp = false
      state.streamIsFull = false
      state.readingBroke = false
      state.streamIsLost = false
    }
  }

  enum Wake {
    case stop
    case loopEnd(LoopEnd)
    case streamIsFull
    case readingBroke
    case streamIsLost
    case linkNews
    case time
  }

  /// Waits for something to do, until `deadlineNs` at the latest.
  func wait(until deadlineNs: Int64) -> Wake {
    state.wait(until: deadlineNs) { state -> Wake? in
      if let end = state.loopEnd { return .loopEnd(end) }
      if state.isStopping { return .stop }
      if state.streamIsLost { return .streamIsLost }
      if state.streamIsFull { return .streamIsFull }
      if state.readingBroke {
        state.readingBroke = false
        return .readingBroke
      }
      defer { state.hasLinkNews = false }
      return state.hasLinkNews ? .linkNews : nil
    } ?? .time
  }

  /// A pause that `stop` ends; returns false then.
  func pause(ms: Int64) -> Bool {
    state.wait(until: Monotonic.ns(afterMs: ms)) { $0.isStopping ? true : nil } == nil
  }
}
