import RoostCore
import RoostWire

// What callers publish: with a reply subject of its own for every call, tried again without acknowledgement, with and
// without a message id.

extension Simulation {
  func call(_ number: Int, _ signal: ActorSignal) {
    guard let verb = signal.verb else { return fail("not a caller's signal: \(signal)") }
    let pool = pool(of: number)
    let actor = actor(number / pools.count, in: pool)
    var question = Witness.Question(pool: pool, storedAtNs: 0)
    if case .wake(let wake) = signal {
      question.isWake = true
      question.actor = Witness.PoolActor(pool: pool, actor: actor)
      question.expiry = wake.expiresAt
      if case .dontSleep(let ms) = wake.override {
        question.isPatient = ms == nil
        question.timeoutMs = ms.flatMap { $0 <= 2_592_000_000 ? $0 : nil }
      }
    }
    call(subjects.signal(pool, actor, verb), codec.encode(signal), question)
  }

  func call(_ pool: PoolID, _ signal: PoolSignal) {
    guard let verb = signal.verb else { return fail("not a caller's signal: \(signal)") }
    if case .configure(let overlay) = signal {
      witness.quietPools.insert(pool)
      if overlay.events != nil, overlay.events != .all { witness.mutedPools.insert(pool) }
    }
    call(subjects.signal(pool, verb), codec.encode(signal), Witness.Question(pool: pool, storedAtNs: 0))
  }

  /// Of whoever waits, if anybody does.
  func allocate(_ number: Int, _ runner: Int, _ choice: Action.TicketChoice) {
    let pool = pool(of: number)
    var number = number
    var ticket: Ticket?
    for candidate in 0..<Action.actors {
      let view = worker.machine?.reading(pool) { $0.actorView(actor(candidate, in: pool)) } ?? nil
      guard let found = view?.record.state.ticket else { continue }
      number = candidate * pools.count + number % pools.count
      ticket = found
      break
    }
    switch choice {
    case .none: ticket = nil
    case .right: break
    case .wrong: ticket = (ticket ?? 0) + 1
    }
    let target = pools.count == 1 ? runner : runner - runner % pools.count + number % pools.count
    call(number, .allocate(runner: runnerID(target), ticket: ticket))
  }

  func callGarbage(_ kind: Int) {
    coverage.add("do garbage")
    let pool = pools[0]
    let question = Witness.Question(pool: pool, storedAtNs: 0, mayBeSilent: true)
    switch kind {
    case 0: call("roost.signal.n.p0.actor.a0.create", [255, 255, 255], question)
    case 1: call("roost.signal.n.p0.actor.a0.dance", [], question)
    case 2: call("roost.signal.n.p0.actor.a%0.wake", [], question)
    default: call("roost.signal.n.p0.pool.configure", [10, 200], question)
    }
  }

  private func call(_ subject: String, _ payload: [UInt8], _ question: Witness.Question) {
    let wantsAnswer = random.chance(70)
    calls += 1
    let replyTo = wantsAnswer ? "_INBOX.c.\(calls)" : nil
    let messageID = random.chance(50) ? "m\(calls)" : nil
    if let replyTo { witness.asks(replyTo, question) }
    attempt(subject, payload, replyTo, messageID, left: random.below(3))
  }

  private func attempt(_ subject: String, _ payload: [UInt8], _ replyTo: String?, _ messageID: String?, left: Int) {
    schedule(atNs: max(nowNs + Int64(random.below(3_000_000)), stillUntilNs)) { [self] in
      var isAcknowledged = false
      if !loses("caller's signal lost") {
        let result = store(subject, payload, replyTo: replyTo, messageID: messageID)
        if case .stored(let sequence) = result { mayPoison(sequence) }
        isAcknowledged = result != .full
        if isAcknowledged, loses("caller's acknowledgement lost") { isAcknowledged = false }
      }
      if isAcknowledged || left == 0 { return }
      coverage.add("caller tries again")
      schedule(afterNs: 700_000_000) { [self] in attempt(subject, payload, replyTo, messageID, left: left - 1) }
    }
  }
}
