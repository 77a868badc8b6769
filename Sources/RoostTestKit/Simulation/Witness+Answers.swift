import RoostCore
import RoostWire
import RoostWorker

// Who asked, when, and what was answered.

extension Witness {
  /// A call with a reply subject, for every place in the stream where it was stored.
  struct Question {
    var pool: PoolID
    /// By the broker's clock.
    var storedAtNs: Int64
    /// The stream's time then, which never goes back.
    var streamNs: Int64 = 0
    /// Waits without limit.
    var isPatient = false
    var isWake = false
    var actor: PoolActor?
    /// The actor said that it sleeps before it was reported running: the patience of the wakes that started it is spent,
    /// and a later wake's decides what becomes of those who still wait.
    var isSpent = false
    /// nil = without limit, or no such override.
    var timeoutMs: UInt64?
    var expiry: Instant?
    /// Garbage may be answered by nobody: its subject may name no pool.
    var mayBeSilent = false
    /// Read twice after a loss of acknowledged signals: it may be answered twice, and differently.
    var isReadAgain = false
    var wasAccepted = false
    /// A wake that came while the actor was on its way out of its slot.
    var isRewake = false
    var wasToldPending = false
    var final: Answer?
    var hasArrived = false

    init(pool: PoolID, storedAtNs: Int64, mayBeSilent: Bool = false) {
      self.pool = pool
      self.storedAtNs = storedAtNs
      self.mayBeSilent = mayBeSilent
    }

    /// From when on it may be told that it waited long enough, and from when on it must.
    var deadlineNs: (earliest: Int64, latest: Int64)? {
      guard let timeoutMs else { return nil }
      let waitNs = Int64(timeoutMs) * 1_000_000
      return (storedAtNs + waitNs, streamNs + waitNs + 1_000_000)
    }
  }

  struct Key: Hashable {
    var replyTo: String
    var sequence: StreamSequence
  }

  func asks(_ replyTo: String, _ question: Question) { asked[replyTo] = question }

  func stored(_ sequence: StreamSequence) {
    simulation.noteAmbiguity(sequence)
    guard let message = simulation.stream[sequence], let replyTo = message.replyTo, var question = asked[replyTo] else {
      return
    }
    question.storedAtNs = message.storedAtNs
    question.streamNs = simulation.stream.newestNs
    if simulation.isAmbiguous { question.mayBeSilent = true }
    // The number was used before and what had it is gone: answers to either may come.
    if questions[Key(replyTo: replyTo, sequence: sequence)] != nil { question.isReadAgain = true }
    questions[Key(replyTo: replyTo, sequence: sequence)] = question
  }

  /// The broker has lost what it had acknowledged: who asked may never be answered.
  func vanished(after last: StreamSequence) {
    for key in questions.keys where key.sequence > last {
      questions[key]?.mayBeSilent = true
      questions[key]?.isReadAgain = true
    }
  }

  /// What was stored behind this and not yet read may never be.
  func mayMiss(after sequence: StreamSequence) {
    for key in questions.keys where key.sequence > sequence { questions[key]?.mayBeSilent = true }
  }

  /// Numbers are used again.
  func losesOrder() { lastAnswered = [:] }

  /// Where numbers were used again, what was stored since a little before is read: some of it was applied before.
  func readsAgain(after sequence: StreamSequence) {
    for key in questions.keys where key.sequence > sequence { questions[key]?.isReadAgain = true }
    lastAnswered = [:]
    // Old announcements come back with it: more sessions than are remembered may be opened once more.
    forgetSessions()
  }

  // MARK: - What is said

  func said(answer: Answer, to replyTo: String) {
    simulation.coverage.add("answer \(answer.outcome) \(answer.reason.prefix { $0 != ":" })")
    let key = Key(replyTo: replyTo, sequence: answer.sequence)
    guard var question = questions[key] else {
      return simulation.fail("an answer that nobody asked for: \(answer)")
    }
    if answer.reason == Answer.journalFull { return judgeHeld(answer, question) }
    judgeTime(answer, question)
    judgeOrder(answer, question)
    judgeRewake(answer, question)
    if question.isReadAgain {
      if answer.isFinal { question.final = question.final ?? answer }
    } else if answer.isFinal {
      if let final = question.final, final != answer { simulation.fail("two ends: \(final), then \(answer)") }
      question.final = answer
    } else {
      switch answer.outcome {
      case .accepted:
        question.wasAccepted = true
        question.isRewake = ["sleepIntent", "stopIntent", "goingAway"].contains(answer.state)
      case .pending:
        if !question.wasAccepted { simulation.fail("PENDING before ACCEPTED: \(answer)") }
        question.wasToldPending = true
      default: simulation.fail("not final: \(answer)")
      }
      if !question.isWake { simulation.fail("only wakes are answered more than once: \(answer)") }
    }
    questions[key] = question
  }

