import Foundation
import RoostNATS
import RoostTelemetry
import Synchronization

/// `--watch`: asks again and again until SIGINT or SIGTERM. Each time anew, connection included: so it outlives a broker or
/// a worker that is started again.
struct Watch {
  let intervalMs: UInt64
  let form: OutputForm
  let console: Console

  static let defaultIntervalMs: UInt64 = 2_000
  /// So many in a row that fail end it.
  static let greatestFailures = 5

  static let option = OptionSpec(
    name: "watch", value: "DURATION", isValueOptional: true,
    summary: "ask again after so long, until Ctrl-C (default: 2s)")

  /// Errors: the last of too many in a row, and whatever asking again does not change.
  func run(_ ask: (Console) throws(CLIError) -> ExitCode) throws(CLIError) -> ExitCode {
    let ending = Ending()
    ShutdownSignals.watch { _ in ending.ask() }
    var failures = 0
    var isFirst = true
    while true {
      do throws(CLIError) {
        let answer = try answer(to: ask)
        try ending.unlessAsked { () throws(CLIError) in
          try console.out(screen(answer.data, atMs: LogLine.now(), isFirst: isFirst))
        }
        // Behind the screen, which would else wipe it away.
        console.err(answer.remarks)
        isFirst = false
        failures = 0
      } catch  where error.exitCode == .unavailable || error.exitCode == .refused {
        failures += 1
        if failures == Self.greatestFailures { throw error }
        console.err("\(error.text); asking again\n")
      }
      // The interval that was asked for; a signal ends the process from its own thread.
      Thread.sleep(forTimeInterval: Double(intervalMs) / 1_000)
    }
  }

  /// As a whole, so that a screen is never half of one time and half of another.
  private func answer(
    to ask: (Console) throws(CLIError) -> ExitCode
  ) throws(CLIError) -> (data: String, remarks: String) {
    let answer = Mutex((data: "", remarks: ""))
    let collecting = Console(
      out: { text in
        answer.withLock { $0.data += text }
        return true
      }, err: { text in answer.withLock { $0.remarks += text } })
    _ = try ask(collecting)
    return answer.withLock { $0 }
  }

  /// The end that a signal asks for: at once, also where a question waits for its answer, but not in the middle of one that is
  /// printed. A second signal does not wait for that either.
  private final class Ending: Sendable {
    private let printing = Mutex(())
    private let isAsked = Atomic(false)

    func ask() {
      isAsked.store(true, ordering: .sequentiallyConsistent)
      // Who prints just now looks when it is done.
      printing.withLockIfAvailable { (_) -> Void in _exit(ExitCode.success.rawValue) }
    }

    func unlessAsked(_ print: () throws(CLIError) -> Void) throws(CLIError) {
      try printing.withLock { _ throws(CLIError) in try print() }
      if isAsked.load(ordering: .sequentiallyConsistent) { _exit(ExitCode.success.rawValue) }
    }
  }

  /// What was said, under the time at which it was.
  func screen(_ text: String, atMs: Int64, isFirst: Bool) -> String {
    if form == .jsonl { return JSONValue.object(["asked_ts": .int(atMs)]).text + "\n" + text }
    let title = "== \(LogLine.timestamp(atMs))\n"
    // Home, and everything behind it erased.
    if console.isTerminal { return "\u{1b}[H\u{1b}[2J" + title + text }
    return (isFirst ? "" : "\n") + title + text
  }
}

extension ParsedCommand {
  /// nil: it is asked once. Errors: `usage`.
  func watchIntervalMs() throws(CLIError) -> UInt64? {
    guard let text = value(Watch.option.name) else { return nil }
    if outputForm == .json {
      throw .usage("--output json is one document, which --watch does not end: use --output jsonl")
    }
    return text.isEmpty ? Watch.defaultIntervalMs : try duration(Watch.option.name)
  }
}
