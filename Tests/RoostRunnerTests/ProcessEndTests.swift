import Foundation
import Glibc
import RoostCore
import Testing

@testable import RoostRunner

@Suite("How processes are ended", .timeLimit(.minutes(2)))
struct ProcessEndTests {
  /// Starts a script that prints `ids=` with the process ids it knows, and waits for it.
  private func ids(_ rig: ProcessRig, _ script: String) throws -> [pid_t] {
    rig.start(script)
    try #require(eventually { rig.printed("ids") != nil }, "\(rig.log)")
    return rig.printed("ids")?.split(separator: " ").compactMap { pid_t($0) } ?? []
  }

  @Test("told to end, a process gets SIGTERM with its whole group, has its grace, and its end is no error")
  func stops() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let script = "trap 'echo bye=seen; exit 0' TERM; sleep 100 & echo \"ids=$$ $!\"; wait"
    let ids = try ids(rig, script)
    #expect(ids.count == 2)
    rig.end()
    #expect(eventually { rig.isOver() })
    #expect(rig.error() == "")
    #expect(rig.printed("bye") == "seen")
    #expect(!ids.contains(where: exists))
  }

  @Test("one that ignores SIGTERM is killed after the grace, with its group, and not before")
  func grace() throws {
    let rig = try ProcessRig(graceMs: 300)
    defer { rig.close() }
    let script = "trap '' TERM; sleep 100 & echo \"ids=$$ $!\"; while true; do wait; done"
    let ids = try ids(rig, script)
    let told = ContinuousClock.now
    rig.end()
    #expect(eventually { rig.isOver() })
    #expect(ContinuousClock.now - told >= .milliseconds(300))
    #expect(rig.error() == "")
    #expect(!ids.contains(where: exists))
    #expect(rig.log.contains("grace is over, process is killed"))
  }

  @Test("told to end, the rest of a group has its grace even when its leader went at once")
  func groupGrace() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    // The leader dies of SIGTERM; its child needs a moment and must get it.
    let script = """
      bash -c 'trap "sleep 0.3; echo late=done; exit 0" TERM; echo ids=$$; while true; do sleep 0.05; done' &
      wait
      """
    let ids = try ids(rig, script)
    rig.end()
    #expect(eventually { rig.isOver() })
    #expect(rig.printed("late") == "done", "\(rig.log)")
    #expect(!ids.contains(where: exists))
  }

  @Test(
    "told to end, what it ends with counts: 0, 143 and our signals are good, everything else is an error",
    arguments: [
      ("trap 'exit 0' TERM", ""), ("trap 'exit 143' TERM", ""), ("trap - TERM", ""),
      ("trap 'exit 3' TERM", "exit code 3"), ("trap 'echo cannot save >&2; exit 1' TERM", "cannot save"),
      ("trap 'kill -USR1 $$' TERM", "ended by signal 10"),
    ])
  func toldExitCodes(trap: String, error: String) throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    _ = try ids(rig, "\(trap); sleep 100 & echo ids=$$; wait")
    rig.end()
    #expect(eventually { rig.isOver() })
    #expect(rig.error() == error)
  }

  @Test("what left the group outlives its actor, not the host")
  func leftGroup() throws {
    let rig = try ProcessRig()
    // The fourth field behind the name is the session.
    let script = """
      setsid sleep 100 & other=$!
      until read -r line < /proc/$other/stat; set -- ${line##*)}; [ "$4" = $other ]; do :; done
      echo ids=$other; exit 0
      """
    let ids = try ids(rig, script)
    #expect(eventually { rig.isOver() })
    #expect(rig.error() == "")
    #expect(ids.count == 1)
    #expect(ids.allSatisfy(exists))
    rig.close()
    #expect(!ids.contains(where: exists))
  }

  @Test("a process that ends by itself takes its group with it")
  func leftBehind() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let ids = try ids(rig, "sleep 100 & echo \"ids=$!\"; exit 3")
    #expect(eventually { rig.isOver() })
    #expect(rig.error() == "exit code 3")
    #expect(!ids.contains(where: exists))
  }

  @Test("an actor cannot move into the group of another, which ends when its own processes have ended")
  func foreignGroup() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let victim = try #require(try ids(rig, "sleep 100 & echo ids=$$; wait").first)
    rig.start("exec perl -e '$| = 1; print \"moved=\", setpgrp(0, \(victim)) ? 1 : 0, \"\\n\"; sleep 100'", as: "b")
    try #require(eventually { rig.printed("moved") != nil }, "\(rig.log)")
    kill(victim, SIGKILL)
    #expect(eventually { rig.isOver() }, "\(rig.log)")
    #expect(rig.error() == "ended by signal 9")
    #expect(rig.printed("moved") == "0")
    #expect(!rig.isOver("b"))
  }

  @Test("told while it still starts, it ends all the same")
  func toldEarly() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    for number in 1...20 {
      rig.start("sleep 100", as: "a\(number)")
      rig.end("a\(number)")
      #expect(eventually { rig.isOver("a\(number)") })
      #expect(rig.error(of: "a\(number)") == "")
    }
  }

  @Test("closing the host ends everything, also what left its group and its session; nothing is left, no zombie")
  func close() throws {
    let rig = try ProcessRig()
    let ids = try ids(rig, "trap '' TERM; sleep 100 & a=$!; setsid sleep 100 & echo \"ids=$$ $a $!\"; wait")
    #expect(ids.count == 3)
    #expect(ids.allSatisfy(exists))
    rig.close()
    #expect(!ids.contains(where: exists))
    #expect(!exists(rig.supervisor))
  }

  @Test("the supervisor is not found by the command line of its maker")
  func name() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let named = eventually {
      let line = FileManager.default.contents(atPath: "/proc/\(rig.supervisor)/cmdline") ?? Data()
      return String(decoding: line.filter { $0 != 0 }, as: UTF8.self) == "roost-supervise"
    }
    #expect(named)
  }

  @Test("a supervisor that is killed takes the processes with it, and is an error that says so")
  func supervisorKilled() throws {
    let rig = try ProcessRig()
    let ids = try ids(rig, "sleep 100 & echo \"ids=$$ $!\"; wait")
    kill(rig.supervisor, SIGKILL)
    #expect(eventually { rig.error != nil })
    #expect(rig.error?.code == .supervisorGone)
    #expect(eventually { !ids.contains(where: isAlive) })
    rig.close()
    #expect(!exists(rig.supervisor))
  }

  @Test("a supervisor that was stopped still ends everything when the host is closed")
  func supervisorStopped() throws {
    let rig = try ProcessRig()
    let ids = try ids(rig, "sleep 100 & echo \"ids=$$ $!\"; wait")
    kill(rig.supervisor, SIGSTOP)
    let closed = ContinuousClock.now
    rig.close()
    #expect(ContinuousClock.now - closed < .seconds(5), "it was waited for")
    #expect(!ids.contains(where: exists))
    #expect(!exists(rig.supervisor))
  }

  @Test("200 processes at a time start and stop, again and again, and leave no descriptor behind")
  func many() throws {
    let rig = try ProcessRig(command: "sleep", arguments: ["100"], capacity: 200)
    let before = try openDescriptors()
    var supervised: Set<Int> = []
    for round in 1...3 {
      let actors = (1...200).map { "a\(round)-\($0)" }
      for actor in actors { rig.start("", as: actor) }
      #expect(eventually(seconds: 60) { actors.allSatisfy { rig.reports($0) == [.running] } })
      for actor in actors { rig.end(actor) }
      #expect(eventually(seconds: 60) { actors.allSatisfy { rig.reports($0) == [.running, .stopped(error: nil)] } })
      #expect(try children(of: rig.supervisor).isEmpty, "a zombie, or one that nobody has told of")
      supervised.insert(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(rig.supervisor)/fd").count)
    }
    // Other tests of this process open and close descriptors too: what leaks here leaks hundreds.
    #expect(try openDescriptors() < before + 100)
    #expect(supervised.count == 1, "\(supervised)")
    rig.close()
  }
}
