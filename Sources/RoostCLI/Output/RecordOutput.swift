import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostWire
import RoostWorker

/// A journal record on one line: for people, or as a JSON object.
struct RecordOutput {
  var isJSON = false
  /// Only what concerns this actor.
  var actor: ActorID?
  /// Only what concerns this pool.
  var pool: PoolID?

  private var isSelecting: Bool { actor != nil || pool != nil }

  /// nil: nothing in the record was asked for.
  func line(_ placed: PlacedRecord, _ decoded: DecodedRecord) -> String? {
    switch decoded {
    case .unreadable(let error):
      if isSelecting { return nil }
      if isJSON { return JSONValue.object(place(placed).merging(["error": .string(error.message)]) { $1 }).text + "\n" }
      return "\(head(placed, nil)) unreadable: \(LogLine.escaped(error.message))\n"
    case .read(let reading):
      let sections = reading.batch.sections.compactMap(selected)
      let unread = reading.undecodable.filter { (pool ?? $0.pool, actor ?? $0.actor) == ($0.pool, $0.actor) }
      if isSelecting, sections.isEmpty, unread.isEmpty { return nil }
      return isJSON ? object(placed, reading, sections, unread) : text(placed, reading, sections, unread)
    }
  }

  private struct Section {
    let pool: PoolID
    let changes: [JournalEntry]
    let events: [JournalEntry]
    let answers: [JournalEntry]
  }

  private func selected(_ section: PoolSection) -> Section? {
    if let pool, section.pool != pool { return nil }
    let chosen = Section(
      pool: section.pool, changes: section.changes.map { JournalEntry($0) }.filter(isWanted),
      events: section.events.map { JournalEntry($0) }.filter(isWanted),
      answers: section.answers.map { JournalEntry($0) }.filter(isWanted))
    let isEmpty = chosen.changes.isEmpty && chosen.events.isEmpty && chosen.answers.isEmpty
    return isEmpty && isSelecting ? nil : chosen
  }

  private func isWanted(_ entry: JournalEntry) -> Bool { actor == nil || entry.actor == actor }

  // MARK: - Text

  private func head(_ placed: PlacedRecord, _ batch: JournalBatch?) -> String {
    let time = batch?.time.map { " \(LogLine.timestamp($0.ms))" } ?? ""
    return "\(placed.record.index)\(time) partition=\(placed.record.partition)"
  }

  private func text(
    _ placed: PlacedRecord, _ reading: JournalReading, _ sections: [Section], _ unread: [UndecodableEntry]
  ) -> String {
    let batch = reading.batch
    var line = head(placed, batch)
    if let position = batch.position {
      line += " signal=\(position.sequence) subject=\(LogLine.quotedIfNeeded(position.subject))"
    }
    if let first = batch.partOf { line += " part_of=\(first)" }
    if batch.hasMore { line += " more=true" }
    for section in sections {
      line += " | \(section.pool):"
      let told =
        section.changes.map { " \($0.text)" } + section.events.map { " event \($0.text)" }
        + section.answers.map { " answer \($0.text)" }
      line += told.joined(separator: ";")
    }
    if !isSelecting {
      for letter in batch.deadLetters { line += " | dead letter \(JournalEntry(letter).text)" }
    }
    for entry in unread { line += " | \(entry.pool): \(JournalEntry(entry).text)" }
    return line + "\n"
  }

  // MARK: - JSON

  private func place(_ placed: PlacedRecord) -> [String: JSONValue] {
    [
      "journal_sequence": .number(of: placed.record.index.rawValue), "partition": .number(of: placed.record.partition),
      "epoch": .number(of: placed.record.epoch), "segment": .number(of: placed.segment),
      "offset": .number(of: placed.offset),
    ]
  }

  private func object(
    _ placed: PlacedRecord, _ reading: JournalReading, _ sections: [Section], _ unread: [UndecodableEntry]
  ) -> String {
    let batch = reading.batch
    var fields = place(placed)
    if let time = batch.time { fields["ts"] = .int(time.ms) }
    if let position = batch.position {
      fields["position"] = .object([
        "signal_sequence": .number(of: position.sequence), "stored_ts": .int(position.storedAt.ms),
        "subject": .string(position.subject),
      ])
    }
    fields["settled_sequence"] = .number(of: batch.settled)
    fields["handed_over_record"] = .number(of: batch.handedOver)
    fields["dead_letters_record"] = .number(of: batch.deadLettersAcknowledged)
    if batch.generationBase > 0 { fields["generation_base"] = .number(of: batch.generationBase) }
    if let first = batch.partOf { fields["part_of"] = .number(of: first) }
    if batch.hasMore { fields["more"] = .bool(true) }
    fields["sections"] = .array(
      sections.map { section in
        .object([
          "pool": .string(section.pool.description),
          "changes": .array(section.changes.map { .object($0.fields("change")) }),
          "events": .array(section.events.map { .object($0.fields("kind")) }),
          "answers": .array(section.answers.map { .object($0.fields("outcome")) }),
        ])
      })
    if !isSelecting {
      fields["dead_letters"] = .array(batch.deadLetters.map { .object(JournalEntry($0).fields("reason")) })
    }
    if !isSelecting || !unread.isEmpty {
      fields["unreadable"] = .array(
        unread.map { .object(JournalEntry($0).fields("change").merging(["pool": .string($0.pool.description)]) { $1 }) }
      )
    }
    return JSONValue.object(fields).text + "\n"
  }
}
