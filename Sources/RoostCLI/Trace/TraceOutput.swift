import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// Shows rows, of the present and of the past alike: columns for people, JSON objects for programs.
struct TraceOutput {
  let isJSON: Bool
  /// The one whom it is about is not named in every line.
  private let only: ActorID?
  /// Names are written with their pool before them.
  private let showsPool: Bool
  /// Whose wait was seen to begin, and when.
  private var waits: [Waiter: Instant] = [:]

  private struct Waiter: Hashable {
    let pool: PoolID?
    let actor: ActorID
  }

  /// Waits that are remembered: those of a pool that nobody serves begin and never end.
  private static let rememberedWaits = 100_000

  init(_ target: TraceTarget, isJSON: Bool) {
    self.isJSON = isJSON
    only = target.only?.actor
    showsPool = target.hasManyPools
  }

  var title: String { isJSON ? "" : line("time", "where", "signal", "record", "who", "what", "why") }

  mutating func text(of row: TraceRow) -> String {
    let waited = waited(row)
    let words = TraceWords(row, waited: waited)
    if isJSON {
      var fields = words.fields
      fields["ts"] = .int(row.at.ms)
      fields["where"] = .string(row.place.rawValue)
      fields["what"] = .string(words.what)
      if let pool = row.pool { fields["pool"] = .string(pool.description) }
      if row.sequence > 0 { fields[row.isDecision ? "cause_sequence" : "signal_sequence"] = .number(of: row.sequence) }
      if row.record > 0 { fields["journal_sequence"] = .number(of: row.record) }
      if let waited { fields["waited_ms"] = .int(waited.value) }
      return JSONValue.object(fields).text + "\n"
    }
    let who = [showsPool ? row.pool?.description : nil, words.who].compactMap { $0 }.filter { !$0.isEmpty }
    let isOther = only.map { words.who != $0.text } ?? false
    return line(
      LogLine.timestamp(row.at.ms), row.place.rawValue, row.sequence > 0 ? String(row.sequence) : "-",
      row.record > 0 ? String(row.record) : "-", who.isEmpty ? "-" : who.joined(separator: "/"), words.what,
      [isOther ? words.who : "", words.why].filter { !$0.isEmpty }.joined(separator: ", "))
  }

  /// How long the wait was that the row ends; nil where it ends none.
  private mutating func waited(_ row: TraceRow) -> Milliseconds? {
    guard case .decision(let actor, let entry) = row.what else { return nil }
    let waiter = Waiter(pool: row.pool, actor: actor)
    switch entry.kind {
    case ActorEvent.Kind.pending.rawValue:
      if waits.count == Self.rememberedWaits { waits.removeAll() }
      waits[waiter] = row.at
      return nil
    case CommandVerb.start.rawValue: return waits.removeValue(forKey: waiter).map { row.at.since($0) }
    case ActorEvent.Kind.sleeping.rawValue, ActorEvent.Kind.destroyed.rawValue: waits[waiter] = nil
    default: break
    }
    return nil
  }

  private static let whoColumn = 4

  private func line(_ cells: String...) -> String {
    var (cells, widths) = (cells, [24, 7, 6, 6, showsPool ? 24 : 8, 15])
    if only != nil {
      cells.remove(at: Self.whoColumn)
      widths.remove(at: Self.whoColumn)
    }
    return Columns.line(cells, widths)
  }
}
