import Testing

@testable import RoostCore

/// Two things at once: whichever is stored first wins, the other finds nothing left to do and says so. Every race is
/// run in both orders, and again with a worker that dies between any two steps.
private struct Race: CustomTestStringConvertible, Sendable {
  var name: String
  var setup: @Sendable () -> World
  var steps: [@Sendable (World) -> Void]
  /// For each order: the actor's state and all that was said after the set-up.
  var outcomes: [[Int]: String]
  var testDescription: String { name }
}

/// a1 waits until 3000 behind a0 on r1; x asked. r2 has room, of an older version.
@Sendable private func waiting() -> World {
  let world = World().join("r1", version: 2).join("r2", version: 1).create("a0").running("a0").create("a1")
  return world.wake("a1", patience: 3_000, reply: "x")
}

@Sendable private func placed(_ state: StateName, _ policy: CrashPolicy = .sleep) -> World {
  World.with(state, policy: policy)
}

/// The tick that proves the deadline is past; every other step is stored at the same millisecond.
@Sendable private func timeout(_ world: World) { world.at(3_000).tick() }

private let timedOut = "a1 pending_timeout newest_full '3000' | a1 sleeping pending_timeout | x: TIMED_OUT newest_full."

private let races: [Race] = [
  Race(
    name: "timeout / allocate", setup: waiting,
    steps: [timeout, { $0.allocate("a1", on: "r2", reply: "y") }],
    outcomes: [
      [0, 1]: "sleeping | \(timedOut) | a1 rejected not_pending | y: REJECTED not_pending.",
      [1, 0]: "starting g1 r2 until 3000 | r2 <- 1 start a1 g1 | y: ACCEPTED.",
    ]),
  Race(
    name: "timeout / destroy", setup: waiting,
    steps: [timeout, { $0.destroy("a1", reply: "y") }],
    outcomes: [
      [0, 1]: "destroyed | \(timedOut) | a1 destroyed asked | y: ACCEPTED.",
      [1, 0]: "destroyed | a1 destroyed asked | x: DESTROYED asked. | y: ACCEPTED.",
    ]),
  Race(
    name: "allocate / destroy", setup: waiting,
    steps: [{ $0.allocate("a1", on: "r2", reply: "y") }, { $0.destroy("a1", reply: "z") }],
    outcomes: [
      [0, 1]: "destroying g1 r2 | r2 <- 1 start a1 g1 | y: ACCEPTED. | r2 <- 2 stop a1 g1 destroy"
        + " | a1 destroying r2 | x: DESTROYED asked. | z: ACCEPTED.",
      [1, 0]: "destroyed | a1 destroyed asked | x: DESTROYED asked. | z: ACCEPTED."
        + " | a1 rejected not_pending | y: REJECTED not_pending.",
    ]),
  Race(
    name: "timeout / allocate / destroy", setup: waiting,
    steps: [timeout, { $0.allocate("a1", on: "r2") }, { $0.destroy("a1") }],
    outcomes: [
      [0, 1, 2]: "destroyed | \(timedOut) | a1 rejected not_pending | a1 destroyed asked",
      [0, 2, 1]: "destroyed | \(timedOut) | a1 destroyed asked | a1 rejected not_pending",
      [1, 0, 2]: "destroying g1 r2 | r2 <- 1 start a1 g1 | r2 <- 2 stop a1 g1 destroy | a1 destroying r2"
        + " | x: DESTROYED asked.",
      [1, 2, 0]: "destroying g1 r2 | r2 <- 1 start a1 g1 | r2 <- 2 stop a1 g1 destroy | a1 destroying r2"
        + " | x: DESTROYED asked.",
      [2, 0, 1]: "destroyed | a1 destroyed asked | x: DESTROYED asked. | a1 rejected not_pending",
      [2, 1, 0]: "destroyed | a1 destroyed asked | x: DESTROYED asked. | a1 rejected not_pending",
    ]),
  Race(
    name: "timeout / wake", setup: waiting,
    steps: [timeout, { $0.wake("a1", patience: 1_000, reply: "y") }],
    outcomes: [
      [0, 1]: "pending until 4000 | \(timedOut) | a1 pending newest_full #1"
        + " | y: ACCEPTED ... | y: PENDING newest_full #1 ...",
      [1, 0]: "sleeping | y: ACCEPTED #1 ... | y: PENDING newest_full #1 ..."
        + " | a1 pending_timeout newest_full '3000' | a1 sleeping pending_timeout"
        + " | x: TIMED_OUT newest_full. | y: TIMED_OUT newest_full.",
    ]),
  Race(
    name: "timeout / slot freed", setup: waiting,
    steps: [timeout, { $0.stopped("a0") }],
    outcomes: [
      [0, 1]: "sleeping | \(timedOut) | a0 stopped r1 ok | a0 destroyed completed | r1 <- ack 2",
      [1, 0]:
        "starting g1 r1 until 3000 | r1 <- 2 start a1 g1 | a0 stopped r1 ok | a0 destroyed completed | r1 <- ack 2",
    ]),
  Race(
    name: "timeout / runner joined", setup: waiting,
    steps: [timeout, { $0.join("r3", version: 2) }],
    outcomes: [
      [0, 1]: "sleeping | \(timedOut) | r3 <- welcome 0",
      [1, 0]: "starting g1 r3 until 3000 | r3 <- welcome 0 | r3 <- 1 start a1 g1",
    ]),
  Race(
    name: "wake / sleep intent", setup: { placed(.running) },
    steps: [{ $0.wake("a1", patience: 9_000, reply: "x") }, { $0.intendsSleep("a1") }],
    outcomes: [
      [0, 1]: "sleepIntent g1 r1 | x: IGNORED running. | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | r1 <- ack 2",
      [1, 0]: "sleepIntent g1 r1 rewake until 9100 | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | r1 <- ack 2"
        + " | x: ACCEPTED ...",
    ]),
  Race(
    name: "wake / stopped", setup: { placed(.sleepIntent) },
    steps: [{ $0.wake("a1", patience: 9_000, reply: "x") }, { $0.stopped("a1") }],
    outcomes: [
      [0, 1]: "starting g2 r1 until 9100 | x: ACCEPTED ... | r1 <- 3 start a1 g2 | a1 stopped r1 ok | r1 <- ack 3",
      [1, 0]: "starting g2 r1 until 9100 | a1 stopped r1 ok | a1 sleeping stopped | r1 <- ack 3 | r1 <- 3 start a1 g2"
        + " | x: ACCEPTED ...",
    ]),
  Race(
    name: "alarm / stopped", setup: { placed(.running).setsAlarm("a1", 500).intendsSleep("a1") },
    steps: [{ $0.at(500).tick() }, { $0.stopped("a1") }],
    outcomes: [
      [0, 1]: "starting g2 r1 for ever | r1 <- 3 start a1 g2 | a1 stopped r1 ok | r1 <- ack 4",
      [1, 0]: "starting g2 r1 for ever | a1 stopped r1 ok | a1 sleeping stopped | r1 <- ack 4 | r1 <- 3 start a1 g2",
    ]),
  Race(
    name: "alarm / wake", setup: { placed(.running).setsAlarm("a1", 500).intendsSleep("a1").stopped("a1") },
    steps: [{ $0.at(500).tick() }, { $0.wake("a1", reply: "x") }],
    outcomes: [
      [0, 1]: "starting g2 r1 for ever | r1 <- 3 start a1 g2 | x: ACCEPTED ...",
      [1, 0]: "starting g2 r1 | r1 <- 3 start a1 g2 | x: ACCEPTED ...",
    ]),
  Race(
    name: "going away / start in flight", setup: { placed(.starting).wake("a1", patience: 9_000) },
    steps: [{ $0.reschedule("a1") }, { $0.running("a1") }],
    outcomes: [
      [0, 1]: "goingAway(asked) g1 r1 rewake until 9000 | r1 <- 2 stop a1 g1 goingAway | a1 going_away r1 asked"
        + " | r1 <- ack 1",
      [1, 0]: "goingAway(asked) g1 r1 | a1 ready r1 | r1 <- ack 1 | r1 <- 2 stop a1 g1 goingAway"
        + " | a1 going_away r1 asked",
    ]),
  Race(
    name: "going away (asked) / sleep intent", setup: { placed(.running) },
    steps: [{ $0.reschedule("a1") }, { $0.intendsSleep("a1") }],
    outcomes: [
      [0, 1]: "goingAway(asked) g1 r1 | r1 <- 2 stop a1 g1 goingAway | a1 going_away r1 asked | r1 <- ack 2",
      [1, 0]: "goingAway(asked) g1 r1 | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | r1 <- ack 2"
        + " | a1 going_away r1 asked",
    ]),
  Race(
    name: "going away (drain) / sleep intent", setup: { placed(.running) },
    steps: [{ $0.drain("r1") }, { $0.intendsSleep("a1") }],
    outcomes: [
      [0, 1]: "sleepIntent g1 r1 | r1 <- 2 stop a1 g1 goingAway | a1 going_away r1 drain | a1 sleep_intent r1"
        + " | r1 <- ack 2",
      [1, 0]: "sleepIntent g1 r1 | r1 <- 2 stop a1 g1 sleep | a1 sleep_intent r1 | r1 <- ack 2",
    ]),
  Race(
    name: "lost / stopped", setup: { placed(.running, .restart) },
    steps: [
      { $0.lost("r1") },
      { world in
        world.events("r1", [RunnerEvent(index: 2, actor: ActorID("a1"), generation: 1, kind: .stopped(error: nil))])
      },
    ],
    outcomes: [
      [0, 1]: "starting g2 r2 standing | r1 <- close lost | r2 <- 1 start a1 g2 | a1 lost r1 runner_lost",
      [1, 0]: "destroyed | a1 stopped r1 ok | a1 destroyed completed | r1 <- ack 2 | r1 <- close lost",
    ]),
  Race(
    name: "lost (g) / running (g + 1)",
    setup: { placed(.running, .restart).stopped("a1", error: "boom") },
    steps: [
      { $0.events("r1", [RunnerEvent(index: 3, actor: ActorID("a1"), generation: 2, kind: .running)]) },
      { $0.events("r1", [RunnerEvent(index: 3, actor: ActorID("a1"), generation: 1, kind: .stopped(error: "late"))]) },
    ],
    outcomes: [
      [0, 1]: "running g2 r1 | a1 ready r1 | r1 <- ack 3 | r1 <- ack 3 now",
      [1, 0]: "starting g2 r1 standing | r1 <- ack 3 | r1 <- ack 3 now",
    ]),
  Race(
    name: "destroy / lost", setup: { placed(.running, .restart) },
    steps: [{ $0.destroy("a1", reply: "x") }, { $0.lost("r1") }],
    outcomes: [
      [0, 1]: "destroyed | r1 <- 2 stop a1 g1 destroy | a1 destroying r1 | x: ACCEPTED. | r1 <- close lost"
        + " | a1 destroyed asked",
      [1, 0]: "destroying g2 r2 | r1 <- close lost | r2 <- 1 start a1 g2 | a1 lost r1 runner_lost"
        + " | r2 <- 2 stop a1 g2 destroy | a1 destroying r2 | x: ACCEPTED.",
    ]),
]

