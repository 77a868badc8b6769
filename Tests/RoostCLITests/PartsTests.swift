import CRoostSystem
import Foundation
import RoostTelemetry
import Synchronization
import Testing

@testable import RoostCLI

@Suite("The processes that `roost up` is made of", .timeLimit(.minutes(1)))
struct PartsTests {
  /// What was shown so far.
  private final class Shown: Sendable {
    private let lines = Mutex("")
    var text: String { lines.withLock { $0 } }
    func add(_ text: String) { lines.withLock { $0 += text } }
  }

  private let shown = Shown()

  private func parts(boundMs: Int64 = 20_000) -> Parts {
    let console = Console(out: { _ in true }, err: { [shown] in shown.add($0) })
    let bounds = Parts.Bounds(uniqueKeysWithValues: Part.allCases.map { ($0, boundMs) })
    return Parts(bounds: bounds, console: console, log: Log(from: .info, sink: { [shown] in shown.add($0) }))
  }

  /// The test must not leave this thread while the process runs: the kernel would end it.
  private func start(_ parts: Parts, _ part: Part, _ script: String, kept: Int32 = -1) throws {
    try parts.start(part, "/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], kept: kept)
  }

  private func wait(for text: String) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !shown.text.contains(text) {
      try #require(ContinuousClock.now < deadline, "'\(text)' was not shown: \(shown.text)")
      usleep(2_000)
    }
  }

  @Test("they are ended in the opposite order of their start, each by the signal it knows")
  func order() throws {
    let parts = parts()
    for (part, signal) in [(Part.broker, "INT"), (.worker, "TERM"), (.runner, "TERM")] {
      try start(parts, part, "trap 'echo got \(signal); exit 0' \(signal); echo up; while :; do sleep 0.01; done")
      try wait(for: "\(part) | up\n")
    }
    #expect(parts.endAll() == [])
    let said = shown.text.matches(of: /(\w+) \| (got \w+)\n/).map { "\($0.1) \($0.2)" }
    #expect(said == ["runner got TERM", "worker got TERM", "broker got INT"])
    let ended = shown.text.matches(of: /part ended roost\.part=(\w+)/).map { String($0.1) }
    #expect(ended == ["runner", "worker", "broker"])
  }

  @Test("one that does not end within its bound is killed, and the others are still ended in order")
  func bound() throws {
    let parts = parts(boundMs: 200)
    try start(parts, .broker, "trap 'exit 0' INT; echo up; while :; do sleep 0.01; done")
    try start(parts, .worker, "trap '' TERM; echo up; while :; do sleep 0.01; done")
    try wait(for: "broker | up\n")
    try wait(for: "worker | up\n")
    #expect(parts.endAll() == [.worker])
    #expect(shown.text.contains("part does not end, it is killed roost.part=worker roost.elapsed_ms=200"))
    #expect(parts.state.withLock { $0.endings } == [.broker: .exited(0), .worker: .killed(signal: SIGKILL)])
  }

  @Test("one that ends by itself is noticed, and is not troubled for it when the others are ended")
  func byItself() throws {
    let parts = parts()
    try start(parts, .broker, "trap 'exit 0' INT; echo up; while :; do sleep 0.01; done")
    try wait(for: "broker | up\n")
    try start(parts, .worker, "exit 78")
    #expect(parts.waitForEnding() == .ended(.worker))
    #expect(parts.endAll() == [])
    #expect(parts.state.withLock { $0.endings[.worker] } == .exited(78))
  }

  @Test("a request to stop is seen before anything else, and an ending that is no success is given back")
  func asked() throws {
    let parts = parts()
    try start(parts, .worker, "trap 'exit 74' TERM; echo up; while :; do sleep 0.01; done")
    try wait(for: "worker | up\n")
    parts.stop("SIGINT")
    #expect(parts.waitForEnding() == .asked)
    #expect(parts.endAll() == [.worker])
  }

