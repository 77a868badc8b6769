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

  /// `origin`: the option or variable that names it, for errors. Errors: `usage`.
  init(_ name: String, from origin: String, _ environment: [String: String]) throws(CLIError) {
    let context = "\(origin) \(name)"
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
      throw .usage("\(context): the name of a context, as `nats context ls` shows it")
    }
    let folder =
      environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(environment["HOME"] ?? "")/.config"
    let path = "\(folder)/nats/context/\(name).json"
    let json: JSONValue
    do {
      json = try JSONValue.parse(try SmallFile.read(path, atMost: NATSLimits.accessFileBytes), from: path)
    } catch let error as SmallFile.Failure {
      throw .usage("\(context): \(path): \(error.reason)")
    } catch {
      throw .usage("\(context): \(path) is not JSON")
    }
    guard case .object = json else { throw .usage("\(context): \(path) is not a JSON object") }
    func text(_ field: String) throws(CLIError) -> String? {
      switch json[field] {
      case nil, .null, .string(""): return nil
      case .string(let text): return text
      default: throw .usage("\(context): in \(path), \(field) is not a text")
      }
    }
    for field in Self.unknown where json[field].map({ !$0.isEmptyOrOff }) ?? false {
      throw .usage("\(context): \(path) sets \(field), which roost does not know; use another context")
    }
    url = try text("url")
    identity = try ParsedCommand.identity(
      user: try text("user"), password: try text("password"), token: try text("token"), credentials: try text("creds"),
      nkey: try text("nkey"))
    tls = NATSAccess.TLS(authorities: try text("ca"), certificate: try text("cert"), key: try text("key"))
    inboxPrefix = try text("inbox_prefix")
  }
}
