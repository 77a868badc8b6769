import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire

/// How `roost up` learns that its parts work together: from the broker, as any client would.
final class ReadinessWatch {
  private let connection: NATSConnection
  private let welcomes: NATSSubscription
  private let parts: Parts
  private let settings: UpSettings
  private let log: Log
  private let patienceMs: Int64

  /// Before worker and runner are started. Errors: `unavailable`.
  ///
  /// - Parameter patienceMs: after this long it is said what is waited for, and again.
  init(
    _ url: String, _ settings: UpSettings, _ parts: Parts, log: Log, patienceMs: Int64 = UpLimits.patienceMs
  ) throws(CLIError) {
    (self.parts, self.settings, self.log, self.patienceMs) = (parts, settings, log, patienceMs)
    do throws(NATSError) {
      connection = try NATSConnection.connect(NATSSettings(url: url, name: "roost up"))
      let subject = Subjects().command(settings.pool, settings.runner, .welcome)
      welcomes = try connection.subscribe(subject) { [parts] _ in parts.state.update { $0.isWelcome = true } }
      try connection.flush(timeoutMs: NATSLimits.connectTimeoutMs)
    } catch {
      throw CLIError(error)
    }
  }

  deinit { connection.close() }

  /// Waits until the worker answers questions: its streams are there then. Errors: `asked`, `ended`, `failed`.
  func waitUntilServing() throws(UpEnding) {
    let subject = Subjects().api(settings.pool, .get)
    let question = WireCodec().encode(.get(ActorID("a1")))
    try wait(for: "the worker serves", lookMs: UpLimits.lookMs) { [connection] _ throws(UpEnding) in
      do throws(NATSError) {
        // Whatever the answer is.
        _ = try connection.request(subject, payload: question, timeoutMs: UpLimits.answerMs)
        return true
      } catch {
        if [.noResponders, .timeout, .disconnected].contains(error.code) { return false }
        throw .failed(CLIError(error))
      }
    }
  }

  /// Waits for the welcome of the runner, which proves every part: it is the worker's answer to a signal that the
  /// runner stored at the broker. Errors: `asked`, `ended`.
  func waitUntilWelcome() throws(UpEnding) {
    try wait(for: "the worker takes the runner in", lookMs: patienceMs) { $0.isWelcome }
  }

  /// For as long as it takes; what is waited for is said now and then. `lookMs`: how often the condition is tried when
  /// nothing tells of a change.
  private func wait(
    for what: String, lookMs: Int64, _ isMet: (Parts.State) throws(UpEnding) -> Bool
  ) throws(UpEnding) {
    var sayNs = Monotonic.ns(afterMs: patienceMs)
    while try !isMet(parts.state.withLock { $0 }) {
      let change = try parts.wait(until: Monotonic.ns(afterMs: lookMs)) { $0.isWelcome ? true : nil }
      if change == nil, Monotonic.nowNs() >= sayNs {
        log.warning("not ready yet, still waiting", [.expected: what])
        sayNs = Monotonic.ns(afterMs: patienceMs)
      }
    }
  }
}
