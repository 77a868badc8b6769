import Foundation
import Glibc
import RoostCore
import RoostTestKit
import Testing

@testable import RoostRunner

@Suite("Actors as real processes", .timeLimit(.minutes(2)))
struct ProcessTests {
  @Test("a process sees its actor in the environment, its input, and nothing that is not its own")
  func surroundings() throws {
    let rig = try ProcessRig(environment: ["ROOST_ACTOR_KEY": "of another runner", "KEPT": "yes"])
    defer { rig.close() }
    let script = """
      echo "who=$ROOST_NAMESPACE/$ROOST_POOL $ROOST_ACTOR_ID $ROOST_ACTOR_NAME $ROOST_GENERATION $KEPT"
      echo "key=${ROOST_ACTOR_KEY-none}"
      echo "control=$ROOST_CONTROL_FD"
      echo "descriptors=$(cd /proc/$$/fd; echo *)"
      read -r line < /proc/$$/stat; set -- ${line##*)}; echo "group=$3 $$"
      """
    #expect(try rig.run(script, as: "a") == [.running, .stopped(error: nil)])
    #expect(rig.printed("who") == "default/gpu a render 1 yes")
    #expect(rig.printed("key") == "none")
    #expect(rig.printed("control") == "3")
    #expect(rig.printed("descriptors")?.hasPrefix("0 1 2 3") == true, "\(rig.log)")
    #expect(
      rig.printed("descriptors")?.split(separator: " ").count ?? 9 <= 6, "0 to 3, and the pipe of bash itself")
    let group = try #require(rig.printed("group")).split(separator: " ")
    #expect(group.count == 2 && group.first == group.last, "it leads a group of its own: \(group)")
    _ = try rig.run("echo \"key=${ROOST_ACTOR_KEY-none} is mine\"", as: "b", key: "k 1")
    #expect(rig.log.contains("key=k 1 is mine"))
  }

  @Test("no signal is blocked or ignored, whatever the runner does with its own")
  func signals() throws {
    signal(SIGPIPE, SIG_IGN)
    let rig = try ProcessRig(command: "grep", arguments: ["-E", "Sig(Blk|Ign)", "/proc/self/status"])
    defer { rig.close() }
    _ = try rig.run("")
    // The C library keeps 32 and 33 to itself and lets nobody set them.
    let masks = rig.log.matches(of: /Sig(?:Blk|Ign):.*?([0-9a-f]{16})/).compactMap { UInt64($0.1, radix: 16) }
    #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0], "\(rig.log)")
  }

  @Test(
    "every control line is reported, before the end, once",
    arguments: [
      ("echo ready >&3; echo ready >&3", [ActorReport.running]),
      ("echo sleep >&3; echo sleep >&3", [.running, .sleepIntent]),
      ("echo stop >&3; echo stop >&3", [.running, .stopIntent]),
      ("echo alarm 1764000000123 >&3", [.running, .setAlarm(Instant(ms: 1_764_000_000_123))]),
      ("echo alarm clear >&3", [.running, .setAlarm(nil)]),
      ("printf sleep >&$ROOST_CONTROL_FD", [.running, .sleepIntent]),
      ("echo dance >&3; echo alarm tomorrow >&3; echo sleep >&3", [.running, .sleepIntent]),
      ("printf 'sleep%251s\\n' '' >&3", [.running, .sleepIntent]),
      ("printf 'sleep%252s\\n' '' >&3", [.running]),
      (
        "echo sleep >&3; echo ready >&3; echo alarm clear >&3; echo stop >&3",
        [
          .running, .sleepIntent, .setAlarm(nil), .stopIntent,
        ]
      ),
      ("head -c 100000 /dev/zero | tr '\\0' x >&3; echo >&3; echo stop >&3", [.running, .stopIntent]),
    ])
  func controlLines(script: String, reports: [ActorReport]) throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    #expect(try rig.run(script) == reports + [.stopped(error: nil)])
    if script.contains("dance") {
      #expect(rig.log.contains("control line is ignored roost.actor.id=a roost.process.line=dance"))
    }
  }

  @Test("alarm +5s is five seconds from now")
  func alarm() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let before = Int64(Date().timeIntervalSince1970 * 1_000)
    let reports = try rig.run("echo alarm +5s >&3")
    let after = Int64(Date().timeIntervalSince1970 * 1_000) + 1
    let times = reports.compactMap { report in if case .setAlarm(let at?) = report { at.ms } else { nil } }
    #expect(times.count == 1, "\(reports)")
    #expect(times.allSatisfy((before + 5_000...after + 5_000).contains))
  }

  @Test("with the ready line it runs when it says so, and not before")
  func readyLine() throws {
    let rig = try ProcessRig(waitsForReady: true)
    defer { rig.close() }
    #expect(try rig.run("exit 0", as: "mute") == [.stopped(error: nil)])
    rig.start("echo sleep >&3; echo ready >&3; exec sleep 100")
    #expect(eventually { rig.reports().count == 2 })
    #expect(rig.reports() == [.sleepIntent, .running])
  }

  @Test(
    "exit 0 is a good end, everything else an error with the last line of standard error",
    arguments: [
      ("exit 0", ""), ("exit 1", "exit code 1"), ("echo one >&2; echo two >&2; exit 3", "two"),
      ("echo words >&2; exit 0", ""), ("printf 'no end' >&2; exit 7", "no end"),
      ("echo last >&2; echo >&2; exit 1", "last"),
      ("printf '%0500d' 7 >&2; exit 1", String(repeating: "0", count: 499) + "7"),
      ("printf '%0501d' 7 >&2; exit 1", String(repeating: "0", count: 500)), ("exit 255", "exit code 255"),
      ("kill -9 $$", "ended by signal 9"), ("kill -TERM $$", "ended by signal 15"), ("exit 143", "exit code 143"),
    ])
  func exitCodes(script: String, error: String) throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    #expect(try rig.run(script).last == .stopped(error: error.isEmpty ? nil : error))
  }

  @Test("a program that cannot be run: said at once if it is not there, as the actor's error if it went later")
  func notRunnable() throws {
    #expect(throws: RunnerError.self) { try ProcessRig(command: "no-such-program") }
    #expect(throws: RunnerError.self) { try ProcessRig(command: "/etc/passwd") }
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/program"
    try FileManager.default.copyItem(atPath: "/bin/true", toPath: path)
    let rig = try ProcessRig(command: path)
    defer { rig.close() }
    try FileManager.default.removeItem(atPath: path)
    #expect(try rig.run("") == [.stopped(error: "cannot run \(path): No such file or directory")])
  }

  @Test("a large input arrives whole, an empty one is the end of the file")
  func input() throws {
    let rig = try ProcessRig(command: "wc", arguments: ["-c"])
    defer { rig.close() }
    _ = try rig.run(String(repeating: "x", count: 300_000))
    #expect(rig.log.contains("roost.process.line=300000"))
    _ = try rig.run("", as: "b")
    #expect(rig.log.contains("roost.process.line=0"))
  }

  @Test("output goes to a file for each actor, bounded by a second one; the log is bounded by lines")
  func output() throws {
    let folder = try TemporaryFolder()
    let rig = try ProcessRig(output: .folder(folder.path))
    defer { rig.close() }
    _ = try rig.run("echo out; echo err >&2; exit 1", as: "small")
    #expect(Set(folder.text("small.log")?.split(separator: "\n") ?? []) == ["out", "err"])
    _ = try rig.run("for i in 1 2 3 4; do head -c 1000000 /dev/zero; done; echo; echo end", as: "large")
    let sizes = [folder.text("large.log")?.utf8.count ?? 0, folder.text("large.log.1")?.utf8.count ?? 0]
    #expect(sizes.allSatisfy { $0 <= ProcessLimits.logFileBytes + ProcessLimits.readBytes }, "\(sizes)")

  }

  @Test("output to the log is bounded: what is too much is counted, line by line")
  func logged() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    _ = try rig.run("for i in {1..5000}; do echo line; done")
    let shown = rig.log.split(separator: "\n").filter { $0.contains("roost.process.line=line") }.count
    let dropped = rig.log.matches(of: /output of an actor is too much .*roost\.dropped\.count=(\d+)/).compactMap {
      Int($0.1)
    }
    #expect(shown >= ProcessLimits.logLines)
    #expect(shown + dropped.reduce(0, +) == 5_000, "\(dropped)")
    #expect(!dropped.isEmpty)
  }

  @Test("output that cannot be written is lost, said once, and no reason for an actor to fail")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/full.log", withDestinationPath: "/dev/full")
    let rig = try ProcessRig(output: .folder(folder.path))
    defer { rig.close() }
    #expect(
      try rig.run("echo one; echo two >&2; sleep 0.01; echo three; exit 3", as: "full")
        == [.running, .stopped(error: "two")])
    #expect(rig.log.matches(of: /output of an actor is lost/).count == 1, "\(rig.log)")
    let nowhere = try ProcessRig(output: .folder("\(folder.path)/not-there"))
    defer { nowhere.close() }
    #expect(try nowhere.run("echo one") == [.running, .stopped(error: nil)])
    #expect(nowhere.log.contains("output of an actor is lost"))
  }

  @Test("a named pipe in the place of an actor's file loses its output and holds up nobody")
  func namedPipe() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo("\(folder.path)/a.log", 0o600) == 0)
    let rig = try ProcessRig(output: .folder(folder.path))
    defer { rig.close() }
    #expect(try rig.run("echo one; exit 3") == [.running, .stopped(error: "exit code 3")])
    #expect(rig.log.contains("output of an actor is lost"))
    #expect(try rig.run("echo two", as: "b") == [.running, .stopped(error: nil)])
    #expect(folder.text("b.log") == "two\n")
  }

  @Test("lines beyond the limit wait, and all are reported in order, whether the process lives or has ended")
  func tooManyLines() throws {
    let rig = try ProcessRig()
    defer { rig.close() }
    let lines = "for i in {1..200}; do echo alarm $i; done >&3"
    let expected = [ActorReport.running] + (1...200).map { .setAlarm(Instant(ms: $0)) }
    let start = ContinuousClock.now
    rig.start("\(lines); exec sleep 100", as: "lives")
    #expect(eventually { rig.reports("lives").count == expected.count })
    #expect(ContinuousClock.now - start >= .seconds(1), "it was not held back")
    #expect(rig.reports("lives") == expected)
    #expect(try rig.run("\(lines); exit 0", as: "ends") == expected + [.stopped(error: nil)])
  }

  @Test("however quick a process is, it is running before anything it said, and all it said comes before its end")
  func quick() throws {
    // Without a shell it writes within a millisecond of its exec: often before the supervisor has told of it.
    let rig = try ProcessRig(command: "tee", arguments: ["/proc/self/fd/3"], capacity: 20)
    defer { rig.close() }
    for round in 1...20 {
      let actors = (1...20).map { "a\(round)-\($0)" }
      for actor in actors { rig.start("alarm clear\nsleep\n", as: actor) }
      for actor in actors {
        #expect(eventually { rig.isOver(actor) })
        #expect(rig.reports(actor) == [.running, .setAlarm(nil), .sleepIntent, .stopped(error: nil)])
      }
    }
  }
}
