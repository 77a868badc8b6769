import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// A runner: the session's machine, the broker, and a host for the actors, on one loop.
package final class Runner: Sendable {
  enum Arrival: Sendable {
    case input(RunnerInput)
    case message(subject: String, payload: [UInt8])
    case pong(SessionID, sentMs: Int64, payload: [UInt8])
    case failed(RunnerError)
  }

  package let configuration: RunnerConfiguration
  private let arrivals = Monitor<[Arrival]>([])
  private let log: Log

  package init(_ configuration: RunnerConfiguration, log: Log = .standard) {
    self.configuration = configuration
    self.log = log
  }

  /// Asks it to leave: the pool is told, the actors end, then `run` returns. From any thread, more than once.
  package func stop() { put(.input(.leave)) }

  /// Runs until it was asked to stop. Errors: superseded, refused, the host's, the broker's refusal. A broker that is
  /// away is waited for.
  package func run(_ makeHost: (_ sink: @escaping HostSink) throws(RunnerError) -> any ActorHost) throws(RunnerError) {
    let host = try makeHost { [weak self] event in
      switch event {
      case .actor(let actor, let generation, let report): self?.put(.input(.actor(actor, generation, report)))
      case .failed(let error): self?.put(.failed(error))
      }
    }
    defer { host.close() }
    guard let link = try connect() else { return }
    defer { link.close() }
    let end = try serve(link, host)
    switch end {
    case .left(let isDrained):
      log.info("runner has left", [.runnerID: configuration.id, .outcome: Self.word(isDrained)])
    case .superseded:
      throw RunnerError(
        .superseded,
        "runner \(configuration.id) of \(configuration.pool): another process announced itself with this id; give every "
          + "runner an --id of its own")
    case .refused(let reason):
      throw RunnerError(
        .refused,
        "runner \(configuration.id) of \(configuration.pool): the worker refuses it (\(reason)); see docs/limits.md")
    }
  }

  private static func word(_ isDrained: Bool) -> String { isDrained ? "drained" : "not_drained" }

  func put(_ arrival: Arrival) { arrivals.update { $0.append(arrival) } }

  /// nil = asked to stop before there was a broker.
  private func connect() throws(RunnerError) -> RunnerLink? {
    var attempt = 0
    while true {
      do throws(NATSError) {
        return try RunnerLink(configuration, log: log) { [weak self] arrival in self?.put(arrival) }
      } catch {
        guard error.code == .unreachable || error.code == .timeout || error.code == .disconnected else {
          throw RunnerError(error)
        }
        attempt += 1
        if attempt == 1 { log.warning("broker away, trying again", [.error: error.message]) }
      }
      let until = Monotonic.ns(afterMs: RunnerLimits.pauseMs)
      let end = arrivals.wait(until: until) { arrivals -> Result<Void, RunnerError>? in
        for arrival in arrivals {
          if case .input(.leave) = arrival { return .success(()) }
          if case .failed(let error) = arrival { return .failure(error) }
        }
        return nil
      }
      if let end {
        try end.get()
        return nil
      }
    }
  }

  private func serve(_ link: RunnerLink, _ host: any ActorHost) throws(RunnerError) -> RunnerEnd {
    var machine = RunnerMachine(
      RunnerMachine.Offer(
        version: configuration.version, slots: configuration.slots, metadata: configuration.metadata,
        sessionPrefix: link.token, leaveLimitMs: configuration.leaveLimitMs))
    var end = perform(machine.begin(nowMs: Self.nowMs()), link, host)
    while end == nil {
      let deadlineNs = machine.nextDeadlineMs.map { $0 * 1_000_000 }
      let batch =
        arrivals.wait(until: deadlineNs) { arrivals -> [Arrival]? in
          if arrivals.isEmpty { return nil }
          defer { arrivals = [] }
          return arrivals
        } ?? [.input(.timer)]
      for arrival in batch where end == nil {
        guard let input = try link.input(arrival) else { continue }
        end = perform(machine.apply(input, nowMs: Self.nowMs()), link, host)
      }
    }
    guard let end else { preconditionFailure("the loop ended without an end") }
    return end
  }

  /// Rounded up: a deadline in whole ms is past when it is reached.
  private static func nowMs() -> Int64 { (Monotonic.nowNs() + 999_999) / 1_000_000 }

  private func perform(_ actions: [RunnerAction], _ link: RunnerLink, _ host: any ActorHost) -> RunnerEnd? {
    for action in actions {
      switch action {
      case .publish(let signal, let ticket): link.publish(signal, ticket)
      case .ping(let session, let last): link.ping(session, last)
      case .start(let order): host.start(order)
      case .end(let actor, let generation): host.end(actor, generation)
      case .note(let note): log.write(note, configuration.id)
      case .finish(let end): return end
      }
    }
    return nil
  }
}
