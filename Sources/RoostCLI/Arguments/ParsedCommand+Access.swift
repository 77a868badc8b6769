import RoostNATS
import RoostWire

// How a command reaches the broker: options as the `nats` command line names them, else its environment variables, else a
// context of it.

extension CommandTree {
  /// Of every command that connects.
  static let access = [
    OptionSpec(
      name: "server", value: "URL",
      summary: "the NATS server, several separated by commas\n(default: NATS_URL, else \(defaultServer))", short: "s"),
    .value("context", "NAME", "what is not said otherwise is as in this context of `nats`\n(default: NATS_CONTEXT)"),
    .value("user", "NAME", "a user; its password in --password (NATS_USER)"),
    .value("password", "TEXT", "better in NATS_PASSWORD: others may see a command line"),
    .value("creds", "FILE", "a user's JWT and seed, as nsc makes it (NATS_CREDS)"),
    .value("nkey", "FILE", "the seed of a user's nkey (NATS_NKEY)"),
    .value("tlsca", "FILE", "who signs the server's certificate (NATS_CA)"),
    .value("tlscert", "FILE", "our certificate, for servers that want one (NATS_CERT)"),
    .value("tlskey", "FILE", "the key of the certificate (NATS_KEY)"),
    .value("inbox-prefix", "NAME", "where answers may go, as the user is permitted\n(default: _INBOX)"),
  ]

  static let defaultServer = "nats://127.0.0.1:4222"
}

extension ParsedCommand {
  /// Errors: `usage`, for what no waiting makes right.
  func access(_ environment: [String: String]) throws(CLIError) -> NATSAccess {
    func given(_ option: String, _ variable: String) -> String? {
      // As for the `nats` command line, an empty variable is none.
      value(option) ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }
    let context = try given("context", "NATS_CONTEXT").map { name throws(CLIError) in
      try NATSContext(name, from: value("context") == nil ? "NATS_CONTEXT" : "--context", environment)
    }
    let url = given("server", "NATS_URL") ?? context?.url ?? CommandTree.defaultServer
    try Self.checkServers(url)
    var access = NATSAccess(url)
    let own = try Self.identity(
      user: given("user", "NATS_USER"), password: given("password", "NATS_PASSWORD"), token: nil,
      credentials: given("creds", "NATS_CREDS"), nkey: given("nkey", "NATS_NKEY"))
    access.identity = own ?? context?.identity ?? .inAddress
    access.tls.authorities = given("tlsca", "NATS_CA") ?? context?.tls.authorities
    access.tls.certificate = given("tlscert", "NATS_CERT") ?? context?.tls.certificate
    access.tls.key = given("tlskey", "NATS_KEY") ?? context?.tls.key
    if let prefix = value("inbox-prefix") ?? context?.inboxPrefix {
      guard ReplySubject.isAccepted("\(prefix).x") else {
        throw .usage("--inbox-prefix \(prefix): it must be _INBOX or begin with _INBOX. or roost.reply.")
      }
      access.inboxPrefix = prefix
    }
    do {
      try access.check()
    } catch {
      throw CLIError(error)
    }
    return access
  }

  /// nil: none is given. Errors: `usage` where two are.
  static func identity(
    user: String?, password: String?, token: String?, credentials: String?, nkey: String?
  ) throws(CLIError) -> NATSAccess.Identity? {
    var all: [(name: String, identity: NATSAccess.Identity)] = []
    if let user { all.append(("user", .user(user, password: password ?? ""))) }
    if let token { all.append(("token", .token(token))) }
    if let credentials { all.append(("creds", .credentials(file: credentials))) }
    if let nkey { all.append(("nkey", .nkey(file: nkey))) }
    if all.count > 1 {
      throw .usage("\(all[0].name) and \(all[1].name) both say who we are: give one of them")
    }
    if all.isEmpty, password != nil { throw .usage("a password without its user: give --user (or NATS_USER) as well") }
    return all.first?.identity
  }

  private static func checkServers(_ url: String) throws(CLIError) {
    let servers = url.split(separator: ",")
    guard servers.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else {
      throw .usage("--server '\(url)' names no server: write nats://HOST:PORT, several separated by commas")
    }
    for server in servers {
      guard let end = server.firstRange(of: "://")?.lowerBound else { continue }
      let scheme = server[..<end].drop { $0 == " " }
      guard serverSchemes.contains(scheme.lowercased()) else {
        // Not the whole address: a password may be in it.
        throw .usage(
          "--server \(scheme)://...: write nats://HOST:PORT or tls://HOST:PORT (NATS_URL is read the same way)")
      }
    }
  }

  private static let serverSchemes: Set<String> = ["nats", "tls"]
}
