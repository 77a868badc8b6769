import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

// What passes through the broker.

extension Simulation {
  func route(_ subject: String, _ payload: [UInt8]) {
    witness.arrived(subject, payload)
    if subject.hasPrefix("roost.command.") { return deliver(command: subject, payload) }
    guard subject.hasPrefix("_INBOX.ping."), let number = Int(subject.dropFirst(12)),
      let runner = runners.first(where: { $0.process == number }), runner.isLinkUp
    else { return }
    do throws(WireError) {
      let pong = try codec.decodePong(payload)
      schedule(atNs: runner.arrivalNs()) { if runner.isLinkUp { runner.take(pong) } }
    } catch { fail("a pong cannot be read: \(error)") }
  }

  func deliver(command subject: String, _ payload: [UInt8]) {
    do throws(WireError) {
      let (pool, id, verb) = try parser.command(subject)
      let command = try codec.decodeCommand(verb, payload)
      note("\(pool.name)/\(id) <- \(command.body) [\(command.session)]")
      for runner in runners where runner.pool == pool && runner.id == id && runner.isLinkUp {
        schedule(atNs: runner.arrivalNs()) { if runner.isLinkUp { runner.arrive(command) } }
      }
    } catch { fail("a command cannot be read: \(error)") }
  }

  func store(
    _ subject: String, _ payload: [UInt8], replyTo: String?, messageID: String?
  ) -> SimulatedStream.Publication {
    let result = stream.publish(subject, payload, replyTo: replyTo, messageID: messageID, atNs: brokerNs)
    switch result {
    case .stored(let sequence):
      note("stored \(sequence) \(subject.dropFirst(13))")
      witness.stored(sequence)
      worker.signalStored()
    case .duplicate: coverage.add("publisher's repetition dropped")
    case .full: coverage.add("publisher refused")
    }
    return result
  }

  /// What a runner tells; `acknowledged` is called when it hears that the broker has it.
  func publish(_ runner: SimulatedRunner, _ signal: RunnerSignal, _ acknowledged: (() -> Void)? = nil) {
    guard runner.isLinkUp else { return }
    let subject = subjects.signal(runner.pool, runner.id, signal.verb)
    let payload = codec.encode(signal)
    schedule(atNs: runner.sendingNs()) { [self] in
      guard runner.isLinkUp, !loses("runner's signal lost") else { return }
      if case .full = store(subject, payload, replyTo: nil, messageID: nil) { return }
      if case .events(_, let events) = signal { witness.stored(events, of: runner.pool) }
      guard let acknowledged, !loses("runner's acknowledgement lost") else { return }
      schedule(atNs: runner.arrivalNs()) { if runner.isLinkUp { acknowledged() } }
    }
  }

  func loses(_ what: String) -> Bool {
    guard lossPercent > 0, random.chance(lossPercent) else { return false }
    coverage.add(what)
    return true
  }

  func ping(_ runner: SimulatedRunner, _ lastCommand: CommandIndex) {
    guard runner.isLinkUp else { return }
    let ping = Ping(ts: Instant(ms: brokerNs / 1_000_000), session: runner.session, lastCommandIndex: lastCommand)
    let inquiry = Inquiry(
      subject: subjects.ping(runner.pool, runner.id), replyTo: "_INBOX.ping.\(runner.process)",
      payload: .bytes(codec.encode(ping: ping)))
    schedule(atNs: runner.sendingNs()) { [self] in
      guard runner.isLinkUp, worker.link.isUp else { return }
      if worker.isServing { witness.pinged(ping.session) }
      if dropsPings {
        coverage.add("ping dropped")
        worker.notice(.pingsDropped)
      } else {
        worker.take(ping: inquiry)
      }
    }
  }

  /// A caller's signal, if one is planned. Not behind a loss that the worker has not seen: there nothing says which signals
  /// it will read.
  func mayPoison(_ sequence: StreamSequence) {
    guard plansPoison, lossEnd == nil, !isAmbiguous else { return }
    plansPoison = false
    poison = sequence
    note("signal \(sequence) ends every worker that applies it")
  }

  /// After a loss: does what is stored now look older than what was lost?
  func noteAmbiguity(_ sequence: StreamSequence) {
    guard let lossEnd, !isAmbiguous, let stored = stream[sequence], stored.storedAtNs < stream.newestNs else { return }
    coverage.add("numbers and clock gone back")
    isAmbiguous = true
    witness.mayMiss(after: lossEnd)
  }

  /// The worker has compared the stream at `position`. What it had read behind it and not applied yet may still be of what
  /// was lost.
  func comparedStream(at position: StreamSequence) {
    guard position >= latestLossEnd else { return }
    lossEnd = nil
    isAmbiguous = false
  }
}
