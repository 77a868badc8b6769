import RoostTelemetry
import Synchronization
import Testing

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func log(from level: Log.Level?) -> Log { Log(from: level) { line in self.lines.withLock { $0.append(line) } } }
}

@Suite("Log lines")
struct LogTests {
  @Test("a line has time, level, message and its facts in the order given")
  func order() {
    let line = LogLine.text(
      at: 1_795_468_106_007, .info, "runner lost", [.runnerID: "r1", .count: 3, .pool: "default/gpu"])
    #expect(
      line == "2026-11-23T21:08:26.007Z info runner lost roost.runner.id=r1 roost.count=3 roost.pool=default/gpu\n")
  }

  @Test(
    "a value that is not one word is quoted, what is invisible is escaped",
    arguments: [
      ("", #""""#), ("a b", #""a b""#), ("a=b", #""a=b""#), ("say \"hi\"", #""say \"hi\"""#), ("a\nb", #""a\nb""#),
      (#"a\b"#, #""a\\b""#), ("\u{1b}[31m", #""\u{1b}[31m""#), ("a\u{202e}b", #""a\u{202e}b""#), ("größe", "größe"),
    ])
  func quoting(value: String, written: String) {
    #expect(LogLine.quotedIfNeeded(value) == written)
  }

  @Test(
    "a line is escaped once, however often it is: quotes and backslashes stay",
    arguments: [
      (#"say "a\b""#, #"say "a\b""#), ("a\nb\tc", #"a\nb\tc"#), ("\u{7f}\u{9b}31m", #"\u{7f}\u{9b}31m"#),
      ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
      ("\u{202a}\u{202e}\u{2066}\u{2069}", #"\u{202a}\u{202e}\u{2066}\u{2069}"#),
    ])
  func escaping(value: String, written: String) {
    #expect(LogLine.escaped(value) == written)
    #expect(LogLine.escaped(written) == written)
  }

  @Test("a time is written with a year of four digits, or as its number")
  func times() {
    #expect(LogLine.timestamp(0) == "1970-01-01T00:00:00.000Z")
    #expect(LogLine.timestamp(253_402_300_799_999) == "9999-12-31T23:59:59.999Z")
    #expect(LogLine.timestamp(253_402_300_800_000) == "253402300800000 ms")
    #expect(LogLine.timestamp(-1) == "-1 ms")
    #expect(LogLine.timestamp(.min) == "\(Int64.min) ms")
  }

  @Test("a long value and a long line are cut, also in the middle of a character")
  func cutting() {
    let long = String(repeating: "ä", count: 5_000)
    let line = LogLine.text(at: 0, .info, "m", [.reason: long])
    #expect(line.utf8.count < 600)
    #expect(line.hasSuffix("ä...\n"))
    let facts: Log.Facts = [
      .reason: long, .error: long, .file: long, .folder: long, .subject: long, .stream: long, .actual: long,
      .expected: long, .session: long,
    ]
    #expect(LogLine.text(at: 0, .info, "m", facts).utf8.count <= Limits.lineBytes)
  }

  @Test("what is below the level is not written, and its facts are not gathered")
  func levels() {
    let lines = Lines()
    let log = lines.log(from: .warning)
    var gathered = 0
    func fact() -> Int {
      gathered += 1
      return gathered
    }
    log.info("unseen", [.count: fact()])
    log.error("seen", [.count: fact()])
    #expect(gathered == 1)
    #expect(lines.all.count == 1)
    #expect(lines.all.first?.hasSuffix("Z error seen roost.count=1\n") == true)
  }

  @Test("without a level nothing is written")
  func silence() {
    let lines = Lines()
    lines.log(from: nil).error("unseen")
    #expect(lines.all.isEmpty)
  }
}
