import RoostCore
import RoostNATS
import RoostWire

/// The past of one actor: what the worker's journal says of it, and the signals behind it as far as the broker keeps them.
struct PastTrace {
  let client: SignalClient
  let reader: TraceReader
  let pool: PoolID
  let actor: ActorID
  let timeoutMs: Int64
  /// Says why something is left out.
  let complain: (String) -> Void

  /// Signals that are looked up one by one: a minute's work of the broker.
  private static let greatestSignals = 20_000
  /// A batch of the worker ends at as many inputs.
  private static let signalsPerRecord: StreamSequence = 500

  /// In the order in which things happened: what a signal caused comes after it, what was decided is in the order of the
  /// journal.
  func rows(since: Instant) throws(CLIError) -> [TraceRow] {
    let decisions = try history(since: since)
    var signals = self.signals(behind: decisions, since: since)[...]
    var rows: [TraceRow] = []
    for decision in decisions {
      while let signal = signals.first, signal.comes(before: decision) { rows.append(signals.removeFirst()) }
      rows.append(decision)
    }
    return rows + signals
  }

  private func history(since: Instant) throws(CLIError) -> [TraceRow] {
    var rows: [TraceRow] = []
    var request = HistoryRequest(actor: actor, limit: APIRequest.greatestLimit)
    while true {
      guard case .history(let page) = try client.ask(.history(request), of: pool, timeoutMs: timeoutMs) else {
        throw CLIError(.unavailable, "the worker answered another question; is this `roost` as new as the worker?")
      }
      for entry in page.entries {
        // A record may say things of different times: the first one that is older ends it.
        if entry.at < since { return rows.reversed() }
        rows.append(
          TraceRow(at: entry.at, pool: pool, sequence: entry.causeSequence, what: .decision(actor, entry)))
      }
      guard page.nextRecord > 0, page.nextRecord < request.beforeRecord || request.beforeRecord == 0 else {
        return rows.reversed()
      }
      request.beforeRecord = page.nextRecord
    }
  }

  /// Those to the actor, what else caused something, a drain for example, and what its runners said of it.
  private func signals(behind decisions: [TraceRow], since: Instant) -> [TraceRow] {
    let causes = Set(decisions.map(\.sequence)).subtracting([0])
    var rows: [StreamSequence: [TraceRow]] = [:]
    func keep(_ message: StoredMessage, isCause: Bool) {
      rows[message.sequence] = reader.rows(of: message, isCause: isCause)
    }
    do {
      var next: StreamSequence = causes.min() ?? 1
      while rows.count < Self.greatestSignals, let message = try client.storedSignal(of: pool, actor, from: next) {
        keep(message, isCause: true)
        next = message.sequence + 1
      }
      for cause in causes.sorted() where rows[cause] == nil && rows.count < Self.greatestSignals {
        if let message = try client.storedSignal(cause) { keep(message, isCause: true) }
      }
      for decision in decisions {
        guard case .decision(_, let entry) = decision.what, let runner = entry.runner, let word = entry.saidByRunner
        else { continue }
        // A record takes in no more signals than a batch may have.
        var next = max(entry.throughSequence, Self.signalsPerRecord) - Self.signalsPerRecord + 1
        while rows.count < Self.greatestSignals,
          let message = try client.storedSignal(of: pool, runner, word, from: next),
          message.sequence <= entry.throughSequence
        {
          keep(message, isCause: word == .initialize)
          next = message.sequence + 1
        }
      }
    } catch {
      complain("signals are left out: \(error.message)")
    }
    if rows.count >= Self.greatestSignals { complain("only \(rows.count) signals are shown") }
    return rows.sorted { $0.key < $1.key }.flatMap(\.value).filter { $0.at >= since }
  }
}

extension TraceRow {
  /// Of a signal and a decision: a record knows how far it has read, but not after which signal it decided what. Times
  /// alone are too coarse, for a runner answers a command within the same millisecond.
  fileprivate func comes(before decision: TraceRow) -> Bool {
    if sequence <= decision.sequence { return true }
    guard at <= decision.at, case .decision(_, let entry) = decision.what else { return false }
    return sequence <= entry.throughSequence || entry.throughSequence == 0
  }
}

extension HistoryEntry {
  /// Which word of its runner the record holds beside its cause.
  fileprivate var saidByRunner: RunnerVerb? {
    if kind == ActorEvent.Kind.ready.rawValue { return .events }
    return kind == CommandVerb.start.rawValue && reason == Self.runnerJoined ? .initialize : nil
  }
}
