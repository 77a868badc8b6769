import Glibc

/// What `roost up` is made of, in the order in which it is started; it is ended in the opposite one.
enum Part: String, CaseIterable, Sendable, CustomStringConvertible {
  case broker, worker, runner

  var description: String { rawValue }

  /// Asks it to end. nats-server ends with 0 after SIGINT alone: after SIGTERM 2.9 reports an error.
  var stopSignal: Int32 { self == .broker ? SIGINT : SIGTERM }
}

/// How a process ended.
enum ProcessEnding: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case killed(signal: Int32)

  /// `status`: as waitpid gives it.
  init(status: Int32) {
    self = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
  }

  var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "signal \(signal)"
    }
  }
}
