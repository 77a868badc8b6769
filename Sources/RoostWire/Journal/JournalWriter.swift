import CProtobufC
import CRoostProtos
import RoostCore

/// Builds the message of one journal record. The extensions have one kind of entry each.
final class JournalWriter {
  let arena: Arena
  /// The record being written: what was decided in it does not repeat its number.
  private(set) var record: RecordIndex = 0
  /// Names of the section in hand, and their places from 1.
  private var places: [String: UInt32] = [:]
  private var names: [String] = []

  init(arena: Arena) { self.arena = arena }

  func write(_ batch: JournalBatch, record: RecordIndex) -> UnsafeMutablePointer<Roost__V1__JournalBatch> {
    self.record = record
    let message = arena.make(Roost__V1__JournalBatch.self)
    message.pointee.position = batch.position.map(write)
    if let streamTime = batch.streamTime {
      message.pointee.has_stream_ts_case = ROOST__V1__JOURNAL_BATCH__HAS_STREAM_TS_STREAM_TS
      message.pointee.stream_ts = streamTime.ms
    }
    message.pointee.handed_over_record = batch.handedOver
    message.pointee.dead_letters_record = batch.deadLettersAcknowledged
    (message.pointee.n_sections, message.pointee.sections) = arena.list(batch.sections, write)
    (message.pointee.n_dead_letters, message.pointee.dead_letters) = arena.list(batch.deadLetters, write)
    message.pointee.settled_sequence = batch.settled
    message.pointee.generation_base = batch.generationBase
    message.pointee.part_of = batch.partOf ?? 0
    message.pointee.more = batch.hasMore ? 1 : 0
    return message
  }

  /// The place of a name, which stands in the section once.
  func name(_ text: String) -> UInt32 {
    guard !text.isEmpty else { return 0 }
    if let place = places[text] { return place }
    names.append(text)
    let place = UInt32(names.count)
    places[text] = place
    return place
  }

  func trace(_ trace: Trace?) -> (parent: UInt32, state: UInt32) {
    guard let trace else { return (0, 0) }
    return (name(trace.parent), name(trace.state ?? ""))
  }

  private func write(_ position: SignalPosition) -> UnsafeMutablePointer<Roost__V1__JournalPosition> {
    let message = arena.make(Roost__V1__JournalPosition.self)
    message.pointee.sequence = position.sequence
    message.pointee.stored_ts = position.storedAt.ms
    message.pointee.subject = arena.copy(position.subject)
    return message
  }

  private func write(_ section: PoolSection) -> UnsafeMutablePointer<Roost__V1__JournalSection> {
    places.removeAll(keepingCapacity: true)
    names.removeAll(keepingCapacity: true)
    let message = arena.make(Roost__V1__JournalSection.self)
    message.pointee.namespace_ = arena.copy(section.pool.namespace)
    message.pointee.pool = arena.copy(section.pool.name)
    (message.pointee.n_changes, message.pointee.changes) = arena.list(section.changes, write)
    (message.pointee.n_events, message.pointee.events) = arena.list(section.events, write)
    (message.pointee.n_answers, message.pointee.answers) = arena.list(section.answers, write)
    (message.pointee.n_names, message.pointee.names) = arena.list(texts: names)
    return message
  }

  private func write(_ letter: DeadLetter) -> UnsafeMutablePointer<Roost__V1__JournalDeadLetter> {
    let message = arena.make(Roost__V1__JournalDeadLetter.self)
    message.pointee.reason = arena.copy(letter.reason)
    message.pointee.subject = arena.copy(letter.subject)
    message.pointee.sequence = letter.sequence
    message.pointee.stored_ts = letter.storedAt.ms
    let headers = letter.headers.flatMap { [$0.name, $0.value] }
    (message.pointee.n_headers, message.pointee.headers) = arena.list(texts: headers)
    message.pointee.payload = arena.copy(letter.payload)
    return message
  }
}
