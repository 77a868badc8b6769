import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import RoostWorker

/// What happened to an actor, a line each: when, in which journal record, because of which signal.
struct HistoryOutput {
  let actor: ActorID
  let pool: PoolID
  var isJSON = false

  static let title = Columns.line(["record", "time", "signal", "what"], widths)

  private static let widths = [8, 24, 8]

  /// Of one record, in the order in which it says them.
  func lines(_ placed: PlacedRecord, _ reading: JournalReading) -> [String] {
    let batch = reading.batch
    // The parts of a batch were decided in the record of the first.
    let record = batch.partOf ?? placed.record.index.rawValue
    var lines: [String] = []
    for section in batch.sections where section.pool == pool {
      for change in section.changes {
        let entry = JournalEntry(change)
        guard entry.actor == actor else { continue }
        lines.append(line(record, batch.time, .change, entry, cause: change.cause))
      }
      for event in section.events where event.actor == actor {
        lines.append(line(record, event.at, .kind, JournalEntry(event), cause: event.cause.sequence))
      }
      for answer in section.answers where answer.actor == actor {
        lines.append(line(record, batch.time, .outcome, JournalEntry(answer), cause: answer.sequence))
      }
    }
    for entry in reading.undecodable where entry.pool == pool && entry.actor == actor {
      lines.append(line(record, batch.time, .change, JournalEntry(entry), cause: 0))
    }
    return lines
  }

  /// What the word of a line is, as `journal dump` names it.
  private enum Word: String {
    case change, kind, outcome

    /// What people read before it.
    var prefix: String {
      switch self {
      case .change: ""
      case .kind: "event "
      case .outcome: "answer "
      }
    }
  }

  private func line(
    _ record: RoostCore.RecordIndex, _ time: Instant?, _ word: Word, _ entry: JournalEntry, cause: StreamSequence
  ) -> String {
    if isJSON {
      var fields = entry.fields(word.rawValue)
      fields["journal_sequence"] = .number(of: record)
      fields["ts"] = .time(time)
      fields["cause_sequence"] = .number(of: cause)
      return JSONValue.object(fields).text + "\n"
    }
    let said = JournalEntry(
      word: entry.word, actor: actor, facts: entry.facts.filter { !Self.columns.contains($0.name) })
    let columns = [
      String(record), time.map { LogLine.timestamp($0.ms) } ?? "-", cause == 0 ? "-" : String(cause),
    ]
    return Columns.line(columns + [word.prefix + said.text], Self.widths)
  }

  /// What stands in the columns, or is the same in every line.
  private static let columns: Set<String> = ["actor_id", "ts", "cause_sequence", "signal_sequence"]
}

extension Change {
  /// The signal that it names as its cause; 0 = none.
  fileprivate var cause: StreamSequence {
    switch self {
    case .actor(_, let record): record.state.cause
    case .command(_, let command): command.cause.sequence
    default: 0
    }
  }
}
