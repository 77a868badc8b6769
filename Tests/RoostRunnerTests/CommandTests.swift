import RoostCore
import RoostWire
import Testing

@testable import RoostRunner

@Suite("Starts, stops and events of a runner")
struct CommandTests {
  @Test("exactly the next index is taken; a repeated or a later one only asks for a ping")
  func indexes() {
    var it = MachineRig.open(slots: 5)
    #expect(it.start("b", 1, index: 2) == [])
    #expect(it.start("a", 1, index: 1) == ["start a g1"])
    #expect(it.start("a", 1, index: 1) == [])
    #expect(it.start("b", 1, index: 2) == ["start b g1"])
    _ = it.until(250)
    #expect(it.pings == [0, 2])
  }

  @Test("an older generation is ignored; a newer one waits until the older copy is gone")
  func generations() {
    var it = MachineRig.open()
    #expect(it.start("a", 5) == ["start a g5"])
    #expect(it.start("a", 4) == [])
    #expect(it.start("a", 5) == [])
    #expect(it.start("a", 6) == ["end a g5"])
    #expect(it.says("a", 5, .setAlarm(nil)) == [], "nobody listens to the old copy")
    #expect(it.says("a", 5, .stopped(error: "x")) == ["start a g6"])
    #expect(it.says("a", 5, .running) == [])
    #expect(it.says("a", 6, .running) == ["events s-1 [1 a g6 running] #2"])
  }

  @Test("a start without a slot is answered no_slot; one whose slot is being left waits for it")
  func slots() {
    var it = MachineRig.open(slots: 1)
    _ = it.start("a", 1)
    #expect(it.start("b", 1) == ["events s-1 [1 b g1 error no_slot] #2"])
    #expect(it.stop("a", 1, .stale) == ["end a g1"])
    #expect(it.start("c", 1) == [])
    #expect(it.start("d", 1) == [])
    #expect(it.says("a", 1, .stopped(error: nil)) == ["start c g1"])
    #expect(it.stored(2) == ["events s-1 [2 d g1 error no_slot] #3"])
  }

  @Test("a stop ends that generation, and its end is reported; what is not here is reported stopped, unless stale")
  func stops() {
    var it = MachineRig.open()
    _ = it.start("a", 2)
    #expect(it.stop("a", 1) == ["events s-1 [1 a g1 ok] #2"])
    _ = it.stored(2)
    #expect(it.stop("b", 1, .stale) == [])
    #expect(it.stop("a", 2) == ["end a g2"])
    #expect(it.stop("a", 2, .destroy) == [], "it is told once")
    #expect(it.says("a", 2, .stopped(error: nil)) == ["events s-1 [2 a g2 ok] #3"])
  }

  @Test("a stop takes back a start that still waits")
  func takenBack() {
    var it = MachineRig.open(slots: 1)
    _ = it.start("a", 1)
    _ = it.stop("a", 1, .stale)
    _ = it.start("b", 1)
    #expect(it.stop("b", 1) == ["events s-1 [1 b g1 ok] #2"])
    #expect(it.says("a", 1, .stopped(error: nil)) == [])
  }

  @Test("every report becomes an event with the next index")
  func reports() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    #expect(it.says("a", 1, .running) == ["events s-1 [1 a g1 running] #2"])
    #expect(it.says("a", 1, .setAlarm(Instant(ms: 99))) == [])
    #expect(it.says("a", 1, .setAlarm(nil)) == [])
    #expect(it.says("a", 1, .sleepIntent) == [])
    #expect(it.says("a", 1, .stopIntent) == [])
    #expect(it.says("a", 1, .stopped(error: "boom")) == [])
    #expect(
      it.stored(2) == [
        "events s-1 [2 a g1 alarm 99, 3 a g1 alarm clear, 4 a g1 sleep, 5 a g1 stop, 6 a g1 error boom] #3"
      ])
  }

  @Test("events that the broker did not store go out again; so do those after a welcome's index")
  func resent() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.says("a", 1, .running)
    #expect(it.stored(2, false) == [])
    #expect(it.until(999) == [])
    #expect(it.until(1_000) == ["events s-1 [1 a g1 running] #3"])
    #expect(it.stored(3, false) == [])
    #expect(it.apply(.linkUp) == ["events s-1 [1 a g1 running] #4"])
    #expect(it.stored(4) == [])
    #expect(it.says("a", 1, .sleepIntent) == ["events s-1 [2 a g1 sleep] #5"])
    #expect(it.welcome(last: 1) == [], "one message is under way at a time")
    #expect(it.stored(5) == ["events s-1 [2 a g1 sleep] #6"])
    #expect(it.ack(2) == [])
    #expect(it.stored(6) == [])
    #expect(it.until(10_000) == [])
  }

  @Test("what nobody acknowledges is said again after 5 s, then 10 s, as long as pongs come")
  func overdue() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.says("a", 1, .running)
    _ = it.stored(2)
    func listen(_ it: inout MachineRig, until ms: Int64) -> [String] {
      var shown: [String] = []
      while it.now < ms {
        _ = it.pong(.known)
        shown += it.until(min(ms, it.now + 1_000))
      }
      return shown
    }
    #expect(listen(&it, until: 4_999) == [])
    #expect(listen(&it, until: 5_000) == ["events s-1 [1 a g1 running] #3"])
    _ = it.stored(3)
    #expect(listen(&it, until: 14_999) == [])
    #expect(listen(&it, until: 15_000) == ["events s-1 [1 a g1 running] #4"])
    _ = it.stored(4)
    #expect(it.until(200_000) == [], "nobody is there to acknowledge")
  }

  @Test("a worker that wants events that it had acknowledged gets a new session")
  func forgotten() {
    var it = MachineRig.open()
    _ = it.start("a", 1)
    _ = it.says("a", 1, .running)
    _ = it.stored(2)
    _ = it.ack(1)
    _ = it.until(2_000)
    #expect(it.welcome(last: 0) == ["end a g1"])
    #expect(it.says("a", 1, .stopped(error: nil)) == [])
    #expect(it.until(2_999) == [])
    #expect(it.until(3_000) == ["init s-2 slots 2 last 0 #3"])
  }
}
