import Foundation
import RoostCore
import RoostTelemetry
import RoostWire
import Testing

@testable import RoostRunner

@Suite("Control lines and lines of output, without a process")
struct ControlLineTests {
  private let now = Instant(ms: 1_000_000)

  @Test(
    "every line that means something",
    arguments: [
      ("ready", ControlLine.ready), ("sleep", .sleep), ("stop", .stop), (" stop ", .stop),
      ("alarm clear", .alarm(nil)), ("alarm 0", .alarm(Instant(ms: 0))),
      ("alarm 1764000000000", .alarm(Instant(ms: 1_764_000_000_000))),
      ("alarm +5s", .alarm(Instant(ms: 1_005_000))), ("alarm +250ms", .alarm(Instant(ms: 1_000_250))),
      ("alarm +2m", .alarm(Instant(ms: 1_120_000))), ("alarm +1h", .alarm(Instant(ms: 4_600_000))),
      ("alarm +1d", .alarm(Instant(ms: 87_400_000))),
    ])
  func known(text: String, line: ControlLine) {
    let now = line == .alarm(Instant(ms: 1_764_000_000_000)) ? Instant(ms: 1_763_000_000_000) : now
    #expect(ControlLine(text, now: now) == line)
  }

  @Test(
    "everything else is none",
    arguments: [
      "", "Ready", "ready now", "alarm", "alarm +5", "alarm +s", "alarm + 5s", "alarm -5s", "alarm +-5s", "alarm 1.5",
      "alarm +99999999999999999999d", "alarm +4000d", "alarm 9223372036854775807", "alarm clear now", "sleep\u{0}",
    ])
  func unknown(text: String) {
    #expect(ControlLine(text, now: now) == nil)
  }

  @Test("lines are put together from pieces, cut at their limit, and the last one needs no end")
  func lines() {
    var reader = LineReader(limit: 4)
    var seen: [LineReader.Line] = []
    for piece in ["ab", "c\n\nabcde", "fg\nx\r\ny"] {
      Data(piece.utf8).withUnsafeBytes { reader.feed($0) { seen.append($0) } }
    }
    reader.finish { seen.append($0) }
    #expect(seen.map(\.text) == ["abc", "", "abcd", "x", "y"])
    #expect(seen.map(\.isCut) == [false, false, true, false, false])
  }

  @Test(
    "what an end means",
    arguments: [
      (Int32(0), false, nil as String?), (0, true, nil), (3 << 8, false, "exit code 3"), (3 << 8, true, "exit code 3"),
      (15, false, "ended by signal 15"), (15, true, nil), (9, true, nil), (143 << 8, true, nil),
      (143 << 8, false, "exit code 143"), (11, true, "ended by signal 11"),
    ])
  func ends(status: Int32, wasTold: Bool, error: String?) {
    #expect(ProcessEnd(status: status).error(wasTold: wasTold, lastLine: nil) == error)
    #expect(
      ProcessEnd(status: status).error(wasTold: wasTold, lastLine: "last words") == error.map { _ in "last words" })
  }

  @Test("the fiftieth line of a second is one too many; a second later the next fifty are not")
  func lineLimit() {
    let order = StartOrder(index: 1, actor: ActorID("a"), generation: 1, name: "n", createdAt: now)
    let settings = ProcessSettings(command: "x", pool: PoolID(namespace: "default", name: "gpu"))
    var process = ActorProcess(order, settings, Log(from: .info) { _ in })
    for window in [Int64(0), 1_000] {
      var isTooMuch = (1...49).map { _ in process.countsLine(nowMs: window + 999) }
      isTooMuch.append(process.countsLine(nowMs: window + 999))
      #expect(isTooMuch == [Bool](repeating: false, count: 49) + [true])
    }
  }
}
