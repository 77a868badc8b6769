import Glibc
import RoostCore
import RoostRunner
import RoostWire

extension RunnerConfiguration {
  /// Errors: `usage`.
  init(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) {
    guard let pool = command.value("pool") else {
      throw .usage("runner: --pool NS/POOL is missing: the pool whose actors it runs, e.g. --pool default/gpu")
    }
    let id = try command.value("id").map { text throws(CLIError) in
      try ParsedCommand.identifier(text, of: "id of a runner")
    }
    self.init(
      try command.access(environment), pool: try ParsedCommand.pool(pool),
      id: RunnerID(id ?? Self.ownID()), slots: try command.number("slots", in: Limits.slots) ?? 1)
    version = try command.number("version", in: 0...UInt32.max) ?? 1
    subjectPrefix = try command.subjects().prefix
    let graceMs = try command.graceMs()
    // Beyond the grace: SIGKILL, the last events and the worker's close.
    leaveLimitMs = graceMs + 10_000
    metadata = [
      MetadataEntry(key: "host", value: Self.hostName()), MetadataEntry(key: "process", value: "\(getpid())"),
    ]
  }

  /// Host and process: no two runners have it by accident; who wants to keep one gives it.
  private static func ownID() -> String {
    let host = hostName().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(host.prefix(48)) + "-\(getpid())"
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "host" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension ProcessSettings {
  /// Errors: `usage`.
  init(
    _ command: ParsedCommand, _ configuration: RunnerConfiguration, environment: [String: String]
  ) throws(CLIError) {
    self.init(command: command.operands.first ?? "", pool: configuration.pool)
    arguments = Array(command.operands.dropFirst())
    self.environment = environment
    capacity = configuration.slots
    graceMs = try command.graceMs()
    waitsForReady = command.has("ready-line")
    if let folder = command.value("log-dir") { output = .folder(folder) }
  }
}

extension ParsedCommand {
  fileprivate func graceMs() throws(CLIError) -> Int64 {
    guard let text = value("grace") else { return ProcessLimits.graceMs }
    guard let ms = Quantity.milliseconds(text), ms <= ProcessLimits.longestGraceMs else {
      throw .usage("--grace \(text): write a number and its unit, e.g. 500ms, 10s; at most 1h")
    }
    return Int64(ms)
  }

  fileprivate func number(_ option: String, in range: ClosedRange<UInt32>) throws(CLIError) -> UInt32? {
    guard let text = value(option) else { return nil }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(text), range.contains(number)
    else { throw .usage("--\(option) \(text): write a number of \(range.lowerBound) to \(range.upperBound)") }
    return number
  }
}
