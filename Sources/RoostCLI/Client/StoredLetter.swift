import RoostCore
import RoostNATS
import RoostWire

/// A letter as it lies in the stream of dead letters.
struct StoredLetter {
  /// Its sequence in that stream.
  let sequence: UInt64
  /// Empty where the header is missing, as is `subject`.
  let reason: String
  let subject: String
  /// Of the signal; nil where the header is missing or no number, as is `storedAt`.
  let signal: StreamSequence?
  let storedAt: Instant?
  /// Those of the signal, and what else the worker noted about it.
  let headers: [NATSHeader]
  let payload: [UInt8]

  init(_ message: StoredMessage) {
    sequence = message.sequence
    reason = message.header(Self.reasonName) ?? ""
    subject = message.header(Self.subjectName) ?? ""
    signal = message.header(Self.sequenceName).flatMap { StreamSequence($0) }
    storedAt = message.header(Self.timeName).flatMap { Int64($0) }.map { Instant(ms: $0) }
    headers = message.headers().filter { !Self.told.contains($0.name) }
    payload = message.payload
  }

  private static let reasonName = "Roost-Dead-Reason"
  private static let subjectName = "Roost-Dead-Subject"
  private static let sequenceName = "Roost-Dead-Sequence"
  private static let timeName = "Roost-Dead-Time"
  private static let told: Set<String> = [reasonName, subjectName, sequenceName, timeName, "Nats-Msg-Id"]

  /// A list of a runner's events has one reason for each that is bad.
  func has(reason wanted: String) -> Bool { reason == wanted || reason.split(separator: ",").contains(wanted[...]) }

  /// The signal, or why it cannot be read. What cannot be read now was not readable then, unless this version differs
  /// from the worker's.
  func decoded(_ subjects: Subjects) -> Result<Signal, WireError> {
    Result { () throws(WireError) in
      try WireCodec().decodeSignal(
        SignalMessage(
          subject: try SubjectParser(subjects).signal(subject), sequence: signal ?? 0,
          storedAt: storedAt ?? Instant(ms: 0), replyTo: header("Roost-Reply-To")),
        payload: payload)
    }
  }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

// MARK: - To be published again

extension StoredLetter {
  /// Why it is not published again; nil = it can be.
  func obstacle(prefix: String) -> String? {
    if subject.isEmpty { return "malformed letter: it has no \(Self.subjectName)" }
    if signal == nil { return "malformed letter: it has no number in \(Self.sequenceName)" }
    // Whoever can write letters must not be able to publish elsewhere with the rights of whoever re-drives them.
    guard subject.hasPrefix("\(prefix).signal.") else {
      return "malformed letter: its subject does not begin with \(prefix).signal."
    }
    // The broker would take it from nobody: those behind it must not wait for that.
    let tokens = subject.split(separator: ".", omittingEmptySubsequences: false)
    guard NATSConnection.isSubject(subject), !tokens.contains("") else {
      return
        "its subject cannot be published: it has a blank, a control character or an empty token; publish it anew under "
        + "another"
    }
    if let bytes = header("Roost-Dead-Truncated") {
      return "only \(payload.count) of its \(bytes) bytes were kept: publish it anew from where it came"
    }
    // PREFIX.signal.NS.POOL.runner...: an announcement of a past session would close the one that the runner has now.
    if subject.dropFirst(prefix.count).split(separator: ".").dropFirst(3).first == "runner" {
      return "a runner's signal: what it said then is not so now, and it speaks for itself"
    }
    return nil
  }

  /// The same however often it is tried, also for a second letter of the same signal.
  func messageID(stream: String) -> String { "redrive/\(stream)/\(signal ?? 0)" }

  /// The headers that the signal came with, as far as they may be said again.
  func originalHeaders(keepsReplyTo: Bool) -> [NATSHeader] {
    headers.filter { header in
      let name = header.name.lowercased()
      if name == "roost-reply-to" { return keepsReplyTo }
      return !name.hasPrefix("nats-") && !name.hasPrefix("roost-dead-")
    }
  }
}
