import RoostCore
import RoostJournal
import RoostNATS
import RoostTelemetry
import RoostTestKit
import RoostWire
import Synchronization

@testable import RoostWorker

/// A clock that goes when it is told to.
final class RigClocks: Clocks {
  private let ns = Mutex<Int64>(1_000_000_000)
  private let stallMs = Mutex<Int64>(0)
  func monotonicNs() -> Int64 {
    let stalledMs = stallMs.withLock { stalled in
      defer { stalled = 0 }
      return stalled
    }
    return ns.withLock { ns in
      defer { ns += stalledMs * 1_000_000 }
      return ns
    }
  }
  func wallMs() -> Int64 { ns.withLock { $0 / 1_000_000 } }
  func advance(ms: Int64) { ns.withLock { $0 += ms * 1_000_000 } }
  /// The process stands still right after the next reading.
  func stall(ms: Int64) { stallMs.withLock { $0 = ms } }
}

/// What the loop published, and a broker that answers for it as the test wishes.
final class RigLink: Link {
  struct Message {
    var subject: String
    var headers: [NATSHeader]
    var payload: [UInt8]
  }

  var published: [Message] = []
  var replies: [Message] = []
  var letters: [RoostWire.DeadLetter] = []
  var ticks: [Message] = []
  var commits: [UInt64] = []
  var echoes: [UInt64] = []
  var maxMessageBytes = 1 << 20
  func resume(afterBreaks breaks: UInt64) {}
  func publish(_ subject: String, headers: [NATSHeader], payload: [UInt8]) {
    published.append(Message(subject: subject, headers: headers, payload: payload))
  }
  func commit(_ number: UInt64) { commits.append(number) }
  func reply(to subject: String, payload: [UInt8]) {
    replies.append(Message(subject: subject, headers: [], payload: payload))
  }
  func publishTick(_ subject: String, payload: [UInt8]) {
    ticks.append(Message(subject: subject, headers: [], payload: payload))
  }
  func echo(_ number: UInt64) { echoes.append(number) }
  /// Wakes of callers of the API that are not in the stream yet, and how much of `published` was searched for answers.
  var wakes: [(number: UInt64, subject: String, payload: [UInt8])] = []
  var searched = 0
  func publishWake(_ number: UInt64, _ subject: String, payload: [UInt8]) { wakes.append((number, subject, payload)) }
  func store(_ letter: RoostWire.DeadLetter) { letters.append(letter) }
}

/// A reader that counts what it gets back; the rig itself delivers.
final class RigSource: SignalSource {
  let returned = Mutex<Int>(0)
  func start(at start: SignalStart, sink: @escaping @Sendable (SignalSourceEvent) -> Void) {}
  func consumed(messages: Int, bytes: Int) { returned.withLock { $0 += messages } }
  func stop() {}
}

/// A loop in one thread with everything around it simulated: stream, disk, link and clocks.
final class Rig {
  let pool = PoolID(namespace: "default", name: "gpu")
  let subjects = Subjects()
  let codec = WireCodec()
  let clocks = RigClocks()
  var disk = SimulatedDisk()
  /// The broker's stream; it survives every crash.
  var stream: [RoostNATS.SignalMessage] = []
  /// The broker's clock is that of the rig plus this.
  var epochNs: Int64 = 1_700_000_000_000_000_000
  var defaults = PoolSettings()
  var segmentBytes = 1 << 20
  var compacting: (any Compacting)?
  var recounting: (any Recounting)?
  var log = Log.silent
  var spans: (any SpanSink)?
  var settings: LoopSettings
  var link = RigLink()
  var source = RigSource()
  var journal: Journal!
  var loop: Loop!
  /// Signals up to here were handed to the loop.
  var delivered = 0
  var arrivals = Arrivals()
  /// The broker confirms what is published, stores ticks and dead letters.
  var confirms = true
  /// The broker passes nothing on to us: what it was given comes once it does again.
  var isFrozen = false
  private var seenCommits = 0
  private var seenTicks = 0
  private var seenLetters = 0

