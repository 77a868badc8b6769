import Glibc

/// Which nats-server `roost up` starts.
enum BrokerProgram {
  /// Debian puts it where the PATH of people who are not root does not look.
  static let debianPath = "/usr/sbin/nats-server"

  /// `given`: by the flag. Errors: `unavailable`, naming the package that has it.
  static func find(
    given: String?, path: String?, fallback: String = debianPath
  ) throws(CLIError) -> String {
    let remedy = "install it (Debian: apt-get install nats-server) or name it: --nats-server PATH"
    if let given {
      guard isProgram(given) else { throw CLIError(.unavailable, "--nats-server \(given) is no program; \(remedy)") }
      return given
    }
    let folders = (path ?? "/usr/bin:/bin").split(separator: ":")
    guard let found = (folders.map { "\($0)/nats-server" } + [fallback]).first(where: isProgram) else {
      throw CLIError(.unavailable, "there is no nats-server in PATH, nor \(fallback); \(remedy)")
    }
    return found
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
