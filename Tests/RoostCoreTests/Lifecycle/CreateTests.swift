import Testing

@testable import RoostCore

@Suite("Create and limits") struct CreateTests {
  @Test("A name, key or input at its limit is taken; one byte more is refused and named in the answer and the event")
  func edges() {
    func text(_ count: Int) -> String { String(repeating: "x", count: count) }
    let world = World { $0.maxInputBytes = 10 }
    let cases: [(field: String, good: (String) -> World, bad: (String) -> World)] = [
      ("name", { world.create($0, name: text(128), reply: "x") }, { world.create($0, name: text(129), reply: "x") }),
      ("key", { world.create($0, key: text(1_024), reply: "x") }, { world.create($0, key: text(1_025), reply: "x") }),
      ("key", { world.create($0, key: "k", reply: "x") }, { world.create($0, key: "", reply: "x") }),
      (
        "input", { world.create($0, input: [UInt8](repeating: 0, count: 10), reply: "x") },
        { world.create($0, input: [UInt8](repeating: 0, count: 11), reply: "x") }
      ),
    ]
    for (number, test) in cases.enumerated() {
      #expect(test.good("good\(number)").answers == ["x: ACCEPTED."])
      let refused = test.bad("bad\(number)").cell("bad\(number)")
      #expect(refused == "unknown | bad\(number) rejected limit:\(test.field) | x: REJECTED limit:\(test.field).")
      #expect(world.effects.events.last?.message.isEmpty == false)
    }
  }

  @Test("pending_timeout_ms from 1 to 30 days is taken; 0 and more are refused, and nothing joins")
  func patience() {
    let world = World().create("a1")
    for bad: UInt64 in [0, 2_592_000_001] {
      world.wake("a1", patience: .ms(bad), reply: "x")
      #expect(
        world.cell("a1")
          == "sleeping | a1 rejected limit:pending_timeout_ms | x: REJECTED limit:pending_timeout_ms.")
    }
    #expect(world.wake("a1", patience: 2_592_000_000)["a1"] == "pending until 2592000000")
    #expect(World().create("a1").wake("a1", patience: 1)["a1"] == "pending until 1")
  }

  @Test("An empty name is actor; the first attempt uses no override")
  func defaults() {
    let world = World().create("a1")
    #expect(world.view("a1")?.facts.name == "actor")
    #expect(world.cell("a1") == "sleeping | a1 created | a1 sleeping no_runner")
  }

  @Test("A key is unique among the actors of one name that are not destroyed; the refusal names the holder")
  func keys() {
    let world = World().create("a1", name: "n", key: "k")
    world.create("a2", name: "n", key: "k", reply: "x")
    #expect(world.cell("a2") == "unknown | a2 rejected duplicate_key | x: REJECTED duplicate_key.")
    #expect(world.effects.answers[0].actor == ActorID("a1"))
    #expect(world.create("a3", name: "m", key: "k", reply: "x").answers == ["x: ACCEPTED."])
    #expect(world.create("a4", name: "n", reply: "x").answers == ["x: ACCEPTED."])
    #expect(
      world.create("a5", key: "k").create("a6", name: "actor", key: "k", reply: "x").answers == [
        "x: REJECTED duplicate_key."
      ])
    world.destroy("a1")
    #expect(world.create("a2", name: "n", key: "k", reply: "x").answers == ["x: ACCEPTED."])
    #expect(world.create("a1", name: "n", key: "k", reply: "x").answers == ["x: REJECTED duplicate_key."])
    #expect(world.state("a1") == "destroyed")
  }

  @Test("Created again, all but the generation is new")
  func createdAgain() throws {
    let world = World().join("r1").create("a1", .restart, name: "n", key: "k", input: [1])
    world.running("a1").setsAlarm("a1", 9_000).stopped("a1", error: "boom").destroy("a1").stopped("a1")
    #expect(world.state("a1") == "destroyed")
    world.at(500).create("a1", .destroy, input: [2])
    let view = try #require(world.view("a1"))
    #expect(
      view.facts == ActorFacts(name: "actor", key: nil, crashPolicy: .destroy, input: [2], createdAt: Instant(ms: 500)))
    #expect(world["a1"] == "starting g3 r1 standing")
    #expect(view.record.crashCount == 0 && view.record.lastError == nil && view.record.alarm == nil)
  }

  @Test("After an adoption every generation is above those of the journal before, of known and of new actors and pools")
  func adoptedGenerations() {
    let world = World()
    world.join("r1", slots: 3).create("a1")
    #expect(world["a1"] == "starting g1 r1")
    #expect(world.machine.newestGeneration == 1)
    world.machine.raiseGenerations(above: 1_000)
    world.mirror.raiseGenerations(above: 1_000)
    #expect(world.machine.newestGeneration == 1, "nobody has one of them yet")
    #expect(world.running("a1").create("b")["b"] == "starting g1001 r1")
    #expect(world.sleep("a1").stopped("a1").wake("a1")["a1"] == "starting g1001 r1")
    #expect(world.running("a1").sleep("a1").stopped("a1").wake("a1")["a1"] == "starting g1002 r1")
    #expect(world.machine.newestGeneration == 1_002)
    // It never goes back.
    world.machine.raiseGenerations(above: 5)
    #expect(world.create("c")["c"] == "starting g1001 r1")
    let other = PoolID(namespace: "default", name: "web")
    for body: Signal.Body in [
      .runner(
        RunnerID("r1"), .initialize(RunnerInit(session: SessionID("s"), version: 1, totalSlots: 1))),
      .actor(ActorID("a1"), .create(Create())),
    ] {
      var effects = Effects()
      let signal = Signal(pool: other, sequence: 99, storedAt: Instant(ms: 9), body: body, replyTo: nil)
      world.machine.apply(
        .signal(signal), to: other, at: Moment(now: Instant(ms: 9), clock: Instant(ms: 9), record: 99), into: &effects)
    }
    #expect(world.machine.reading(other) { $0.newestGeneration } == 1_001)
  }

  @Test("Retention 0 forgets with the next input")
  func noRetention() {
    let world = World { $0.destroyedRetention = .zero }
    world.create("a1", key: "k").destroy("a1")
    #expect(world.state("a1") == "destroyed")
    #expect(world.tick().state("a1") == "unknown")
    #expect(world.create("a2", key: "k", reply: "x").answers == ["x: ACCEPTED."])
  }

  @Test("What the shell refused is answered with its reason and changes nothing")
  func refused() {
    let world = World().create("a1")
    world.deliver(.actor(ActorID("a1"), .refused(reason: "bad_reply_to", message: "no")), reply: nil)
    #expect(world.cell("a1") == "sleeping | a1 rejected bad_reply_to")
    world.deliver(.pool(.refused(reason: "limit:x", message: "no")), reply: "x")
    #expect(world.said == ["x: REJECTED limit:x."])
  }
}
