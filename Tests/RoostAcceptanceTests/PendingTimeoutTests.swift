import RoostTestKit
import Testing

extension Outside {
  @Suite("A pending wait ends at its deadline and not before", .timeLimit(.minutes(1)))
  struct PendingTimeoutTests {
    private let patienceMs: Int64 = 2_000
    private let replyTo = "roost.reply.waiter"

    /// An actor that sleeps because there is no runner.
    private func prepare(_ world: World) throws {
      try world.observer.publish(Subject.actor("a1", "create"))
      try world.observer.event("sleeping", of: "a1")
    }

    private func wake(_ world: World) throws -> PythonProgram.Facts {
      try world.observer.publish(
        Subject.actor("a1", "wake"), waiting(ms: Int(patienceMs)), replyTo: replyTo)
    }

    /// Not a pause: what the test does next belongs at this time of the common clock.
    private func wait(untilMs time: Int64) throws {
      try #require(eventually { nowMs() >= time })
    }

    @Test("2 s: nothing before 2.0 s of stored-at time, and told within 5 s")
    func firesOnTime() throws {
      let world = try World()
      let worker = try world.worker()
      try prepare(world)
      let wake = try wake(world)
      let publishedMs = wake.number("ts")
      let event = try world.observer.event("pending_timeout", of: "a1")
      try world.observer.final(at: replyTo)

      // The time is proven by what is stored: the newest signal that had been read when it was decided.
      let proof = world.observer.lines(with: ["t": "signal"]).map { $0.number("ts") }
        .filter { $0 <= event.number("body.ts") }.max()
      #expect(try #require(proof) - publishedMs >= patienceMs)
      #expect(event.number("body.ts") - publishedMs >= patienceMs)
      #expect(event.number("at") - publishedMs >= patienceMs)
      #expect(event.number("at") - publishedMs <= 5_000)
      print(
        "pending timeout of \(patienceMs) ms: told \(event.number("at") - publishedMs) ms after the wake was stored")

      #expect(event["body.reason"] == "no_runner")
      #expect(event.number("body.message") >= patienceMs)
      #expect(world.observer.outcomes(at: replyTo) == ["ACCEPTED", "PENDING", "TIMED_OUT final"])
      #expect(world.observer.events("sleeping", of: "a1").count == 2)
      #expect(try worker.stop() == 0, "\(worker.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    enum End: CaseIterable { case stopped, killed }

    @Test(
      "a worker away for 5 s times nobody out whose runner came after 1 s: the actor starts", arguments: End.allCases)
    func capacityCameInTime(end: End) throws {
      let world = try World()
      let first = try world.worker()
      try prepare(world)
      let runner = try world.runner(isHeld: true)
      let publishedMs = try wake(world).number("ts")
      switch end {
      case .stopped: #expect(try first.stop() == 0, "\(first.log)")
      case .killed: try first.kill()
      }
      try wait(untilMs: publishedMs + 1_000)
      try runner.order("announce")
      let joined = try world.observer.wait(for: ["t": "signal", "subject": Subject.runner("r1", "init")])
      try #require(joined.number("ts") - publishedMs < patienceMs, "the runner was too late for this test")
      try wait(untilMs: publishedMs + 5_000)

      let second = try world.worker()
      try runner.wait(for: ["saw": "start", "actor_id": "a1", "generation": "1"])
      try world.observer.event("ready", of: "a1")
      let final = try world.observer.final(at: replyTo)
      #expect(final["body.outcome"] == "OUTCOME_READY")
      #expect(world.observer.events("pending_timeout", of: "a1").isEmpty)
      #expect(try second.stop() == 0, "\(second.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }

    @Test("a worker away for 5 s times out the one whose runner came after 3 s, as if it had been there")
    func capacityCameTooLate() throws {
      let world = try World()
      let first = try world.worker()
      try prepare(world)
      let runner = try world.runner(isHeld: true)
      let publishedMs = try wake(world).number("ts")
      try first.kill()
      try wait(untilMs: publishedMs + 3_000)
      try runner.order("announce")
      let joined = try world.observer.wait(for: ["t": "signal", "subject": Subject.runner("r1", "init")])
      try #require(joined.number("ts") - publishedMs >= patienceMs)
      try wait(untilMs: publishedMs + 5_000)

      let second = try world.worker()
      let final = try world.observer.final(at: replyTo)
      #expect(final["body.outcome"] == "OUTCOME_TIMED_OUT")
      try world.observer.event("pending_timeout", of: "a1")
      #expect(world.observer.lines(with: ["t": "command", "body.actor_id": "a1"]).isEmpty)
      #expect(try second.stop() == 0, "\(second.log)")
      let judged = try world.judge()
      #expect(judged.status == 0, "\(judged.output)")
    }
  }
}
