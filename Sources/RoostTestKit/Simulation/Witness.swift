import RoostCore
import RoostWire
import RoostWorker

/// Judges the worker by what it says: every message that it hands to its link, and every one that reaches the broker. It
/// knows what callers asked and when the broker stored it, and nothing else.
final class Witness {
  unowned let simulation: Simulation
  /// Of everything that was said, in order.
  private(set) var digest: UInt64 = 14_695_981_039_346_656_037
  /// The newest journal record that anything said names.
  private(set) var lastRecord: RecordIndex = 0

  // MARK: - Commands

  struct Start: Hashable {
    var pool: PoolID
    var actor: ActorID
    var generation: Generation
  }

  struct Line: Hashable {
    var pool: PoolID
    var runner: RunnerID
    var session: SessionID
    var place: Place { Place(pool: pool, runner: runner) }
  }

  struct Place: Hashable {
    var pool: PoolID
    var runner: RunnerID
  }

  struct Issued: Equatable {
    var actor: ActorID
    var generation: Generation
    var isStart: Bool
  }

  struct PoolActor: Hashable {
    var pool: PoolID
    var actor: ActorID
  }

  private(set) var starts: [Start: (line: Line, index: CommandIndex)] = [:]
  private var lines: [Line: [Issued]] = [:]
  /// The last sessions of a runner that were closed: so many are remembered.
  private var closed: [Place: [SessionID]] = [:]
  /// The stream was read again: an old announcement may open a session that the pool has forgotten.
  private var mayReopen = false
  /// The sessions that were known when the stream was read again: old announcements may open them once more, and then
  /// their commands are counted from 1 again. What each was sent since, from 1 on.
  private var reopened: [Line: [Issued]] = [:]
  private(set) var generations: [PoolActor: Generation] = [:]

  // MARK: - Events

  /// The generation that was told to go away last.
  private var goingAway: [PoolActor: Generation] = [:]
  private(set) var readyGenerations: [PoolActor: Generation] = [:]
  private var lastArrived: RecordIndex = 0
  private var arrivedEvents: Set<[UInt8]> = []

  // MARK: - Alarms; see the extension

  var alarms: [PoolActor: Alarm] = [:]
  var alarmsSet: [PoolActor: Instant] = [:]

  // MARK: - Placing, silence and crashes; see the extensions

  var standings: [PoolID: Standing] = [:]
  var heardNs: [SessionID: Int64] = [:]
  var crashes: [PoolActor: Crashes] = [:]
  var startsToJudge: [(start: Start, atNs: Int64)] = []
  private var toldEvents: Set<[UInt8]> = []
  /// Not all of their events are told.
  var quietPools: Set<PoolID> = []

  // MARK: - The order of deadlines; see the extension

  var firings: [PoolID: [Firing]] = [:]
  var eventsToOrder: [PoolID: [ActorEvent]] = [:]
  /// They were told to publish only some events.
  var mutedPools: Set<PoolID> = []

  // MARK: - Answers; see the extension

  var asked: [String: Question] = [:]
  var questions: [Key: Question] = [:]
  var lastAnswered: [PoolID: StreamSequence] = [:]

  init(_ simulation: Simulation) { self.simulation = simulation }

  private func feed(_ byte: UInt8) { digest = (digest ^ UInt64(byte)) &* 1_099_511_628_211 }

  /// The loop has handed a message to its link: from here on it cannot be taken back.
  func said(_ subject: String, _ payload: [UInt8]) {
    for byte in subject.utf8 { feed(byte) }
    for byte in payload { feed(byte) }
    do throws(WireError) {
      if subject.hasPrefix("roost.command.") {
        let (pool, runner, verb) = try simulation.parser.command(subject)
        judge(try simulation.codec.decodeCommand(verb, payload), pool, runner)
      } else if subject.hasPrefix("roost.event.") {
        let event = try simulation.codec.decodeEvent(payload)
        name(record: event.record)
        simulation.coverage.add("event \(event.kind.rawValue) \(event.reason)")
        let actor = PoolActor(pool: try simulation.parser.event(subject).0, actor: event.actor)
        judge(event, actor)
        // After a crash of the worker it is said again.
        if toldEvents.insert(payload).inserted {
          countCrash(event, actor)
          noteOrder(event, actor.pool)
        }
      } else {
        said(answer: try simulation.codec.decodeAnswer(payload), to: subject)
      }
    } catch { simulation.fail("cannot be read: \(subject): \(error)") }
  }

  /// An actor that was sent away has not completed, however well it stops.
  private func judge(_ event: ActorEvent, _ actor: PoolActor) {
    switch event.kind {
    // Another life: what was set in the one before is nothing to it.
    case .created: alarms[actor] = nil
    case .goingAway: goingAway[actor] = event.generation
    case .ready: readyGenerations[actor] = event.generation
    case .sleepIntent: judgeSleep(event, actor)
    case .destroyed where event.reason == "completed":
      if goingAway[actor] == event.generation {
        simulation.fail("\(actor.actor) was sent away and counts as completed")
      }
    default: break
    }
  }