  /// Without room in the journal everybody is told to wait, and nobody anything else.
  private func judgeHeld(_ answer: Answer, _ question: Question) {
    if answer.outcome != .pending || answer.isFinal { simulation.fail("an end although nothing is durable: \(answer)") }
    if let final = question.final, !question.isReadAgain {
      simulation.fail("told to wait after its end \(final): \(answer)")
    }
  }

  /// Within a pool signals are answered in the order of the stream; what was said before is said again in that order.
  private func judgeOrder(_ answer: Answer, _ question: Question) {
    if question.wasAccepted || question.final != nil || question.isReadAgain || question.mayBeSilent { return }
    if answer.sequence < lastAnswered[question.pool] ?? 0 {
      simulation.fail("\(answer.sequence) is answered first after \(lastAnswered[question.pool] ?? 0)")
    }
    lastAnswered[question.pool] = answer.sequence
  }

  /// TIMED_OUT is never early, by the time that the broker stored things.
  private func judgeTime(_ answer: Answer, _ question: Question) {
    guard answer.outcome == .timedOut else { return }
    if answer.reason == "expired" {
      // The worker's estimate may be ahead by what its clock drifts.
      let latestNs = max(simulation.stream.newestNs, simulation.brokerNs) + 2_000_000_000
      if !simulation.clockJumped, let expiry = question.expiry, expiry.ms * 1_000_000 > latestNs {
        simulation.fail("expired early: \(answer)")
      }
      return
    }
    if question.isSpent { return }
    if question.isPatient {
      // Where not all events are told nobody says that patience was spent.
      if mutedPools.contains(question.pool) { return }
      return simulation.fail("who waits without limit is timed out: \(answer)")
    }
    // Without a deadline of its own it waits as long as the others.
    guard let earliest = question.deadlineNs?.earliest, !question.isReadAgain else { return }
    if simulation.worker.deliveredNs < earliest {
      simulation.fail("timed out \(earliest - simulation.worker.deliveredNs) ns early: \(answer)")
    }
  }

  /// Who wakes an actor that is about to stop, and waits without limit, is not told that it stopped and sleeps.
  private func judgeRewake(_ answer: Answer, _ question: Question) {
    guard answer.outcome == .sleeping, answer.reason == "stopped", question.isRewake, question.isPatient,
      !question.isSpent, !question.isReadAgain, !quietPools.contains(question.pool)
    else { return }
    simulation.fail("a wake during the stop was forgotten: \(answer)")
  }

  /// See `isSpent`.
  func judgeSleep(_ event: ActorEvent, _ actor: PoolActor) {
    if readyGenerations[actor] == event.generation { return }
    for (key, question) in questions where question.actor == actor && (question.final == nil || question.isReadAgain) {
      questions[key]?.isSpent = true
    }
  }

  func arrived(answer: Answer, to replyTo: String) {
    simulation.note(
      "answer \(replyTo) \(answer.outcome) \(answer.reason)\(answer.isFinal ? "." : " ...") of \(answer.sequence)")
    let key = Key(replyTo: replyTo, sequence: answer.sequence)
    if answer.isFinal { questions[key]?.hasArrived = true }
  }

  // MARK: - What must have been said

  func isAnswered(_ waiter: Waiter) -> Bool {
    guard let question = questions[Key(replyTo: waiter.replyTo, sequence: waiter.sequence)] else { return false }
    return question.final != nil && !question.isReadAgain
  }

  /// Nobody waits past a deadline that the stream's time has passed.
  func checkWaits(_ pool: PoolID, _ views: [ActorView], _ loop: Loop) {
    if loop.isHeld || loop.hasWork || !loop.isLinkUp { return }
    let proven = loop.provenTime
    if let due = loop.machine.nextDeadline(by: proven), due == pool {
      return simulation.fail("\(pool): a deadline has passed at \(proven.ms)")
    }
    for view in views {
      checkAlarm(view, pool, at: proven)
      switch view.record.state {
      case .pending, .backoff: break
      case let state where state.rewake != nil: break
      default: continue
      }
      for waiter in view.record.waiters {
        let question = questions[Key(replyTo: waiter.replyTo, sequence: waiter.sequence)]
        guard let latest = question?.deadlineNs?.latest, question?.isReadAgain == false else { continue }
        if latest <= proven.ms * 1_000_000 {
          simulation.fail(
            "\(view.id): \(waiter.replyTo) waits in \(view.record.state.name) after its deadline"
          )
        }
      }
    }
  }

  /// Somebody whose signal is stored and who has no final answer; nil = nobody.
  var unanswered: String? {
    questions.filter { !$0.value.hasArrived && !$0.value.mayBeSilent }
      .map { "\($0.key.replyTo) of signal \($0.key.sequence) has no final answer" }.min()
  }
}
