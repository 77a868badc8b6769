import CProtobufC
import CRoostProtos
import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

@Suite("Journal records")
struct JournalCodecTests {
  let codec = WireCodec()

  @Test("a record with every kind of entry comes back as it was, in order")
  func everything() throws {
    let batch = JournalSamples.batch
    let reading = try codec.decodeJournalBatch(codec.encode(batch, record: 40), record: 40)
    #expect(reading.undecodable.isEmpty)
    #expect(reading.batch == batch)
  }

  @Test("each change alone comes back as it was", arguments: JournalSamples.changes)
  func change(_ change: Change) throws {
    let batch = JournalBatch(sections: [PoolSection(pool: Samples.pool, changes: [change])])
    #expect(try codec.decodeJournalBatch(codec.encode(batch, record: 40), record: 40).batch == batch)
  }

  @Test(
    "halved down to single entries, a batch still says the same, in the same order, across records of other numbers")
  func parts() throws {
    func split(_ batch: JournalBatch) -> [JournalBatch] {
      guard let (front, back) = batch.halves() else { return [batch] }
      #expect(front.hasMore && back.hasMore == batch.hasMore)
      return split(front) + split(back)
    }
    let whole = JournalSamples.batch
    var parts = split(whole)
    #expect(parts.count > 50)
    for index in parts.indices.dropFirst() { parts[index].partOf = 40 }
    let read = try parts.enumerated().map { index, part in
      try codec.decodeJournalBatch(codec.encode(part, record: 40), record: 40 + RecordIndex(index)).batch
    }
    #expect(read == parts)
    #expect(read.dropLast().allSatisfy(\.hasMore) && read.last?.hasMore == false)
    #expect(read.last?.settled == whole.settled && read.dropLast().allSatisfy { $0.settled == 0 })
    #expect(read.last?.position == whole.position && read.dropLast().allSatisfy { $0.position == nil })
    #expect(read.flatMap { $0.sections.flatMap(\.changes) } == whole.sections.flatMap(\.changes))
    #expect(read.flatMap { $0.sections.flatMap(\.events) } == whole.sections.flatMap(\.events))
    #expect(read.flatMap { $0.sections.flatMap(\.answers) } == whole.sections.flatMap(\.answers))
    #expect(read.flatMap(\.deadLetters) == whole.deadLetters)
  }

  @Test("an empty record is an empty payload, and the other way round")
  func empty() throws {
    #expect(codec.encode(JournalBatch(), record: 1).isEmpty)
    #expect(try codec.decodeJournalBatch([], record: 1) == JournalReading(batch: JournalBatch(), undecodable: []))
  }

  @Test("a change of an actor, the command to its runner and the event take at most 100 bytes in a busy record")
  func compactness() throws {
    func section(actors: Int) -> PoolSection {
      var section = PoolSection(pool: Samples.pool)
      for number in 0..<actors {
        let actor = ActorID("actor-\(10_000_000 + number)")
        var record = ActorRecord(
          state: .running(Placement(runner: RunnerID("runner-a-0001"), runningSince: JournalSamples.at)),
          generation: 300)
        record.lastEnd = JournalSamples.at
        let cause = Cause(sequence: 1_000_000 + UInt64(number))
        section.changes += [
          .actor(actor, record),
          .command(
            RunnerID("runner-a-0001"),
            Command(index: 5_000, kind: .start, actor: actor, generation: 300, cause: cause, record: 40)),
        ]
        section.events.append(
          ActorEvent(
            kind: .ready, actor: actor, generation: 300, runner: RunnerID("runner-a-0001"), at: JournalSamples.at,
            cause: cause, record: 40))
      }
      return section
    }
    let sizes = [100, 200].map { codec.encode(JournalBatch(sections: [section(actors: $0)]), record: 40).count }
    let bytesPerActor = Double(sizes[1] - sizes[0]) / 100
    #expect(bytesPerActor <= 100)
    #expect(sizes[0] <= 100 * 100)
  }

  @Test("a trace stands once in a section and is one object when it is read")
  func traces() throws {
    let cause = JournalSamples.traced
    let section = PoolSection(
      pool: Samples.pool, events: (0..<10).map { _ in ActorEvent.sample(cause: cause) })
    let bytes = codec.encode(JournalBatch(sections: [section]), record: 40)
    #expect(bytes.count < 2 * Samples.parent.utf8.count + 10 * 60)
    let read = try codec.decodeJournalBatch(bytes, record: 40).batch.sections[0].events.map(\.cause.trace)
    #expect(read.allSatisfy { $0 === read[0] && $0 == cause.trace })
  }

