import RoostCore
import RoostWorker

extension WorkerConfiguration {
  /// Ten years.
  static let longestHistoryHours: UInt32 = 87_600

  /// Errors: `usage`.
  init(_ command: ParsedCommand, environment: [String: String]) throws(CLIError) {
    guard let folder = command.value("data"), !folder.isEmpty else {
      throw .usage("worker: --data DIR is missing: the folder of the journal, e.g. --data ./roost-data")
    }
    self.init(try command.access(environment), dataFolder: folder)
    version = Version.text
    for text in command.all("pool") { servedPools.insert(try ParsedCommand.pool(text)) }
    if let http = command.value("http") {
      guard ListenAddress(http) != nil else {
        throw .usage("--http \(http): write HOST:PORT, [IPV6]:PORT, or PORT for loopback")
      }
      httpAddress = http
    }
    poolDefaults = try PoolSettingField.settings(command.all("set"))
    if let hours = command.value("history-hours") {
      guard let number = UInt32(hours), number <= Self.longestHistoryHours else {
        throw .usage("--history-hours \(hours): write 0 to \(Self.longestHistoryHours)")
      }
      historyHours = number
    }
    adopt = command.has("adopt")
    skipsSetup = command.has("no-setup")
    subjectPrefix = try command.subjects().prefix
    streamReplicas = command.replicas
    streamMaxBytes = try command.maxBytes()
  }
}
