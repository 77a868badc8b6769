import Glibc
import Synchronization

/// Lines for people and programs: `2026-11-23T21:08:26.123Z info runner lost roost.runner.id=r1`.
///
/// The message is constant and lower-case, so that lines of a kind can be counted; what differs stands in the facts.
/// Payload bytes never do. Libraries log at `info` or below, except for what an operator must act upon.
package struct Log: Sendable {
  package enum Level: UInt8, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error
    package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

    package var name: String {
      switch self {
      case .debug: "debug"
      case .info: "info"
      case .warning: "warning"
      case .error: "error"
      }
    }

    /// nil: no such level.
    package init?(name: String) {
      guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }
  }

  /// What a line says beside its message, in the order given.
  package typealias Facts = KeyValuePairs<Key, any CustomStringConvertible>

  /// To standard error, from the level in the environment's `ROOST_LOG` up (debug, info, warning, error; else info).
  package static let standard = Log.fromEnvironment()

  /// Nowhere.
  package static let silent = Log(from: nil, sink: { _ in })

  /// nil = nothing is written.
  private let minimum: Level?
  private let sink: @Sendable (String) -> Void

  /// `sink` is handed whole lines, the newline included, from any thread.
  package init(from minimum: Level?, sink: @escaping @Sendable (String) -> Void) {
    self.minimum = minimum
    self.sink = sink
  }

  /// True when a line of this level is written; for facts that cost something to gather.
  package func isWritten(_ level: Level) -> Bool { minimum.map { level >= $0 } ?? false }

  package func debug(_ message: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
    write(.debug, message, facts)
  }

  package func info(_ message: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
    write(.info, message, facts)
  }

  package func warning(_ message: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
    write(.warning, message, facts)
  }

  package func error(_ message: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
    write(.error, message, facts)
  }

  private func write(_ level: Level, _ message: StaticString, _ facts: () -> Facts) {
    guard isWritten(level) else { return }
    sink(LogLine.text(at: LogLine.now(), level, message.description, facts()))
  }

  private static func fromEnvironment() -> Log {
    guard let value = getenv("ROOST_LOG") else { return Log(from: .info, sink: StandardError.write) }
    let wanted = String(cString: value)
    let log = Log(from: Level(name: wanted) ?? .info, sink: StandardError.write)
    if Level(name: wanted) == nil {
      log.warning("ROOST_LOG is none of debug, info, warning, error; info is used", [.actual: wanted])
    }
    return log
  }
}

/// Whole texts to standard error, one at a time.
package enum StandardError {
  private static let turn = Mutex(())

  package static func write(_ text: String) {
    turn.withLock { _ in
      var text = text
      text.withUTF8 { bytes in
        var rest = bytes[...]
        while let start = rest.baseAddressOfFirst {
          let count = Glibc.write(STDERR_FILENO, start, rest.count)
          // Nobody to tell when standard error itself is gone.
          if count < 0 && errno != EINTR { return }
          rest = rest.dropFirst(max(0, count))
        }
      }
    }
  }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
  fileprivate var baseAddressOfFirst: UnsafePointer<UInt8>? {
    isEmpty ? nil : base.baseAddress.map { $0 + startIndex }
  }
}
