import Glibc

/// How a process ended, from the status of waitpid.
enum ProcessEnd: Equatable {
  case code(Int32)
  case signal(Int32)

  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
  }

  /// As people write it.
  var text: String {
    switch self {
    case .code(let code): "exit code \(code)"
    case .signal(let number): "ended by signal \(number)"
    }
  }

  /// What the worker is told: nil = in good order. Who was told to end and dies of it has done nothing wrong.
  func error(wasTold: Bool, lastLine: String?) -> String? {
    switch self {
    case .code(0): return nil
    case .signal(SIGTERM), .signal(SIGKILL), .code(128 + SIGTERM): if wasTold { return nil }
    case .code, .signal: break
    }
    return lastLine ?? text
  }
}
