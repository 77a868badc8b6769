import RoostCore
import RoostWire
import Synchronization
import Testing

@testable import RoostCLI

@Suite("What others wrote does not act on the terminal")
struct EscapingTests {
  private static let wild = "x\u{1b}[31m\n\u{202e}y"
  private static let pool = PoolID(namespace: "default", name: "gpu")
  private static let tame = #"x\u{1b}[31m\n\u{202e}y"#

  @Test("an error stays one line")
  func errors() {
    #expect(CLIError(.refused, code: Self.wild, Self.wild).text == "roost: \(Self.tame): \(Self.tame)")
    #expect(CLIError.usage(CLIError.shown(Self.wild)).text == "roost: \(Self.tame)", "it is escaped once")
  }

  @Test(
    "a long error is cut in its middle: its beginning and its end stay", arguments: ["x", "\u{1b}", "e\u{301}\u{301}"])
  func long(filling: String) {
    let text = CLIError.usage("'\(String(repeating: filling, count: 100_000))' is no pool: write NS/POOL").text
    #expect(text.unicodeScalars.count < 1_300)
    #expect(text.hasPrefix("roost: '") && text.hasSuffix("is no pool: write NS/POOL"))
  }

  @Test("what is said beside the data keeps its lines, and nothing else that acts")
  func remarks() {
    let said = Mutex("")
    let console = Console(out: { _ in true }, err: { text in said.withLock { $0 += text } })
    console.err("a\u{1b}[2J\n\nb \"\u{9b}\"\r\n")
    #expect(said.withLock { $0 } == #"a\u{1b}[2J"# + "\n\n" + #"b "\u{9b}"\r"# + "\n")
  }

  @Test("rows of actors, runners, the queue and pools")
  func rows() {
    let output = QuestionOutput(isJSON: false)
    let actor = ActorDescription(
      actor: ActorID("a1"), name: Self.wild, state: Self.wild, generation: 1, createdAt: Instant(ms: 0))
    let runner = RunnerDescription(
      runner: RunnerID("r1"), session: SessionID(Self.wild), state: Self.wild, since: Instant(ms: 0))
    var pool = PoolDescription(settings: PoolSettings())
    pool.pendingReason = Self.wild
    let texts = [
      (output.text(of: [actor]), 2), (output.text(of: [runner]), 2),
      (output.head(of: PendingPage(entries: [], total: 1, reason: Self.wild)), 1),
      (PoolOutput(isJSON: false).row(Self.pool, pool), 1),
      (PoolOutput(isJSON: false).text(of: Self.pool, pool), 1),
    ]
    for (text, count) in texts {
      #expect(text.ranges(of: Self.tame).count == count, "\(text)")
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isHidden }, "\(text)")
    }
  }

  @Test("rows of a history, kinds among them that this version does not know")
  func history() throws {
    var output = TraceOutput(try TraceTarget(["default/gpu", "a1"]), isJSON: false)
    let entry = HistoryEntry(record: 1, at: Instant(ms: 0), kind: Self.wild, reason: Self.wild, message: Self.wild)
    let text = output.text(of: TraceRow(entry, of: ActorID("a1"), in: Self.pool))
    #expect(text.ranges(of: Self.tame).count == 3, "\(text)")
    #expect(text.split(separator: "\n").count == 1)
  }
}
