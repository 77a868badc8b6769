import RoostCore
import RoostNATS
import RoostWire

// While the journal has no room: whoever waits for an answer hears that it comes later.

extension Loop {
  /// Tells those whose signals are read and not durable, each once while the batch is held, and again after a break of
  /// the link. It promises nothing and says nothing of what was decided, so no record holds it; the answers follow once
  /// there is room. Nothing new overtakes what has to be published again.
  func tellWaiters() {
    guard isHeld, isLinkUp, !handover.isInDoubt else { return }
    var notes: [Answer] = []
    if toldThrough == nil { notes += waitersOfBatch() }
    let through = toldThrough ?? 0
    toldThrough = through
    if let inHand, inHand.sequence > through { note(inHand, &notes) }
    if let last = backlog.last, last.sequence > through {
      backlog.each { if $0.sequence > through { note($0, &notes) } }
    }
    if notes.isEmpty { return }
    for note in notes { link.publish(note.replyTo, headers: [], payload: codec.encode(answer: note)) }
    metrics.add(.answers, notes.count)
    commitPublished()
  }

  /// Those to whom the held batch has something to say, also if they asked long before.
  private func waitersOfBatch() -> [Answer] {
    var notes: [Answer] = []
    for answer in batch.shares.flatMap(\.effects.answers) + batch.answers.map(\.answer) {
      let note = Self.held(answer.replyTo, actor: answer.actor, sequence: answer.sequence)
      if !notes.contains(note) { notes.append(note) }
    }
    return notes
  }

  private func note(_ message: RoostNATS.SignalMessage, _ notes: inout [Answer]) {
    toldThrough = max(toldThrough ?? 0, message.sequence)
    guard !message.isTraceOnly, let replyTo = message.replyTo, ReplySubject.isAccepted(replyTo) else { return }
    let subject: SignalSubject
    do throws(WireError) {
      subject = try parser.signal(message.subject)
    } catch {
      // Bad input: its turn as a dead letter comes.
      return
    }
    let pool = subject.pool
    guard settings.serves(pool), !positions.isDone(message.sequence, in: pool.partition(of: settings.partitions))
    else { return }
    switch subject {
    case .actor(_, let actor, _): notes.append(Self.held(replyTo, actor: actor, sequence: message.sequence))
    case .pool: notes.append(Self.held(replyTo, actor: nil, sequence: message.sequence))
    // Runners' signals have answers of their own.
    case .runner: break
    }
  }

  private static func held(_ replyTo: String, actor: ActorID?, sequence: StreamSequence) -> Answer {
    Answer(
      replyTo: replyTo, outcome: .pending, reason: Answer.journalFull, isFinal: false, actor: actor, sequence: sequence)
  }
}

extension Answer {
  /// The reason of an answer that comes before anything is applied, and the code of the API's error.
  package static let journalFull = "journal_full"
}
