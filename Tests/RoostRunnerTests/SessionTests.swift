import RoostCore
import RoostWire
import Testing

@testable import RoostRunner

@Suite("A runner's sessions")
struct SessionTests {
  @Test("init is said again, with the same session, until a welcome comes")
  func announces() {
    var it = MachineRig()
    #expect(it.begin() == ["init s-1 slots 2 last 0 #1"])
    #expect(it.stored(1) == [])
    #expect(it.until(4_999) == [])
    #expect(it.until(5_000) == ["init s-1 slots 2 last 0 #2"])
    #expect(it.stored(2, false) == [])
    #expect(it.until(6_000) == ["init s-1 slots 2 last 0 #3"])
    #expect(it.apply(.linkUp) == ["init s-1 slots 2 last 0 #4"])
    #expect(it.welcome() == [])
    #expect(it.until(30_000) == [])
  }

  @Test("pings come at the interval of the welcome, and name the last command")
  func pings() {
    var it = MachineRig.open()
    #expect(it.pings == [0])
    #expect(it.until(9_000) == [])
    #expect(it.pings == [0, 0, 0, 0])
    #expect(it.start("a", 1) == ["start a g1"])
    #expect(it.until(9_249) == [])
    #expect(it.pings.count == 4)
    #expect(it.until(9_250) == [])
    #expect(it.pings.last == 1)
  }

  @Test("64 commands are acknowledged at once")
  func manyCommands() {
    var it = MachineRig.open(slots: 100)
    for number in 1...63 { _ = it.start("a\(number)", 1) }
    #expect(it.pings == [0])
    _ = it.start("a64", 1)
    #expect(it.pings == [0, 64])
  }

  @Test("an unknown session is announced again with what it has taken; a late pong of another session is nothing")
  func unknown() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    #expect(it.pong(.unknown, session: "s-0") == [])
    #expect(it.pong(.closed, session: "s-0") == [])
    #expect(it.pong(.unknown) == ["init s-1 slots 2 last 1 #2"])
    #expect(it.pong(.unknown) == [])
    #expect(it.welcome() == [])
    #expect(it.stop("a", 1) == ["end a g1"])
  }

  @Test("a closed session ends its actors first; only then is the next one announced, from 1")
  func closed() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.until(2_000)
    #expect(it.close("lost") == ["end a g1"])
    #expect(it.start("b", 1) == [], "a closed session starts nothing")
    #expect(it.says("a", 1, .setAlarm(nil)) == [])
    #expect(it.until(60_000) == [])
    #expect(it.says("a", 1, .stopped(error: nil)) == ["init s-2 slots 2 last 0 #2"])
    #expect(it.welcome() == [])
    #expect(it.start("a", 1) == ["start a g1"], "generations are compared within a session")
    #expect(it.says("a", 1, .running) == ["events s-2 [1 a g1 running] #3"])
  }

  @Test("a pong CLOSED is a close")
  func pongClosed() {
    var it = MachineRig.open()
    #expect(it.until(2_000) == [])
    #expect(it.pong(.closed, reason: "lost") == [])
    #expect(it.until(2_999) == [])
    #expect(it.until(3_000) == ["init s-2 slots 2 last 0 #2"])
  }

  @Test("who was lost and hears that another process took its place does not take it back")
  func replaced() {
    var idle = MachineRig.open()
    #expect(idle.until(2_000) == [])
    #expect(idle.close("lost") == [])
    #expect(idle.welcome(of: "other-1") == ["finish \(RunnerEnd.superseded)"])

    var busy = MachineRig.open()
    _ = busy.start("a", 1)
    #expect(busy.close("lost") == ["end a g1"])
    #expect(busy.welcome(of: "other-1") == [])
    #expect(busy.says("a", 1, .stopped(error: nil)) == ["finish \(RunnerEnd.superseded)"])

    var newer = MachineRig()
    _ = newer.begin()
    #expect(newer.welcome(of: "other-1") == [], "it announced itself before")
    _ = newer.welcome()
    #expect(newer.close("lost") == [])
    #expect(newer.welcome(of: "s-1") == [], "its own")
    #expect(newer.until(1_000) == ["init s-2 slots 2 last 0 #2"])
    #expect(newer.welcome(of: "other-1") == [])
  }

  @Test("sessions that are closed at once are opened once a second, not in a loop")
  func closedInALoop() {
    var it = MachineRig.open()
    #expect(it.close("unknown_session") == [])
    #expect(it.apply(.linkUp) == [])
    #expect(it.until(999) == [])
    #expect(it.until(1_000) == ["init s-2 slots 2 last 0 #2"])
  }

  @Test(
    "superseded and a limit are the end, once the actors are gone",
    arguments: [
      ("superseded", RunnerEnd.superseded), ("limit:metadata", .refused(reason: "limit:metadata")),
    ])
  func ends(reason: String, end: RunnerEnd) {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    #expect(it.close(reason) == ["end a g1"])
    #expect(it.says("a", 1, .stopped(error: "x")) == ["finish \(end)"])
    #expect(it.until(100_000) == [])
    #expect(it.welcome() == [])
  }

  @Test("commands of another session are ignored")
  func otherSession() {
    var it = MachineRig.open()
    #expect(it.start("a", 1, index: 1, session: "s-9") == [])
    #expect(it.command(.close(reason: "superseded"), session: "s-9") == [])
    #expect(it.start("a", 1) == ["start a g1"])
  }

  @Test("without a pong for stop_after the actors end, as an error; without the setting they go on")
  func stopAfter() {
    var it = MachineRig.open(stopAfterMs: 7_000)
    _ = it.start("a", 1)
    _ = it.until(3_000)
    _ = it.pong(.known, stopAfterMs: 7_000)
    #expect(it.until(9_999) == [])
    #expect(it.until(10_000) == ["end a g1"])
    #expect(it.until(20_000) == [])
    #expect(it.says("a", 1, .stopped(error: nil)) == ["events s-1 [1 a g1 error stop_after] #2"])

    var without = MachineRig.open()
    _ = without.start("a", 1)
    #expect(without.until(1_000_000) == [])
  }

  @Test("a pong is a word from when its ping was sent, however late it comes")
  func latePong() {
    var it = MachineRig.open(stopAfterMs: 7_000)
    _ = it.start("a", 1)
    _ = it.until(6_000)
    #expect(it.pong(.known, sentMs: 3_000, stopAfterMs: 7_000) == [])
    #expect(it.pong(.known, sentMs: 1_000, stopAfterMs: 7_000) == [], "an even older one takes nothing back")
    #expect(it.until(9_999) == [])
    #expect(it.until(10_000) == ["end a g1"])
  }

  @Test("a start that comes after stop_after has passed waits for the next pong; a stop takes it back")
  func startInSilence() {
    var it = MachineRig.open(stopAfterMs: 7_000)
    _ = it.until(6_999)
    #expect(it.start("a", 1) == ["start a g1"])
    #expect(it.until(7_000) == ["end a g1"])
    #expect(it.says("a", 1, .stopped(error: nil)) == ["events s-1 [1 a g1 error stop_after] #2"])
    #expect(it.start("a", 2) == [])
    #expect(it.start("b", 1) == [])
    #expect(it.start("c", 1) == [], "there are two slots")
    #expect(it.stop("b", 1) == [])
    #expect(it.until(30_000) == [])
    #expect(it.pong(.known, sentMs: 29_000, stopAfterMs: 7_000) == ["start a g2"])
    #expect(it.until(35_999) == [])
    #expect(it.until(36_000) == ["end a g2"])
  }
}

