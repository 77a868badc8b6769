import RoostNATS
import RoostWire
import RoostWorker

/// The worker's two connections. What was published leaves at a commit, in order, and arrives or is lost with the link;
/// the mark behind it comes back or the commit is in doubt.
final class SimulatedLink: Link {
  private unowned let simulation: Simulation
  /// The worker process that holds it is gone: nothing arrives any more.
  var isDead = false
  private(set) var isUp = true
  /// The outbox takes nothing.
  var isBlocked = false
  private(set) var breaks: UInt64 = 0
  private var knownBreaks: UInt64 = 0
  private var gathered: [(subject: String, payload: [UInt8])] = []
  private var isIncomplete = false
  private var open: [UInt64] = []
  private var lastArrivalNs: Int64 = 0

  let maxMessageBytes = 1 << 20

  init(_ simulation: Simulation) { self.simulation = simulation }

  // MARK: - What the loop does

  func resume(afterBreaks breaks: UInt64) { knownBreaks = breaks }

  func publish(_ subject: String, headers: [NATSHeader], payload: [UInt8]) {
    guard isUp, !isBlocked, knownBreaks == breaks else {
      isIncomplete = true
      return simulation.witness.refused(subject, payload)
    }
    simulation.witness.said(subject, payload)
    gathered.append((subject, payload))
  }

  func commit(_ number: UInt64) {
    let batch = gathered
    gathered = []
    for message in batch {
      arrive { $0.route(message.subject, message.payload) }
    }
    if isIncomplete || !isUp {
      isIncomplete = false
      simulation.worker.notice(.doubtful(commit: number))
      return
    }
    open.append(number)
    arrive { simulation in
      simulation.schedule(afterNs: simulation.latencyNs()) { [weak self] in self?.marked(number) }
    }
  }

  private func marked(_ number: UInt64) {
    guard !isDead, let place = open.firstIndex(of: number) else { return }
    open.remove(at: place)
    simulation.worker.notice(.handedOver(commit: number))
  }

  /// Reaches the broker after everything before it, unless the link breaks first. A process that dies leaves what it has
  /// written to its socket behind.
  private func arrive(_ body: @escaping (Simulation) -> Void) {
    let breaks = breaks
    lastArrivalNs = max(lastArrivalNs, simulation.stillUntilNs, simulation.nowNs + simulation.latencyNs())
    simulation.schedule(atNs: lastArrivalNs) { [self] in
      if self.breaks == breaks { body(simulation) }
    }
  }

  func reply(to subject: String, payload: [UInt8]) {
    guard isUp else { return }
    arrive { $0.route(subject, payload) }
  }

  func publishTick(_ subject: String, payload: [UInt8]) {
    guard isUp else { return }
    arrive { simulation in
      let result = simulation.store(subject, payload, replyTo: nil, messageID: nil)
      simulation.coverage.add(result == .full ? "tick refused" : "tick stored")
      if result == .full, !self.isDead { simulation.worker.streamIsFull() }
    }
  }

  /// Nobody asks the API there.
  func publishWake(_ number: UInt64, _ subject: String, payload: [UInt8]) {
    preconditionFailure("a simulated worker was asked for a wake")
  }

  func echo(_ number: UInt64) {
    guard isUp else { return }
    arrive { simulation in
      simulation.schedule(afterNs: simulation.latencyNs()) { [weak self] in
        guard let self, self.isUp, !self.isDead else { return }
        simulation.worker.notice(.echo(number))
      }
    }
  }

  func store(_ letter: RoostWire.DeadLetter) {
    let sequence = letter.sequence
    guard isUp, !simulation.refusesLetters else {
      simulation.worker.notice(.deadLetterFailed(sequence))
      return
    }
    lettersUnderWay.append(sequence)
    arrive { simulation in
      simulation.witness.storedLetter(letter)
      simulation.schedule(afterNs: simulation.latencyNs()) { [weak self] in
        guard let self, !self.isDead, let place = self.lettersUnderWay.firstIndex(of: sequence) else { return }
        self.lettersUnderWay.remove(at: place)
        simulation.worker.notice(.deadLetterStored(sequence))
      }
    }
  }

  private var lettersUnderWay: [UInt64] = []

  // MARK: - What the world does to it

  func breakDown() {
    guard isUp else { return }
    isUp = false
    breaks += 1
    gathered = []
    let doubtful = open
    open = []
    for number in doubtful { simulation.worker.notice(.doubtful(commit: number)) }
    // The client library fails what waited for its acknowledgement.
    for sequence in lettersUnderWay { simulation.worker.notice(.deadLetterFailed(sequence)) }
    lettersUnderWay = []
  }

  func comeUp() { isUp = true }
}

/// The reader's other end: it learns how many the loop is done with.
///
/// Unchecked: a simulation runs in one thread.
final class SimulatedSource: SignalSource, @unchecked Sendable {
  private(set) var returned = 0
  func start(at start: SignalStart, sink: @escaping @Sendable (SignalSourceEvent) -> Void) {}
  func consumed(messages: Int, bytes: Int) { returned += messages }
  func stop() {}
}