  @Test("one that dies of the signal that asks it to end, as one does that has only just been started, ended well")
  func diesOfTheRequest() throws {
    let parts = parts()
    for part in Part.allCases { try start(parts, part, "exec sleep 100") }
    #expect(parts.endAll() == [])
    let endings = parts.state.withLock { $0.endings }
    #expect(endings == [.broker: .killed(signal: 2), .worker: .killed(signal: 15), .runner: .killed(signal: 15)])
  }

  @Test("a program that cannot be run is said, and nothing is left of it")
  func noProgram() throws {
    let parts = parts()
    let error = #expect(throws: UpEnding.self) {
      try parts.start(.broker, "/nowhere/nats-server", [], environment: [:])
    }
    guard case .failed(let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.message == "the broker cannot be started: /nowhere/nats-server: No such file or directory")
    #expect(parts.endAll() == [])
  }

  @Test("a part has an empty input, one output, what it keeps, and nothing else that is open or ignored here")
  func inheritance() throws {
    signal(SIGPIPE, SIG_IGN)
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: FileManager.default.temporaryDirectory,
      create: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    // Open without close-on-exec, as a careless library does it.
    let leak = open("/dev/null", O_RDONLY)
    let lock = open("\(folder.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(leak) }
    #expect(roost_flock_exclusive(lock) == 0)

    let parts = parts()
    try start(
      parts, .worker,
      "cat; echo err >&2; grep SigIgn /proc/$$/status; trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done",
      kept: lock)
    try wait(for: "worker | up\n")
    #expect(shown.text.contains("worker | err\n"))
    let pid = try #require(parts.state.withLock { $0.running[.worker] })
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").sorted() == ["0", "1", "2", "3"])
    let ignored = try #require(shown.text.firstMatch(of: /SigIgn:\\t([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) })
    // The C library keeps the first two real-time signals to itself.
    #expect(ignored & 0x7FFF_FFFF == 0, "\(shown.text)")
    let other = open("\(folder.path)/lock", O_RDWR | O_CLOEXEC)
    defer { close(other) }
    close(lock)
    #expect(roost_flock_exclusive(other) == EWOULDBLOCK, "the part holds it alone now")
    #expect(parts.endAll() == [])
    #expect(roost_flock_exclusive(other) == 0)
  }

  @Test("lines get their part's name; the broker's everyday ones are left out unless all is wanted")
  func lines() {
    var worker = PartOutput(of: .worker, isWholeShown: false)
    #expect(worker.feed("one\ntw".utf8) == "worker | one\n")
    #expect(worker.feed("o\u{1B}[2J\n\nthree".utf8) == #"worker | two\u{1b}[2J"# + "\n")
    #expect(worker.finish() == "worker | three\n")
    #expect(worker.finish() == "")
    let text = "[1] 2026/11/25 11:07:13.4 [INF] Server is ready\n[1] 2026/11/25 11:07:13.5 [ERR] no room\n"
    var broker = PartOutput(of: .broker, isWholeShown: false)
    #expect(broker.feed(text.utf8) == "broker | [1] 2026/11/25 11:07:13.5 [ERR] no room\n")
    var whole = PartOutput(of: .broker, isWholeShown: true)
    #expect(whole.feed(text.utf8).split(separator: "\n").count == 2)
  }

  @Test("a line of the limit's length is one line, a longer one goes on in the next")
  func longLines() {
    let limit = UpLimits.lineBytes
    var output = PartOutput(of: .runner, isWholeShown: false)
    #expect(output.feed((String(repeating: "x", count: limit) + "\n").utf8).split(separator: "\n").count == 1)
    let text = output.feed((String(repeating: "x", count: limit + 1) + "\n").utf8)
    #expect(text == "runner | \(String(repeating: "x", count: limit))\nrunner | x\n")
  }

  @Test("how a process ended is told apart: a code, or a signal")
  func endings() {
    #expect(ProcessEnding(status: 0) == .exited(0))
    #expect(ProcessEnding(status: 78 << 8) == .exited(78))
    #expect(ProcessEnding(status: 9) == .killed(signal: 9))
    #expect(ProcessEnding(status: 0x80 | 11) == .killed(signal: 11))
  }
}
