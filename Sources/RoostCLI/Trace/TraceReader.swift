import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

/// Makes rows of messages. What cannot be read becomes a row that says so.
struct TraceReader {
  let target: TraceTarget
  private let parser: SubjectParser
  private let prefix: String
  private let codec = WireCodec()

  init(_ target: TraceTarget, _ subjects: Subjects) {
    self.target = target
    parser = SubjectParser(subjects)
    prefix = subjects.prefix
  }

  /// Of a message as it came; none where it is about others, or tells people nothing.
  func rows(
    of subject: String, _ payload: [UInt8], header: (String) -> String?, at: Instant
  ) -> [TraceRow] {
    guard let place = place(of: subject) else { return [] }
    do throws(WireError) {
      switch place {
      case .command: return try command(subject, payload, at: at)
      case .event: return try event(subject, payload, at: at)
      case .deadLetter: return deadLetter(subject, header, at: at)
      case .signal, .runner:
        let signal = try signal(subject, payload, sequence: 0, at: at, replyTo: header("Roost-Reply-To"))
        return rows(of: signal, hasAll: target.includesPool)
      }
    } catch {
      return [undecodable(place, subject, error, sequence: 0, at: at)]
    }
  }

  /// Of a signal as it is stored; `isCause`: it is told whatever it is about.
  func rows(of stored: StoredMessage, isCause: Bool) -> [TraceRow] {
    let at = Instant(ms: stored.storedAtNs / 1_000_000)
    do throws(WireError) {
      let signal = try signal(
        stored.subject, stored.payload, sequence: stored.sequence, at: at, replyTo: stored.header("Roost-Reply-To"))
      return rows(of: signal, hasAll: isCause)
    } catch {
      return [
        undecodable(place(of: stored.subject) ?? .signal, stored.subject, error, sequence: stored.sequence, at: at)
      ]
    }
  }

  // MARK: - By kind of subject

  private func place(of subject: String) -> TraceRow.Place? {
    guard subject.hasPrefix("\(prefix).") else { return nil }
    let tokens = subject.dropFirst(prefix.utf8.count + 1).split(separator: ".")
    switch tokens.first {
    case "signal": return tokens.dropFirst(3).first == "runner" ? .runner : .signal
    case "command": return .command
    case "event": return .event
    case "dead": return .deadLetter
    default: return nil
    }
  }

  private func signal(
    _ subject: String, _ payload: [UInt8], sequence: StreamSequence, at: Instant, replyTo: String?
  ) throws(WireError) -> Signal {
    let head = RoostWire.SignalMessage(
      subject: try parser.signal(subject), sequence: sequence, storedAt: at, replyTo: replyTo)
    return try codec.decodeSignal(head, payload: payload)
  }

  private func rows(of signal: Signal, hasAll: Bool) -> [TraceRow] {
    func row(_ what: TraceRow.What) -> TraceRow {
      TraceRow(at: signal.storedAt, pool: signal.pool, sequence: signal.sequence, what: what)
    }
    switch signal.body {
    case .actor(let id, _): return target.includes(id) ? [row(.signal(signal.body))] : []
    case .runner(let runner, .events(_, let events)):
      return events.filter { target.includes($0.actor) }.map { row(.report(runner, $0)) }
    case .pool(.tick): return []
    case .runner, .pool: return hasAll ? [row(.signal(signal.body))] : []
    }
  }

  private func command(_ subject: String, _ payload: [UInt8], at: Instant) throws(WireError) -> [TraceRow] {
    let (pool, runner, verb) = try parser.command(subject)
    let command = try codec.decodeCommand(verb, payload)
    func decision(_ actor: ActorID, _ entry: HistoryEntry) -> [TraceRow] {
      guard target.includes(actor) else { return [] }
      return [TraceRow(at: at, pool: pool, sequence: entry.causeSequence, what: .decision(actor, entry))]
    }
    switch command.body {
    case .start(let order): return decision(order.actor, HistoryEntry(order, on: runner, at: at))
    case .stop(let order): return decision(order.actor, HistoryEntry(order, on: runner, at: at))
    case .welcome, .close:
      return target.includesPool ? [TraceRow(at: at, pool: pool, sequence: 0, what: .note(runner, command))] : []
    case .acknowledged: return []
    }
  }

  private func event(_ subject: String, _ payload: [UInt8], at: Instant) throws(WireError) -> [TraceRow] {
    let (pool, actor, _) = try parser.event(subject)
    let event = try codec.decodeEvent(payload)
    guard target.includes(actor) else { return [] }
    return [TraceRow(at: at, pool: pool, sequence: event.cause.sequence, what: .decision(actor, HistoryEntry(event)))]
  }

  /// Whose it is stands in the subject that the signal had.
  private func deadLetter(_ letter: String, _ header: (String) -> String?, at: Instant) -> [TraceRow] {
    let subject = header("Roost-Dead-Subject") ?? ""
    if !target.includesPool {
      // PREFIX.signal.NS.POOL.actor.ACTOR.VERB
      let id = subject.dropFirst(prefix.utf8.count + 1).split(separator: ".").dropFirst(4).first
      guard let id, target.includes(ActorID(String(id))) else { return [] }
    }
    let tokens = letter.dropFirst(prefix.utf8.count + 1).split(separator: ".").map { String($0) }
    let pool = tokens.count == 3 && tokens[1] != "_" ? PoolID(namespace: tokens[1], name: tokens[2]) : nil
    let reason = header("Roost-Dead-Reason") ?? ""
    let sequence = header("Roost-Dead-Sequence").flatMap { StreamSequence($0) } ?? 0
    return [TraceRow(at: at, pool: pool, sequence: sequence, what: .deadLetter(reason: reason, subject: subject))]
  }

  private func undecodable(
    _ place: TraceRow.Place, _ subject: String, _ error: WireError, sequence: StreamSequence, at: Instant
  ) -> TraceRow {
    TraceRow(at: at, pool: error.pool, sequence: sequence, what: .undecodable(place, subject: subject, error))
  }
}
