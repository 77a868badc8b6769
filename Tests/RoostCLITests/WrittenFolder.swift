import Foundation
import RoostCore
import RoostJournal
import RoostTestKit
import RoostWire
import RoostWorker

/// A worker's data folder with a story in it that is the same in every run: the real machine's decisions, written to a
/// real journal, one record per signal.
final class WrittenFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "roost-written-\(UUID().uuidString)").path
  let gpu = PoolID(namespace: "default", name: "gpu")
  let cpu = PoolID(namespace: "default", name: "cpu")
  private var machine = Machine(defaults: PoolSettings())
  private let codec = WireCodec()
  private var sequence: StreamSequence = 0
  private var nowMs: Int64 = 1_767_225_600_000
  private var journal: Journal?

  init() throws {
    var random = SeededRandom(seed: 5)
    var configuration = JournalConfiguration()
    configuration.segmentBytes = 32 << 10
    configuration.random = { random.next() }
    journal = try Journal.open(disk: FileDisk(root: path), configuration: configuration) { _, _ in }
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
  }

  /// Ends it as a worker does that is asked to stop, or, by `false`, as one that is killed.
  func close(inOrder: Bool = true) throws {
    let copy = path + "-killed"
    if !inOrder { try FileManager.default.copyItem(atPath: path, toPath: copy) }
    try journal?.close()
    journal = nil
    if inOrder { return }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: copy, toPath: path)
  }

  /// A second later a signal is applied; what was due by then has come first, in the same record.
  func apply(_ pool: PoolID, _ body: Signal.Body, subject: String, replyTo: String? = nil, trace: Trace? = nil) throws {
    guard let journal else { preconditionFailure("the folder is closed") }
    sequence += 1
    nowMs += 1_000
    let now = Instant(ms: nowMs)
    let record = journal.nextIndex.rawValue
    let moment = Moment(now: now, clock: now, record: record)
    var sections: [PoolSection] = []
    func decide(_ input: Input, _ pool: PoolID) {
      var effects = Effects()
      machine.apply(input, to: pool, at: moment, into: &effects)
      var section = PoolSection(pool: pool)
      section.append(effects)
      sections.append(section)
    }
    while let due = machine.nextDeadline(by: now) { decide(.deadlines, due) }
    decide(
      .signal(Signal(pool: pool, sequence: sequence, storedAt: now, body: body, replyTo: replyTo, trace: trace)), pool)
    let batch = JournalBatch(
      position: SignalPosition(
        sequence: sequence, storedAt: now, subject: "roost.signal.\(pool.namespace).\(pool.name).\(subject)"),
      settled: sequence - 1, handedOver: record - 1, sections: sections)
    try append(batch, pool)
  }

  /// Makes a snapshot of what is sealed, as a worker does in the background.
  func compact() throws {
    guard let journal else { preconditionFailure("the folder is closed") }
    let sealed = journal.sealed
    let compaction = Compaction(
      disk: FileDisk(root: path), journal: journal.id, defaults: PoolSettings(), partitions: 64, random: { 5 })
    _ = try compaction.run(segments: sealed.segments, through: sealed.through)
  }

  /// Removes the segments that the older snapshot stands for, as a worker does behind a compaction.
  func trim() throws {
    guard let journal else { preconditionFailure("the folder is closed") }
    let snapshots = try Snapshot.list(FileDisk(root: path))
    guard snapshots.count > 1 else { return }
    while try journal.removeOldestSegment(below: snapshots[0].through.next) {}
  }

  /// A record as it is given; `written` may make of its bytes what another version would write.
  func append(_ batch: JournalBatch, _ pool: PoolID, written: ([UInt8]) -> [UInt8] = { $0 }) throws {
    guard let journal else { preconditionFailure("the folder is closed") }
    let group = RecordGroup()
    let payload = written(codec.encode(batch, record: journal.nextIndex.rawValue))
    try group.add(partition: pool.partition(of: 64), epoch: 0, payload: payload)
    try journal.append(group)
  }

  func create(_ pool: PoolID, _ actor: String, inputBytes: Int = 0, replyTo: String? = nil) throws {
    try apply(
      pool, .actor(ActorID(actor), .create(Create(name: "render", input: [UInt8](repeating: 7, count: inputBytes)))),
      subject: "actor.\(actor).create", replyTo: replyTo)
  }

  func wake(_ pool: PoolID, _ actor: String, pendingMs: UInt64? = nil) throws {
    let override: Wake.AllocationOverride = pendingMs.map { .dontSleep(pendingTimeoutMs: $0) } ?? .none
    try apply(pool, .actor(ActorID(actor), .wake(Wake(override: override))), subject: "actor.\(actor).wake")
  }

  func announce(_ pool: PoolID, _ runner: String, slots: UInt32) throws {
    try apply(
      pool,
      .runner(
        RunnerID(runner), .initialize(RunnerInit(session: SessionID("s-\(runner)"), version: 1, totalSlots: slots))),
      subject: "runner.\(runner).init")
  }

  func report(
    _ pool: PoolID, _ runner: String, _ index: EventIndex, _ actor: String, _ generation: Generation,
    _ kind: RunnerEvent.Kind
  ) throws {
    let event = RunnerEvent(index: index, actor: ActorID(actor), generation: generation, kind: kind)
    try apply(
      pool, .runner(RunnerID(runner), .events(session: SessionID("s-\(runner)"), [event])),
      subject: "runner.\(runner).events")
  }

  /// Two pools, two segments, something of everything.
  static func story() throws -> WrittenFolder {
    let it = try WrittenFolder()
    try it.announce(it.gpu, "r1", slots: 1)
    try it.create(it.gpu, "a1", replyTo: "roost.reply.1")
    try it.report(it.gpu, "r1", 1, "a1", 1, .running)
    try it.create(it.gpu, "a2", inputBytes: 20_000)
    try it.create(it.cpu, "b1")
    try it.wake(it.gpu, "a2", pendingMs: 1_500)
    try it.create(it.cpu, "b2", inputBytes: 12_000)
    try it.report(it.gpu, "r1", 2, "a1", 1, .stopped(error: "out of memory"))
    try it.wake(it.gpu, "a2")
    try it.apply(it.cpu, .actor(ActorID("b1"), .destroy), subject: "actor.b1.destroy")
    var letter = JournalBatch(
      position: SignalPosition(
        sequence: 11, storedAt: Instant(ms: it.nowMs + 500), subject: "roost.signal.default.gpu.actor.a1.dance"),
      settled: 10, handedOver: 10)
    letter.deadLetters = [
      DeadLetter(
        reason: "unknown_verb", subject: "roost.signal.default.gpu.actor.a1.dance", sequence: 11,
        storedAt: Instant(ms: it.nowMs + 500), payload: Array("twist".utf8))
    ]
    it.sequence += 1
    try it.append(letter, it.gpu)
    return it
  }

  // MARK: - The files

  /// Flips one bit.
  func flip(_ segment: Int, _ offset: UInt64) throws { try flip("000000000000000\(segment).segment", offset) }

  /// The same, of a file of the journal.
  func flip(_ name: String, _ offset: UInt64) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: "\(path)/journal/\(name)"))
    defer { handle.closeFile() }
    try handle.seek(toOffset: offset)
    guard let byte = try handle.read(upToCount: 1)?.first else { preconditionFailure("the file ends before \(offset)") }
    try handle.seek(toOffset: offset)
    try handle.write(contentsOf: [byte ^ 0x10])
  }

  /// Everything in the folder: names, bytes and when each was changed.
  static func contents(_ path: String) throws -> [String: [String]] {
    var result: [String: [String]] = [:]
    guard let walk = FileManager.default.enumerator(atPath: path) else { return [:] }
    for case let name as String in walk {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      let bytes = isFolder ? Data() : try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
      result[name] = ["\(attributes[.modificationDate] ?? "")", bytes.base64EncodedString()]
    }
    return result
  }
}
