import CProtobufC
import CRoostProtos
import RoostCore

/// Reads the message of one journal record. The extensions have one kind of entry each.
///
/// Stricter than the rest of the codec: an unknown field or value is an error, because state that is half understood
/// must not be acted upon.
struct JournalReader {
  /// The record being read: what was decided in it does not repeat its number.
  private(set) var record: RecordIndex
  /// Those of the section in hand.
  private var names: [String] = []
  /// Traces by the places of their names, so that a trace stays one object.
  private var traces: [UInt64: Trace] = [:]
  private var undecodable: [UndecodableEntry] = []

  init(record: RecordIndex) { self.record = record }

  mutating func read(_ message: Roost__V1__JournalBatch) throws(WireError) -> JournalReading {
    try noUnknownFields(message.base, "JournalBatch")
    // Parts of a batch were all decided in the record that the first of them has.
    if message.part_of > 0 { record = message.part_of }
    var batch = JournalBatch(
      streamTime: message.has_stream_ts_case.rawValue != 0 ? Instant(ms: message.stream_ts) : nil,
      handedOver: message.handed_over_record, deadLettersAcknowledged: message.dead_letters_record)
    batch.settled = message.settled_sequence
    batch.generationBase = message.generation_base
    batch.partOf = message.part_of == 0 ? nil : message.part_of
    batch.hasMore = message.more != 0
    if let position = message.position?.pointee {
      try noUnknownFields(position.base, "JournalPosition")
      batch.position = SignalPosition(
        sequence: position.sequence, storedAt: Instant(ms: position.stored_ts),
        subject: try position.subject.text("JournalPosition.subject"))
    }
    for section in UnsafeBufferPointer(start: message.sections, count: message.n_sections) {
      if let section { batch.sections.append(try read(section.pointee)) }
    }
    for letter in UnsafeBufferPointer(start: message.dead_letters, count: message.n_dead_letters) {
      if let letter { batch.deadLetters.append(try read(letter.pointee)) }
    }
    return JournalReading(batch: batch, undecodable: undecodable)
  }

  private mutating func read(_ message: Roost__V1__JournalSection) throws(WireError) -> PoolSection {
    try noUnknownFields(message.base, "JournalSection")
    let pool = PoolID(
      namespace: try message.namespace_.requiredText("JournalSection.namespace"),
      name: try message.pool.requiredText("JournalSection.pool"))
    names.removeAll(keepingCapacity: true)
    traces.removeAll(keepingCapacity: true)
    for name in UnsafeBufferPointer(start: message.names, count: message.n_names) {
      names.append(try name.text("JournalSection.names"))
    }
    var section = PoolSection(pool: pool)
    section.changes.reserveCapacity(message.n_changes)
    for change in UnsafeBufferPointer(start: message.changes, count: message.n_changes) {
      guard let change = change?.pointee else { continue }
      do throws(WireError) {
        section.changes.append(try read(change))
      } catch {
        try leave(error, in: pool, actor: change.actor, runner: change.runner, part: Self.part(change))
      }
    }
    for event in UnsafeBufferPointer(start: message.events, count: message.n_events) {
      guard let event = event?.pointee else { continue }
      do throws(WireError) {
        section.events.append(try read(event))
      } catch {
        try leave(error, in: pool, actor: event.actor, runner: 0)
      }
    }
    for answer in UnsafeBufferPointer(start: message.answers, count: message.n_answers) {
      guard let answer = answer?.pointee else { continue }
      do throws(WireError) {
        section.answers.append(try read(answer))
      } catch {
        try leave(error, in: pool, actor: answer.actor, runner: 0)
      }
    }
    return section
  }

  /// Notes an entry that cannot be read under what it names. One whose names cannot be read spoils the record.
  private mutating func leave(
    _ error: WireError, in pool: PoolID, actor: UInt32, runner: UInt32, part: UndecodableEntry.ActorPart? = nil
  ) throws(WireError) {
    undecodable.append(
      UndecodableEntry(
        pool: pool, actor: actor == 0 ? nil : ActorID(try name(actor)),
        runner: runner == 0 ? nil : RunnerID(try name(runner)), part: part, error: error))
  }

  /// The part of one actor that a change assigns. One that says more than this version knows is not known to be that alone.
  private static func part(_ change: Roost__V1__JournalChange) -> UndecodableEntry.ActorPart? {
    guard change.actor > 0, change.runner == 0, change.base.n_unknown_fields == 0 else { return nil }
    return switch change.part_case {
    case ROOST__V1__JOURNAL_CHANGE__PART_CREATED: .facts
    case ROOST__V1__JOURNAL_CHANGE__PART_ACTOR_RECORD: .record
    default: nil
    }
  }

  private func read(_ message: Roost__V1__JournalDeadLetter) throws(WireError) -> DeadLetter {
    try noUnknownFields(message.base, "JournalDeadLetter")
    let headers = try pairs(message.headers, count: message.n_headers, "JournalDeadLetter.headers")
    return DeadLetter(
      reason: try message.reason.text("JournalDeadLetter.reason"),
      subject: try message.subject.text("JournalDeadLetter.subject"), sequence: message.sequence,
      storedAt: Instant(ms: message.stored_ts), headers: headers.map { DeadLetter.Header(name: $0.0, value: $0.1) },
      payload: message.payload.bytes)
  }

  // MARK: - Parts of entries

  /// Refuses what only a newer worker can have written.
  func noUnknownFields(_ message: ProtobufCMessage, _ type: StaticString) throws(WireError) {
    guard message.n_unknown_fields == 0 else {
      throw WireError(
        .unknownValue, "\(type) has a field that this version does not know; run the version that wrote it")
    }
  }

  /// The name at a place; empty at 0.
  func name(_ place: UInt32) throws(WireError) -> String {
    guard place > 0 else { return "" }
    guard place <= names.count else {
      throw WireError(.undecodable, "name \(place) of \(names.count) in a JournalSection")
    }
    return names[Int(place) - 1]
  }

  /// The name at a place that must be given.
  func requiredName(_ place: UInt32, _ field: StaticString) throws(WireError) -> String {
    guard place > 0 else { throw .missing(field) }
    return try name(place)
  }

  func optionalRunner(_ place: UInt32) throws(WireError) -> RunnerID? {
    place == 0 ? nil : RunnerID(try name(place))
  }

  mutating func cause(
    _ sequence: StreamSequence, parent: UInt32, state: UInt32
  ) throws(WireError) -> Cause {
    guard parent > 0 else { return Cause(sequence: sequence) }
    let places = UInt64(parent) << 32 | UInt64(state)
    if let trace = traces[places] { return Cause(sequence: sequence, trace: trace) }
    let trace = Trace(parent: try name(parent), state: state == 0 ? nil : try name(state))
    traces[places] = trace
    return Cause(sequence: sequence, trace: trace)
  }

  /// A repeated string that holds pairs in turn.
  func pairs(
    _ first: UnsafeMutablePointer<ProtobufCBinaryData>?, count: Int, _ field: StaticString
  ) throws(WireError) -> [(String, String)] {
    guard count.isMultiple(of: 2) else { throw WireError(.undecodable, "\(field) has an odd number of entries") }
    var result: [(String, String)] = []
    let entries = UnsafeBufferPointer(start: first, count: count)
    for index in stride(from: 0, to: count, by: 2) {
      result.append((try entries[index].text(field), try entries[index + 1].text(field)))
    }
    return result
  }
}
