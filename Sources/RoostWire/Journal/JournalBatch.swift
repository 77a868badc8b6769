import RoostCore

/// The payload of one journal record: one group commit of one partition.
package struct JournalBatch: Equatable, Sendable {
  /// Up to where the stream is applied; nil = as the record before says.
  package var position: SignalPosition?
  /// All signals through this one were durable, in every partition, before this record was written.
  package var settled: StreamSequence
  /// The stream's time, where it is not `position.storedAt` because the broker's clock went back.
  package var streamTime: Instant?
  /// The events and answers of the records through this one were handed over to the broker.
  package var handedOver: RecordIndex
  /// The dead letters of the records through this one were acknowledged by the broker.
  package var deadLettersAcknowledged: RecordIndex
  /// No generation at or below this is given out, in any pool: those of a journal whose pools were adopted.
  package var generationBase: Generation = 0
  /// In the order decided; a pool may come more than once.
  package var sections: [PoolSection]
  package var deadLetters: [DeadLetter]
  /// Of a batch that is told in several records: the number of the first one; nil in that one itself.
  package var partOf: RecordIndex?
  /// Another part follows; nothing counts until the last one is there.
  package var hasMore = false

  package init(
    position: SignalPosition? = nil, settled: StreamSequence = 0, streamTime: Instant? = nil,
    handedOver: RecordIndex = 0, deadLettersAcknowledged: RecordIndex = 0, sections: [PoolSection] = [],
    deadLetters: [DeadLetter] = []
  ) {
    self.position = position
    self.settled = settled
    self.streamTime = streamTime
    self.handedOver = handedOver
    self.deadLettersAcknowledged = deadLettersAcknowledged
    self.sections = sections
    self.deadLetters = deadLetters
  }
}

extension JournalBatch {
  /// The same in two batches, the one before the other; nil when there is but one entry. The order within each list
  /// stays, and what is told of the batch as a whole stays with the second.
  package func halves() -> (JournalBatch, JournalBatch)? {
    var first = JournalBatch()
    first.partOf = partOf
    var second = self
    if !sections.isEmpty, sections.count + deadLetters.count > 1 {
      first.sections = Array(sections.prefix((sections.count + 1) / 2))
      second.sections = Array(sections.dropFirst((sections.count + 1) / 2))
    } else if let section = sections.first {
      guard let (front, back) = section.halves() else { return nil }
      first.sections = [front]
      second.sections = [back]
    } else {
      guard deadLetters.count > 1 else { return nil }
      first.deadLetters = Array(deadLetters.prefix(deadLetters.count / 2))
      second.deadLetters = Array(deadLetters.dropFirst(deadLetters.count / 2))
    }
    first.hasMore = true
    return (first, second)
  }
}

extension PoolSection {
  fileprivate func halves() -> (PoolSection, PoolSection)? {
    guard changes.count + events.count + answers.count > 1 else { return nil }
    var first = PoolSection(pool: pool)
    var second = self
    // The changes go first: they must be folded before what is told of them is told.
    if changes.count > 1 {
      first.changes = Array(changes.prefix(changes.count / 2))
      second.changes = Array(changes.dropFirst(changes.count / 2))
    } else if !changes.isEmpty {
      first.changes = changes
      second.changes = []
    } else {
      first.events = Array(events.prefix((events.count + 1) / 2))
      second.events = Array(events.dropFirst((events.count + 1) / 2))
      if events.count <= 1 {
        let count = events.isEmpty ? answers.count / 2 : 0
        first.answers = Array(answers.prefix(count))
        second.answers = Array(answers.dropFirst(count))
      }
    }
    return (first, second)
  }
}

/// A message of the signal stream: the last one that was applied, or skipped.
package struct SignalPosition: Equatable, Sendable {
  /// 0 = none yet.
  package var sequence: StreamSequence
  package var storedAt: Instant
  package var subject: String
  package init(sequence: StreamSequence, storedAt: Instant, subject: String) {
    self.sequence = sequence
    self.storedAt = storedAt
    self.subject = subject
  }
}

/// What changed in one pool, and what is told about it.
package struct PoolSection: Equatable, Sendable {
  package var pool: PoolID
  package var changes: [Change]
  package var events: [ActorEvent]
  package var answers: [Answer]

  package init(pool: PoolID, changes: [Change] = [], events: [ActorEvent] = [], answers: [Answer] = []) {
    self.pool = pool
    self.changes = changes
    self.events = events
    self.answers = answers
  }

  /// Adds what one more input of this pool decided. Commands are in the changes; dead letters are the batch's.
  package mutating func append(_ effects: Effects) {
    changes += effects.changes
    events += effects.events
    answers += effects.answers
  }

  package var isEmpty: Bool { changes.isEmpty && events.isEmpty && answers.isEmpty }
}

/// A message of the signal stream that could not be taken, as it was.
package struct DeadLetter: Equatable, Sendable {
  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: String
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
  /// What Roost-Dead-Reason says.
  package var reason: String
  package var subject: String
  package var sequence: StreamSequence
  package var storedAt: Instant
  /// Those of the message, in its order.
  package var headers: [Header]
  package var payload: [UInt8]
  package init(
    reason: String, subject: String, sequence: StreamSequence, storedAt: Instant, headers: [Header] = [],
    payload: [UInt8]
  ) {
    self.reason = reason
    self.subject = subject
    self.sequence = sequence
    self.storedAt = storedAt
    self.headers = headers
    self.payload = payload
  }
}

/// An entry of a record that this version cannot decode, though the record is whole: a newer worker wrote it, or a
/// program error did. What it names must be left alone; the rest of the record stands.
package struct UndecodableEntry: Equatable, Sendable {
  package var pool: PoolID
  /// Neither an actor nor a runner: the pool as a whole.
  package var actor: ActorID?
  package var runner: RunnerID?
  /// The part of the actor that it assigns, and nothing else: then the actor alone is in doubt. nil = more may be.
  package var part: ActorPart?
  package var error: WireError

  package enum ActorPart: Equatable, Sendable {
    /// Name, key, crash policy and input, which never change.
    case facts
    case record
  }
}

/// What a journal record says, as far as this version can tell.
package struct JournalReading: Equatable, Sendable {
  package var batch: JournalBatch
  package var undecodable: [UndecodableEntry]
}