  init(_ change: (Rig) -> Void = { _ in }) throws {
    settings = LoopSettings(subjects: subjects)
    change(self)
    try start()
  }

  var brokerNs: Int64 { epochNs + clocks.monotonicNs() }

  /// Reads the journal and brings the link up; the link and the source are new.
  func start(linkUp: Bool = true) throws {
    link = RigLink()
    source = RigSource()
    (seenCommits, seenTicks, seenLetters) = (0, 0, 0)
    arrivals = Arrivals()
    var configuration = JournalConfiguration()
    configuration.segmentBytes = segmentBytes
    configuration.nowMs = clocks.wallMs
    let (journal, recovered) = try Recovered.open(
      disk, configuration: configuration, defaults: defaults, partitions: settings.partitions)
    self.journal = journal
    loop = Loop(
      settings: settings, recovered: recovered, journal: journal,
      hand: try Hand.open(disk, isNew: journal.lastIndex == .none), link: link, source: source, clocks: clocks,
      compacting: compacting, recounting: recounting, log: log, spans: spans)
    delivered = Int(recovered.positions.readAfter)
    if linkUp { bringUp() }
  }

  func bringUp() {
    arrivals.notices.append(.linkUp(brokerClockNs: brokerNs, receivedNs: clocks.monotonicNs()))
    arrivals.notices.append(.reading(pending: UInt64(stream.count - delivered)))
  }

  /// The process dies; the disk and the broker stay.
  func crash(_ loss: SimulatedDisk.Loss = .nothing) {
    disk.crash(loss)
    loop = nil
    journal = nil
  }

  /// The next start takes the life before it for one that ended in order.
  func forgetCrash() { disk["hand"] = Hand.Line.clean.bytes(count: 128) }

  // MARK: - The world

  @discardableResult
  func store(
    _ subject: String, _ payload: [UInt8], replyTo: String? = nil, traceparent: String? = nil, isTraceOnly: Bool = false
  ) -> UInt64 {
    let sequence = UInt64(stream.count + 1)
    stream.append(
      RoostNATS.SignalMessage(
        subject: subject, sequence: sequence, storedAtNs: brokerNs, replyTo: replyTo, traceparent: traceparent,
        isTraceOnly: isTraceOnly, payload: .bytes(payload)))
    return sequence
  }

  @discardableResult
  func store(
    _ actor: String, _ signal: ActorSignal, replyTo: String? = nil, traceparent: String? = nil, pool: PoolID? = nil
  ) -> UInt64 {
    guard let verb = signal.verb else { preconditionFailure("not a client's signal") }
    return store(
      subjects.signal(pool ?? self.pool, ActorID(actor), verb), codec.encode(signal), replyTo: replyTo,
      traceparent: traceparent)
  }

  @discardableResult
  func store(runner: String, _ signal: RunnerSignal, pool: PoolID? = nil) -> UInt64 {
    store(subjects.signal(pool ?? self.pool, RunnerID(runner), signal.verb), codec.encode(signal))
  }

  func announce(
    _ runner: String = "r1", session: String = "s1", version: UInt32 = 1, slots: UInt32 = 1, pool: PoolID? = nil
  ) {
    let start = RunnerInit(session: SessionID(session), version: version, totalSlots: slots)
    store(runner: runner, .initialize(start), pool: pool)
  }

  func report(_ events: RunnerEvent..., by runner: String = "r1", session: String = "s1") {
    store(runner: runner, .events(session: SessionID(session), events))
  }

  func ping(_ runner: String = "r1", session: String = "s1", last: CommandIndex = 0, pool: PoolID? = nil) {
    let payload = codec.encode(ping: Ping(ts: Instant(ms: 7), session: SessionID(session), lastCommandIndex: last))
    arrivals.pings.append(
      Inquiry(
        subject: subjects.ping(pool ?? self.pool, RunnerID(runner)), replyTo: "_INBOX.ping.\(runner)",
        payload: .bytes(payload)))
  }

  /// A question to the API, answered in the next turn.
  func ask(_ request: APIRequest) {
    arrivals.requests.append(
      Inquiry(
        subject: subjects.api(pool, request.verb), replyTo: "_INBOX.q", payload: .bytes(codec.encode(request))))
  }

