import Foundation
import RoostNATS
import RoostTestKit
import Testing

@testable import RoostCLI

/// How options, environment and a context of `nats` add up to an access.
@Suite struct AccessArgumentTests {
  private func access(_ arguments: [String], _ environment: [String: String] = [:]) throws -> NATSAccess {
    let words = ["actor", "get", "default/gpu", "a1"] + arguments
    return try ArgumentParser.parse(words, root: CommandTree.root).access(environment)
  }

  private func refusal(_ arguments: [String], _ environment: [String: String] = [:]) -> String {
    do {
      return "\(try access(arguments, environment))"
    } catch {
      return (error as? CLIError).map { "\($0.exitCode.rawValue) \($0.message)" } ?? "\(error)"
    }
  }

  /// Contexts as the `nats` command line writes them.
  private func contexts(_ body: ([String: String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-contexts-\(UUID().uuidString)")
    defer { do { try FileManager.default.removeItem(at: folder) } catch {} }
    try FileManager.default.createDirectory(
      at: folder.appending(path: "nats/context"), withIntermediateDirectories: true)
    let files = [
      "prod": """
      {"description": "", "url": "tls://prod:4222", "token": "", "user": "ann", "password": "secret",
       "creds": "", "nkey": "", "cert": "", "key": "", "ca": "", "nsc": "", "jetstream_domain": "",
       "inbox_prefix": "_INBOX.ann", "user_jwt": "", "color_scheme": ""}
      """,
      "nsc": #"{"url": "nats://x:1", "nsc": "nsc://operator/account/user"}"#,
      "two": #"{"url": "nats://x:1", "token": "t", "user": "u"}"#,
      "broken": "{",
      "list": "[1]",
      "number": #"{"url": 5}"#,
      "nothing": #"{"url": null, "token": ""}"#,
    ]
    for (name, text) in files {
      try text.write(to: folder.appending(path: "nats/context/\(name).json"), atomically: true, encoding: .utf8)
    }
    try body(["XDG_CONFIG_HOME": folder.path(percentEncoded: false)])
  }

  @Test("an option comes before its variable, and that before the context")
  func precedence() throws {
    #expect(try access([]).url == "nats://127.0.0.1:4222")
    #expect(try access(["-s", "nats://a:1"], ["NATS_URL": "nats://b:1"]).url == "nats://a:1")
    #expect(try access([], ["NATS_URL": "nats://b:1"]).url == "nats://b:1")
    try contexts { environment in
      let whole = try access(["--context", "prod"], environment)
      #expect(whole.url == "tls://prod:4222")
      #expect(whole.identity == .user("ann", password: "secret"))
      #expect(whole.inboxPrefix == "_INBOX.ann")
      let mixed = try access(
        ["--server", "nats://c:1", "--user", "bob", "--inbox-prefix", "_INBOX.bob"],
        environment.merging(["NATS_CONTEXT": "prod", "NATS_PASSWORD": "other"]) { $1 })
      #expect(mixed.url == "nats://c:1")
      #expect(mixed.identity == .user("bob", password: "other"))
      #expect(mixed.inboxPrefix == "_INBOX.bob")
      #expect(try access(["--context", "nothing"], environment).url == CommandTree.defaultServer)
    }
  }

  @Test("what contradicts itself, is missing or is not known is refused, and no password is shown")
  func refused() throws {
    #expect(refusal(["--user", "u", "--creds", "f"]).hasPrefix("64 user and creds both say who we are"))
    #expect(refusal(["--password", "hunter2"]).hasPrefix("64 a password without its user"))
    #expect(!refusal(["--password", "hunter2"]).contains("hunter2"))
    #expect(refusal(["--creds", "/none"]).hasPrefix("64 the file of the credentials, /none, cannot be used"))
    #expect(refusal(["--tlscert", "/dev/null"]).hasPrefix("64 a TLS certificate needs its key"))
    #expect(refusal(["-s", "http://x"]).hasPrefix("64 --server http://...: write nats://"))
    #expect(refusal(["--inbox-prefix", "roost.command"]).hasPrefix("64 --inbox-prefix roost.command: it must be"))
    try contexts { environment in
      #expect(refusal(["--context", "none"], environment).contains("No such file or directory"))
      #expect(refusal(["--context", "../prod"], environment).hasPrefix("64 --context ../prod: the name of a context"))
      #expect(refusal(["--context", "nsc"], environment).contains("sets nsc, which roost does not know"))
      #expect(refusal(["--context", "two"], environment).hasPrefix("64 user and token both say who we are"))
      #expect(refusal(["--context", "broken"], environment).hasSuffix("broken.json is not JSON"))
      #expect(refusal(["--context", "list"], environment).hasSuffix("list.json is not a JSON object"))
      #expect(refusal(["--context", "number"], environment).hasSuffix("number.json, url is not a text"))
      let named = environment.merging(["NATS_CONTEXT": "none"]) { $1 }
      #expect(refusal([], named).hasPrefix("64 NATS_CONTEXT none: "))
      #expect(refusal(["--context", "list"], named).hasPrefix("64 --context list: "))
    }
  }
}