@Suite("A runner that leaves")
struct LeavingTests {
  @Test("says stopping, ends its actors, reports them, and is gone with the worker's close")
  func inOrder() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    #expect(it.apply(.leave) == ["stopping s-1 last 1 #2"])
    #expect(it.start("b", 1) == [], "its start goes elsewhere")
    #expect(it.stored(2) == ["end a g1"])
    #expect(it.says("a", 1, .stopped(error: nil)) == ["events s-1 [1 a g1 ok] #3"])
    #expect(it.stored(3) == [])
    #expect(it.close("drained") == ["finish left(isDrained: true)"])
  }

  @Test("without a close it ends after 5 s, all the same")
  func noClose() {
    var it = MachineRig.open()
    _ = it.apply(.leave)
    _ = it.stored(2)
    #expect(it.until(4_999) == [])
    #expect(it.until(5_000) == ["finish left(isDrained: false)"])
  }

  @Test("without a broker it ends with its last actor, and its end by our signal is no work well done")
  func noBroker() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.apply(.leave)
    #expect(it.stored(2, false) == ["end a g1"])
    let last = it.says("a", 1, .stopped(error: nil))
    #expect(last.contains("finish left(isDrained: false)"))
    #expect(!last.contains { $0.contains("ok") })
  }

  @Test("an actor that does not end holds it for its limit, not for ever")
  func limit() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.apply(.leave)
    _ = it.stored(2)
    #expect(it.apply(.leave) == [])
    #expect(it.until(19_999) == [])
    #expect(it.until(20_000) == ["finish left(isDrained: false)"])
  }

  @Test("before the first welcome and between two sessions it just ends")
  func early() {
    var it = MachineRig()
    _ = it.begin()
    _ = it.apply(.leave)
    #expect(it.stored(2, false) == ["finish left(isDrained: false)"])

    var between = MachineRig.open()
    _ = between.start("a", 1)
    _ = between.close("lost")
    #expect(between.apply(.leave) == [])
    #expect(between.says("a", 1, .stopped(error: nil)) == ["finish left(isDrained: false)"])
  }
}