  // MARK: - Turning

  /// One turn with what has been stored since.
  func turn(deliver: Int = .max) throws {
    let count = min(deliver, stream.count - delivered)
    for index in delivered..<delivered + count {
      let message = stream[index]
      arrivals.signals.append(
        RoostNATS.SignalMessage(
          subject: message.subject, sequence: message.sequence, storedAtNs: message.storedAtNs,
          pending: UInt64(stream.count - index - 1), replyTo: message.replyTo, traceparent: message.traceparent,
          isTraceOnly: message.isTraceOnly, payload: message.payload))
    }
    delivered += count
    arrivals.lastSignalNs = clocks.monotonicNs()
    try loop.turn(&arrivals)
    if confirms {
      confirm()
      passOnWakes()
    }
    if !isFrozen {
      for number in link.echoes { arrivals.notices.append(.echo(number)) }
      link.echoes = []
    }
  }

  /// The broker stores ticks and dead letters and confirms what was published.
  func confirm() {
    for number in link.commits[seenCommits...] { arrivals.notices.append(.handedOver(commit: number)) }
    seenCommits = link.commits.count
    for tick in link.ticks[seenTicks...] { store(tick.subject, tick.payload) }
    seenTicks = link.ticks.count
    for letter in link.letters[seenLetters...] { arrivals.notices.append(.deadLetterStored(letter.sequence)) }
    seenLetters = link.letters.count
  }

  /// Turns until nothing is left to do at this moment.
  func settle() throws {
    var turns = 0
    repeat {
      try turn()
      turns += 1
      precondition(turns < 10_000, "the loop does not come to rest")
    } while loop.hasWork || delivered < stream.count || !arrivals.isEmpty
  }

  /// Lets time pass, turning whenever the loop wants to.
  func pass(ms: Int64) throws {
    let end = clocks.monotonicNs() + ms * 1_000_000
    try settle()
    while clocks.monotonicNs() < end {
      let next = min(max(loop.nextTurnNs, clocks.monotonicNs() + 1_000_000), end)
      clocks.advance(ms: max(1, (next - clocks.monotonicNs() + 999_999) / 1_000_000))
      try settle()
    }
  }

  // MARK: - What was said

  var commands: [ReceivedCommand] {
    let parser = SubjectParser(subjects)
    return link.published.compactMap { message in
      do {
        let (_, _, verb) = try parser.command(message.subject)
        return try codec.decodeCommand(verb, message.payload)
      } catch { return nil }
    }
  }

  var starts: [StartOrder] {
    commands.compactMap { if case .start(let order) = $0.body { order } else { nil } }
  }

  var events: [ActorEvent] {
    link.published.compactMap { message in
      guard message.subject.hasPrefix("roost.event.") else { return nil }
      do { return try codec.decodeEvent(message.payload) } catch { return nil }
    }
  }

  func answers(to subject: String) throws -> [Answer] {
    try link.published.filter { $0.subject == subject }.map { try codec.decodeAnswer($0.payload) }
  }

  /// Everything the machine knows, pool by pool.
  func state(of machine: Machine) -> [String] {
    machine.poolIDs.flatMap { pool in
      (machine.reading(pool) { $0.changes() } ?? []).map { "\(pool) \($0)" }
    }
  }

  var state: [String] { state(of: loop.machine) }

  /// What a start from the present disk would know.
  func recoveredState() throws -> [String] {
    var configuration = JournalConfiguration()
    configuration.segmentBytes = segmentBytes
    configuration.nowMs = clocks.wallMs
    let (_, recovered) = try Recovered.open(
      disk.copy(), configuration: configuration, defaults: defaults, partitions: settings.partitions)
    return state(of: recovered.machine)
  }
}

/// What only one of two states says.
func difference(_ found: [String], _ expected: [String]) -> [String] {
  found.filter { !expected.contains($0) }.map { "+ \($0)" } + expected.filter { !found.contains($0) }.map { "- \($0)" }
}
