import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// A whole deployment in one thread, for one seed: the real machine, loop and journal, and around them a broker, a disk,
/// clocks, runners and callers that do whatever they may do. Checked all the time; the first fault ends it.
package final class Simulation {
  static let partitions: UInt32 = 4
  /// The broker's clock when the world begins.
  static let epochNs: Int64 = 1_700_000_000_000_000_000
  /// Events of the world in one step beyond which it does not come to rest.
  static let eventsPerStep = 50_000

  package let story: Story
  /// What is wrong; nil = nothing so far.
  package private(set) var fault: String?
  package internal(set) var coverage = Coverage()
  /// Gets a line for everything that happens, if set.
  package var log: ((String) -> Void)?

  let subjects = Subjects()
  let codec = WireCodec()
  let parser: SubjectParser
  let clock = SimulatedClock()
  let pools: [PoolID]
  var random: SeededRandom
  var stream = SimulatedStream()
  var events = WorldEvents()
  var runners: [SimulatedRunner] = []
  var witness: Witness!
  var worker: SimulatedWorker!

  // MARK: - Troubles of the world

  var brokerShiftNs: Int64 = 0
  /// What the broker's clock showed at most before it was set back.
  var latestBrokerNs: Int64 = 0
  /// The broker's clock went forward or back: what the worker reckons may be far off.
  var clockJumped = false
  var refusesLetters = false
  var dropsPings = false
  /// The broker stands still: what it is sent lies in its sockets until then.
  var stillUntilNs: Int64 = 0
  var lossPercent = 0
  /// Acknowledged signals were lost at some time.
  var hasLostSignals = false
  /// The stream ended here after the last loss that the worker has not accepted; nil = none.
  var lossEnd: StreamSequence?
  /// Where it ended after the last loss of all.
  var latestLossEnd: StreamSequence = 0
  /// Numbers and the broker's clock have both gone back: nothing tells the worker any more which messages are new
  /// (architecture, reading signals). Some of them may be taken for known ones.
  var isAmbiguous = false
  /// The next signal of a caller is to be poison.
  var plansPoison = false
  /// The signal that ends every worker that applies it, until it is a dead letter.
  var poison: StreamSequence?
  /// The next death of the worker is a loss of power.
  var losesPower = false
  var isHealed = false
  var isStopping = false
  var processes = 0
  var calls = 0
  var checkedRecord: RecordIndex = 0
  /// Since then the worker has had no room for what it has decided; nil = it has.
  var heldSinceNs: Int64?

  package init(_ story: Story) {
    self.story = story
    parser = SubjectParser(subjects)
    pools = (0..<story.setting.pools).map { PoolID(namespace: "n", name: "p\($0)") }
    random = .of(story.seed, -1)
    witness = Witness(self)
    worker = SimulatedWorker(self)
  }

  var nowNs: Int64 { clock.worldNs }
  var brokerNs: Int64 { Self.epochNs + nowNs + brokerShiftNs }
  /// Closed runners go within the run.
  var forgetsRunners: Bool { story.setting.defaults.destroyedRetention < Milliseconds(60_000) }
  func latencyNs() -> Int64 { 20_000 + Int64(random.below(2_000_000)) }

  package var digest: UInt64 { witness.digest }

  func note(_ text: @autoclosure () -> String) {
    guard let log else { return }
    log("\(nowNs / 1_000_000) ms  \(text())")
  }

  func fail(_ text: String) {
    guard fault == nil else { return }
    fault = text
    note("FAULT: \(text)")
  }

  // MARK: - The run

  /// Plays the story, then heals everything and waits for rest.
  package func run() {
    // What is still on its way holds on to us.
    defer { events = WorldEvents() }
    advance(ms: 20)
    for step in story.steps {
      random = .of(story.seed, step.number)
      note("step \(step.number): \(step.action), then \(step.pauseMs) ms")
      perform(step.action)
      advance(ms: step.pauseMs)
      check()
      noteStates()
      if fault != nil { return }
    }
    random = .of(story.seed, -2)
    heal()
    settle()
  }

  func schedule(atNs: Int64, _ body: @escaping () -> Void) { events.add(atNs: atNs, body) }
  func schedule(afterNs: Int64, _ body: @escaping () -> Void) { events.add(atNs: nowNs + afterNs, body) }
  /// A trouble that passes; healing ends it at once.
  func after(ms: Int64, _ body: @escaping () -> Void) {
    events.add(atNs: nowNs + ms * 1_000_000) { [unowned self] in if !isHealed { body() } }
  }

  func advance(ms: Int64) {
    let target = nowNs + ms * 1_000_000
    var count = 0
    while fault == nil {
      var next = min(events.nextNs ?? .max, isStopping ? .max : worker.nextNs)
      for runner in runners { next = min(next, runner.nextNs) }
      if next > target { break }
      clock.advance(to: next)
      while let body = events.take(atNs: nowNs) { body() }
      if !isStopping { worker.work() }
      for runner in runners where runner.nextNs <= nowNs { runner.work() }
      count += 1
      if count > Self.eventsPerStep {
        let restless = runners.filter { $0.nextNs <= nowNs }.map(\.name)
        fail("the world does not come to rest: worker at \(worker.nextNs - nowNs) ns, runners \(restless)")
      }
    }
    clock.advance(to: target)
  }

  /// The worker waits for the broker.
  func passWithoutWorker(ms: Int64) {
    isStopping = true
    advance(ms: ms)
    isStopping = false
  }

  // MARK: - Processes

  func actor(_ number: Int, in pool: PoolID) -> ActorID { ActorID("a\(number)") }
  func pool(of number: Int) -> PoolID { pools[number % pools.count] }
  func runnerID(_ number: Int) -> RunnerID { RunnerID("r\(number / pools.count)") }

  /// The process that came last under the id, if it lives.
  func process(_ number: Int) -> SimulatedRunner? {
    let (pool, id) = (pool(of: number), runnerID(number))
    return runners.last { $0.pool == pool && $0.id == id && $0.phase != .dead }
  }

  @discardableResult
  func launch(_ pool: PoolID, _ id: RunnerID, slots: Int, version: UInt32) -> SimulatedRunner {
    processes += 1
    runners.removeAll { $0.phase == .dead }
    // Zombies without end would only cost time.
    let others = runners.filter { $0.pool == pool && $0.id == id }
    if others.count > 1 { others[0].die() }
    let runner = SimulatedRunner(self, pool, id, process: processes, slots: slots, version: version)
    runners.append(runner)
    return runner
  }
}
