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
  /// Signals to the actor, and as many others, that are looked up one by one: a minute's work of the broker.
  var greatestSignals = 20_000

  /// In the order in which things happened: what a signal caused comes after it, what was decided is in the order of the
  /// journal.
  func rows(since: Instant) throws(CLIError) -> [TraceRow] {
    // A record may say things of different times: the first one that is older ends it.
    let entries = try HistoryPages(client: client, pool: pool, actor: actor, timeoutMs: timeoutMs)
      .entries { $0.at >= since }
    let decisions = entries.map { TraceRow($0, of: actor, in: pool) }
    var signals = self.signals(behind: decisions, since: since)[...]
    var rows: [TraceRow] = []
    for decision in decisions {
      while let signal = signals.first, signal.comes(before: decision) { rows.append(signals.removeFirst()) }
      rows.append(decision)
    }
    return rows + signals
  }

  /// Those to the actor, what else caused something, a drain for example, and what its runners said of it.
  private func signals(behind decisions: [TraceRow], since: Instant) -> [TraceRow] {
    var rows: [StreamSequence: [TraceRow]] = [:]
    do throws(NATSError) {
      guard let kept = try client.storedSignals(since: since) else { return [] }
      let (own, isCut) = try newestSignals(in: kept)
      for message in own { rows[message.sequence] = reader.rows(of: message, isCause: true) }
      if isCut {
        complain("only the newest \(own.count) signals to \(actor) are shown: a shorter --since shows all of its own")
      }
      var left = greatestSignals
      var isShort = false
      func others(_ body: () throws(NATSError) -> StoredMessage?) throws(NATSError) -> StoredMessage? {
        guard left > 0 else {
          isShort = true
          return nil
        }
        left -= 1
        return try body()
      }
      for cause in Set(decisions.map(\.sequence)).subtracting(rows.keys).sorted(by: >) where kept.contains(cause) {
        if let message = try others({ () throws(NATSError) in try client.storedSignal(cause) }) {
          rows[message.sequence] = reader.rows(of: message, isCause: true)
        }
      }
      for said in Self.said(in: decisions, kept).reversed() {
        var next = said.sequences.lowerBound
        while let message = try others({ () throws(NATSError) in
          try client.storedSignal(of: pool, said.runner, said.verb, from: next)
        }), message.sequence <= said.sequences.upperBound {
          rows[message.sequence] = reader.rows(of: message, isCause: said.verb == .initialize)
          next = message.sequence + 1
        }
      }
      if isShort { complain("older signals of runners and to the pool are left out: a shorter --since shows them") }
    } catch {
      complain("signals are left out: \(error.message)")
    }
    return rows.sorted { $0.key < $1.key }.flatMap(\.value).filter { $0.at >= since }
  }

  /// The newest signals to the actor, not more than may be looked up. The broker finds them only forwards, so a stretch that
  /// has too many is tried again from nearer to its end: as wide as what was found, and at most half of it.
  private func newestSignals(
    in kept: ClosedRange<StreamSequence>
  ) throws(NATSError) -> (signals: [StoredMessage], isCut: Bool) {
    var first = kept.lowerBound
    while true {
      var found: [StoredMessage] = []
      var next = first
      var hasMore = false
      while let message = try client.storedSignal(of: pool, actor, from: next), message.sequence <= kept.upperBound {
        if found.count == greatestSignals {
          hasMore = true
          break
        }
        found.append(message)
        next = message.sequence + 1
      }
      if !hasMore { return (found, first > kept.lowerBound) }
      first = kept.upperBound - min(next - first, (kept.upperBound - first) / 2) + 1
    }
  }

  /// Where in the stream a runner said what a record holds beside its cause: behind all that the record before it has read.
  private static func said(
    in decisions: [TraceRow], _ kept: ClosedRange<StreamSequence>
  ) -> [(runner: RunnerID, verb: RunnerVerb, sequences: ClosedRange<StreamSequence>)] {
    var said: [(runner: RunnerID, verb: RunnerVerb, sequences: ClosedRange<StreamSequence>)] = []
    var (before, last) = (kept.lowerBound - 1, kept.lowerBound - 1)
    for case .decision(_, let entry) in decisions.map(\.what) {
      if entry.throughSequence > last { (before, last) = (last, entry.throughSequence) }
      guard let runner = entry.runner, let verb = entry.saidByRunner, before < entry.throughSequence else { continue }
      said.append((runner, verb, before + 1...entry.throughSequence))
    }
    return said
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
