import Testing

@testable import RoostCore

@Suite("Drains") struct DrainTests {
  @Test("A drained runner gets no new starts, its actors go away, and its session ends when it is empty")
  func drained() {
    let world = World().join("r1", slots: 3).create("a1").create("a2").running("a1").create("a3").destroy("a3")
    world.drain("r1", reply: "x")
    #expect(
      world.said == [
        "r1 <- 5 stop a1 g1 goingAway", "r1 <- 6 stop a2 g1 goingAway", "a1 going_away r1 drain",
        "a2 going_away r1 drain",
        "x: ACCEPTED.",
      ])
    #expect(world.create("a4", .restart)["a4"] == "pending standing")
    #expect(world.stopped("a1").stopped("a2").commands == [])
    #expect(world.stopped("a3").said == ["r1 <- close drained", "a3 destroyed asked"])
    #expect(world.reading { $0.pingStatus(RunnerID("r1"), SessionID("s1")) } == .closed(reason: "drained"))
  }

  @Test("An empty runner is closed at once")
  func empty() {
    #expect(World().join("r1").drain("r1").said == ["r1 <- close drained"])
    #expect(World().join("r1").stopping("r1").said == ["r1 <- close drained"])
  }

  @Test("A drain that is not over at its deadline closes the session; what is left is lost")
  func deadline() {
    let world = World { $0.actorStopThreshold = Milliseconds(100_000) }
    world.join("r1").create("a1").running("a1").at(1_000).drain("r1")
    #expect(world.at(60_999).tick().said == [])
    #expect(
      world.at(61_000).tick().said == [
        "r1 <- close drain_deadline", "a1 lost r1 drain_deadline", "a1 sleeping crash_policy",
      ])
  }

  @Test("A drain of an unknown runner or a closed one is refused, a second one ignored: no deadline moves")
  func repeated() {
    let world = World().join("r1").create("a1").running("a1")
    #expect(world.drain("r9", reply: "x").said == ["x: REJECTED unknown_runner."])
    world.drain("r1").at(5_000)
    #expect(world.drain("r1", reply: "x").said == ["x: IGNORED draining."])
    #expect(world.stopping("r1").said == [])
    #expect(world.tally.ignored == 1)
    #expect(world.runner("r1")?.record.session?.drainDeadline == Instant(ms: 60_000))
    #expect(world.due("a1") == 30_000)
    #expect(world.lost("r1").drain("r1", reply: "x").said == ["x: REJECTED unknown_runner."])
  }

  @Test("stopping without an index hands nothing back")
  func stoppingWithoutIndex() {
    let world = World().join("r1", slots: 2).create("a1").create("a2").running("a1").stopping("r1")
    #expect(world["a1"] == "goingAway(drain) g1 r1")
    #expect(world["a2"] == "goingAway(drain) g1 r1")
  }

  @Test("stopping with an index hands back the starts above it, in every state they are in; no crash, no patience lost")
  func handedBack() {
    let world = World().join("r1", slots: 6).create("a1").running("a1")
    for id in ["b", "c", "d", "e"] { world.create(id) }
    world.wake("c", patience: 9_000).destroy("d").sleep("e").stopping("r1", last: 2)
    #expect(world["a1"] == "goingAway(drain) g1 r1", "taken and running")
    #expect(world["b"] == "goingAway(drain) g1 r1", "taken, not yet running")
    #expect(world["c"] == "pending until 9000")
    #expect(world["d"] == "destroyed")
    #expect(world["e"] == "sleeping")
    #expect(world.record(of: "c")?.crashCount == 0)
    #expect(world.commands == ["r1 <- 8 stop a1 g1 goingAway", "r1 <- 9 stop b g1 goingAway"])
    #expect(world.join("r2").commands == ["r2 <- welcome 0", "r2 <- 1 start c g2"])
  }

  @Test("stopping of another session is ignored; an empty session means the current one")
  func otherSession() {
    let world = World().join("r1").create("a1").stopping("r1", session: "s0")
    #expect(world.cell("a1") == "starting g1 r1")
    #expect(world.stopping("r1", session: "s1")["a1"] == "goingAway(drain) g1 r1")
    #expect(World().stopping("r9").tally.ignored == 1)
  }

  @Test(
    "With drain_on_version_upgrade a higher version drains all lower ones, in id order; an equal or lower one does not")
  func versionUpgrade() {
    let world = World { $0.drainOnVersionUpgrade = true }
    world.join("r3", version: 1).create("c").join("r1", version: 1).create("a").join("r2", version: 1).create("b")
    #expect(world.join("r4", slots: 2, version: 1).said == ["r4 <- welcome 0"])
    #expect(world.join("r0", slots: 1, version: 0).said == ["r0 <- welcome 0"])
    world.join("r5", slots: 2, version: 2)
    #expect(
      world.commands == [
        "r5 <- welcome 0", "r0 <- close drained", "r1 <- 2 stop a g1 goingAway", "r2 <- 2 stop b g1 goingAway",
        "r3 <- 2 stop c g1 goingAway", "r4 <- close drained",
      ])
    let without = World().join("r1", version: 1).create("a").join("r2", version: 2)
    #expect(without["a"] == "starting g1 r1")
  }

  @Test("A restart from a snapshot does not change the order in which runners are drained")
  func versionUpgradeAfterRestart() {
    func world() -> World {
      let world = World { $0.drainOnVersionUpgrade = true }
      return world.join("r3", version: 1).create("c").join("r1", version: 1).create("a")
    }
    let kept = world().join("r5", version: 2)
    let restarted = world()
    restarted.restart(fromSnapshot: true)
    #expect(restarted.join("r5", version: 2).said == kept.said)
  }
}