  /// The bytes of a section with one entry that only a newer worker can write, between two that everybody can.
  func newer(_ spoil: (UnsafeMutablePointer<Roost__V1__JournalSection>, Arena) -> Void) -> [UInt8] {
    let batch = JournalBatch(sections: [
      PoolSection(
        pool: Samples.pool,
        changes: [
          .actor(ActorID("before"), JournalSamples.records[0]), .actor(ActorID("newer"), JournalSamples.records[1]),
          .runner(RunnerID("r9"), JournalSamples.runners[0]), .actorRemoved(ActorID("after")),
        ],
        events: [.sample(cause: .none)], answers: [JournalSamples.answers[0]])
    ])
    codec.writing.reset()
    let message = codec.journalWriter.write(batch, record: 40)
    guard let section = message.pointee.sections?[0] else { return [] }
    spoil(section, codec.writing)
    return codec.pack(message)
  }

  func unknownField(_ base: inout ProtobufCMessage, _ arena: Arena) {
    guard let field = arena.allocate(MemoryLayout<ProtobufCMessageUnknownField>.stride) else { return }
    let data = arena.copy([1])
    base.n_unknown_fields = 1
    base.unknown_fields = field.bindMemory(to: ProtobufCMessageUnknownField.self, capacity: 1)
    base.unknown_fields.initialize(
      to: ProtobufCMessageUnknownField(tag: 99, wire_type: PROTOBUF_C_WIRE_TYPE_VARINT, len: 1, data: data.data))
  }

  @Test(
    "an actor's record with a field or a state of a newer worker is left out under the actor's name; the rest stands")
  func newerActor() throws {
    let spoils: [(UnsafeMutablePointer<Roost__V1__JournalSection>, Arena) -> Void] = [
      { section, arena in unknownField(&section.pointee.changes[1]!.pointee.actor_record.pointee.base, arena) },
      { section, arena in unknownField(&section.pointee.changes[1]!.pointee.base, arena) },
      { section, _ in
        section.pointee.changes[1]!.pointee.actor_record.pointee.state = Roost__V1__JournalActorState(rawValue: 77)
      },
      { section, _ in section.pointee.changes[1]!.pointee.part_case = Roost__V1__JournalChange__PartCase(rawValue: 0) },
      { section, _ in section.pointee.changes[1]!.pointee.actor_record.pointee.runner = 0 },
    ]
    var parts: [UndecodableEntry.ActorPart?] = []
    for spoil in spoils {
      let reading = try codec.decodeJournalBatch(newer(spoil), record: 40)
      #expect(reading.undecodable.map(\.actor) == [ActorID("newer")])
      #expect(reading.undecodable.map(\.pool) == [Samples.pool])
      parts += reading.undecodable.map(\.part)
      #expect(reading.batch.sections[0].changes.count == 3)
      #expect(reading.batch.sections[0].events.count == 1)
    }
    #expect(
      parts == [.record, nil, .record, nil, .record], "what a change says beside the record may be of more than one")
  }

  @Test("a newer runner's record, event and answer are left out under what they name")
  func newerOthers() throws {
    let runner = try codec.decodeJournalBatch(
      newer { section, arena in unknownField(&section.pointee.changes[2]!.pointee.runner_record.pointee.base, arena) },
      record: 40)
    #expect(runner.undecodable.map(\.runner) == [RunnerID("r9")])
    let event = try codec.decodeJournalBatch(
      newer { section, _ in section.pointee.events[0]!.pointee.kind = Roost__V1__JournalEventKind(rawValue: 77) },
      record: 40)
    #expect(event.undecodable.map(\.actor) == [Samples.actor])
    #expect(event.batch.sections[0].events.isEmpty)
    let answer = try codec.decodeJournalBatch(
      newer { section, _ in section.pointee.answers[0]!.pointee.outcome = Roost__V1__Outcome(rawValue: 77) },
      record: 40)
    #expect(answer.undecodable.map(\.actor) == [Samples.actor])
    #expect(answer.batch.sections[0].answers.isEmpty)
  }

  @Test("a record whose own fields are newer, or whose names do not hold, is refused as a whole")
  func newerRecord() {
    let spoils: [(UnsafeMutablePointer<Roost__V1__JournalSection>, Arena) -> Void] = [
      { section, arena in unknownField(&section.pointee.base, arena) },
      { section, _ in section.pointee.changes[1]!.pointee.actor = 99 },
      { section, _ in section.pointee.pool.len = 0 },
    ]
    for spoil in spoils {
      #expect(throws: WireError.self) { try codec.decodeJournalBatch(newer(spoil), record: 40) }
    }
    #expect(throws: WireError.self) { try codec.decodeJournalBatch([0x98, 0x06, 0x01], record: 40) }
  }
}

extension ActorEvent {
  static func sample(cause: Cause) -> ActorEvent {
    ActorEvent(kind: .ready, actor: Samples.actor, generation: 1, at: JournalSamples.at, cause: cause, record: 40)
  }
}