@Suite("Races") struct RaceTests {
  @Test("The first one stored wins, the other says so", arguments: races)
  private func race(_ race: Race) {
    #expect(race.outcomes.count == (1...race.steps.count).reduce(1, *), "an order is missing")
    for (order, expected) in race.outcomes {
      // A worker dies and recovers before step n, from the journal or a snapshot; n beyond the last: never.
      for death in 0...race.steps.count {
        for fromSnapshot in [false, true] {
          let world = race.setup().after(100)
          world.label = "\(race.name), order \(order), death before step \(death)\(fromSnapshot ? ", snapshot" : ""):"
          var said: [String] = []
          for (place, step) in order.enumerated() {
            if place == death { world.restart(fromSnapshot: fromSnapshot) }
            race.steps[step](world)
            said += world.said
          }
          #expect(([world["a1"]] + said).joined(separator: " | ") == expected, "\(world.label)")
        }
      }
    }
  }

  @Test("The broker's clock jumps ahead an hour: what is due fires; it jumps back: time stands still, nothing is early")
  func clockJumps() {
    let hour: Int64 = 3_600_000
    let ahead = waiting().at(hour).tick()
    #expect(ahead["a1"] == "sleeping")
    let back = World().at(hour).create("a1").wake("a1", patience: 3_000)
    #expect(back.at(0).tick()["a1"] == "pending until \(hour + 3_000)")
    #expect(back.create("b").wake("b", patience: 3_000)["b"] == "pending until \(hour + 3_000)", "late, never early")
    #expect(back.at(hour + 2_999).tick().queue == ["a1", "b"])
    #expect(back.at(hour + 3_000).tick().queue == [])
  }

  @Test("A reconnect between a command and its acknowledgement sends the same command again")
  func reconnect() {
    let world = World().join("r1", slots: 2).create("a1")
    #expect(world.input(.renewDeadlines).resent("r1", 0) == ["r1 <- 1 start a1 g1"])
    #expect(world.join("r1", slots: 2).commands == ["r1 <- welcome 0", "r1 <- 1 start a1 g1"])
    #expect(world.join("r1", slots: 2, last: 1).commands == ["r1 <- welcome 0"])
    #expect(world.resent("r1", 0) == [])
  }
}
