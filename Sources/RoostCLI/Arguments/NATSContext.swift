import RoostNATS

/// A context of the `nats` command line: a JSON file that is only read. What it says and we cannot do is refused, so that
/// nothing is left out in silence.
struct NATSContext {
  private(set) var url: String?
  private(set) var identity: NATSAccess.Identity?
  private(set) var tls = NATSAccess.TLS()
  private(set) var inboxPrefix: String?

  /// What a context may hold that has a meaning for every connection, and none here.
  private static let unknown = ["nsc", "user_jwt", "user_seed", "socks_proxy", "tls_first", "jetstream_domain"]

  /// Errors: `usage`.
  init(_ name: String, _ environment: [String: String]) throws(CLIError) {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
      throw .usage("--context \(name): the name of a context, as `nats context ls` shows it")
    }
    let folder =
      environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(environment["HOME"] ?? "")/.config"
    let path = "\(folder)/nats/context/\(name).json"
    let json: JSONValue
    do {
      json = try JSONValue.parse(try SmallFile.read(path, atMost: NATSLimits.accessFileBytes), from: path)
    } catch let error as SmallFile.Failure {
      throw .usage("--context \(name): \(path): \(error.reason)")
    } catch {
      throw .usage("--context \(name): \(path) is not JSON")
    }
    func text(_ field: String) -> String? { json[field]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    for field in Self.unknown where json[field].map({ !$0.isEmptyOrOff }) ?? false {
      throw .usage("--context \(name): \(path) sets \(field), which roost does not know; use another context")
    }
    url = text("url")
    identity = try ParsedCommand.identity(
      user: text("user"), password: text("password"), token: text("token"), credentials: text("creds"),
      nkey: text("nkey"))
    tls = NATSAccess.TLS(authorities: text("ca"), certificate: text("cert"), key: text("key"))
    inboxPrefix = text("inbox_prefix")
  }
}
