import RoostTelemetry

/// What a part writes, line by line with its name before each: `worker | ...`.
struct PartOutput {
  private let part: Part
  private let isWholeShown: Bool
  private var line: [UInt8] = []

  /// `isWholeShown`: the broker's everyday lines too, which are of no use to a person at a terminal.
  init(of part: Part, isWholeShown: Bool) {
    self.part = part
    self.isWholeShown = isWholeShown
  }

  /// The lines that `bytes` complete, as they are to be shown, each with its newline.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> String {
    var shown = ""
    for byte in bytes {
      if byte == 0x0A || line.count == UpLimits.lineBytes { shown += finish() }
      if byte != 0x0A { line.append(byte) }
    }
    return shown
  }

  /// What stands there without an end of line.
  mutating func finish() -> String {
    let text = String(decoding: line, as: UTF8.self)
    line = []
    if text.isEmpty || (part == .broker && !isWholeShown && Self.isEveryday(text)) { return "" }
    return "\(part) | \(LogLine.escaped(text))\n"
  }

  /// `[PID] DATE TIME [INF] ...`: nats-server's level stands in brackets.
  private static func isEveryday(_ line: String) -> Bool {
    [" [INF] ", " [DBG] ", " [TRC] "].contains { line.contains($0) }
  }
}