  /// The link did not take a message: a command's number is used all the same.
  func refused(_ subject: String, _ payload: [UInt8]) {
    guard subject.hasPrefix("roost.command.") else { return }
    do throws(WireError) {
      let (pool, runner, verb) = try simulation.parser.command(subject)
      let command = try simulation.codec.decodeCommand(verb, payload)
      let line = Line(pool: pool, runner: runner, session: command.session)
      switch command.body {
      case .start(let order):
        take(Issued(actor: order.actor, generation: order.generation, isStart: true), order.index, line)
      case .stop(let order):
        take(Issued(actor: order.actor, generation: order.generation, isStart: false), order.index, line)
      case .welcome: welcome(line)
      case .acknowledged, .close: break
      }
    } catch { simulation.fail("cannot be read: \(subject): \(error)") }
  }

  /// Nothing is said that is not durable.
  private func name(record: RecordIndex) {
    lastRecord = max(lastRecord, record)
    if record > simulation.worker.lastRecord {
      simulation.fail(
        "record \(record) is told of before it is durable; the last one is \(simulation.worker.lastRecord)")
    }
  }

  // MARK: - Commands

  private func judge(_ command: ReceivedCommand, _ pool: PoolID, _ runner: RunnerID) {
    let line = Line(pool: pool, runner: runner, session: command.session)
    switch command.body {
    case .start(let order):
      simulation.coverage.add("command start")
      name(record: order.journalSequence)
      take(Issued(actor: order.actor, generation: order.generation, isStart: true), order.index, line)
      judge(order, line)
    case .stop(let order):
      simulation.coverage.add("command stop \(order.reason.map { "\($0)" } ?? "unknown")")
      name(record: order.journalSequence)
      take(Issued(actor: order.actor, generation: order.generation, isStart: false), order.index, line)
    case .close(let reason):
      simulation.coverage.add("command close \(reason.prefix { $0 != ":" })")
      if !reason.hasPrefix("limit:") {
        let earlier = (closed[line.place] ?? []).filter { $0 != line.session }
        closed[line.place] = (earlier + [line.session]).suffix(Limits.closedSessions)
      }
    case .welcome:
      simulation.coverage.add("command welcome")
      welcome(line)
    case .acknowledged: simulation.coverage.add("command ack")
    }
  }

  /// A start of a generation goes to one session under one index, and generations grow.
  private func judge(_ order: StartOrder, _ line: Line) {
    let start = Start(pool: line.pool, actor: order.actor, generation: order.generation)
    if let first = starts[start] {
      if first.line != line || first.index != order.index {
        simulation.fail("\(order.actor) g\(order.generation) is started twice: \(first.line) #\(first.index), \(line)")
      }
      return
    }
    starts[start] = (line, order.index)
    startsToJudge.append((start, simulation.brokerNs))
    let actor = PoolActor(pool: line.pool, actor: order.actor)
    if order.generation <= generations[actor] ?? 0 {
      simulation.fail("\(order.actor) g\(order.generation) is started after g\(generations[actor] ?? 0)")
    }
    generations[actor] = order.generation
  }

  /// Commands of a session have no holes; one that is sent again is the same, or the stop of a start that is void.
  private func take(_ issued: Issued, _ index: CommandIndex, _ line: Line) {
    // Which sessions there were is forgotten with the runner's record: the same may be opened once more.
    if simulation.forgetsRunners { return }
    if closed[line.place]?.contains(line.session) == true {
      return simulation.fail("a command to session \(line.session), which was closed: \(issued)")
    }
    let known = lines[line] ?? []
    if let since = reopened[line] {
      if index == 1 {
        reopened[line] = [issued]
      } else if index == UInt64(since.count) + 1 {
        reopened[line] = since + [issued]
      }
    }
    if index == UInt64(known.count) + 1 {
      lines[line, default: []].append(issued)
    } else if index > UInt64(known.count) {
      simulation.fail("command \(index) to \(line.session) comes after \(known.count): \(issued)")
    } else {
      let first = known[Int(index) - 1]
      let isSame = first.actor == issued.actor && first.generation == issued.generation
      if isSame, first.isStart || !issued.isStart { return }
      if let since = reopened[line], since.count == Int(index), since.last == issued {
        lines[line] = since
        reopened[line] = nil
      } else {
        simulation.fail("command \(index) to \(line.session) was \(first), now it is \(issued)")
      }
    }
  }

  private func welcome(_ line: Line) {
    if mayReopen { closed[line.place]?.removeAll { $0 == line.session } }
  }

  func forgetSessions() {
    mayReopen = true
    closed = [:]
    reopened = lines.mapValues { _ in [] }
  }

  // MARK: - What arrives

  /// The broker has a message: others may see it.
  func arrived(_ subject: String, _ payload: [UInt8]) {
    if subject.hasPrefix("roost.event.") {
      do throws(WireError) {
        let event = try simulation.codec.decodeEvent(payload)
        simulation.note(
          "event \(event.actor) \(event.kind.rawValue) \(event.reason) g\(event.generation) record \(event.record)")
        let isNew = arrivedEvents.insert(payload).inserted
        if isNew, event.record < lastArrived {
          simulation.fail("an event of record \(event.record) is first seen after those of \(lastArrived)")
        }
        lastArrived = max(lastArrived, event.record)
      } catch { simulation.fail("an event cannot be read: \(error)") }
    } else if subject.hasPrefix("_INBOX.c.") {
      do throws(WireError) {
        arrived(answer: try simulation.codec.decodeAnswer(payload), to: subject)
      } catch { simulation.fail("an answer cannot be read: \(error)") }
    }
  }
}
