import Foundation
import RoostTestKit
import Testing

/// compose/docker-compose.yml, as Debian's docker-compose understands it. No engine is asked.
struct ComposeProject {
  struct Service {
    let name: String
    fileprivate let fields: [String: Any]

    /// As a container gets it: `$$` in the file is a `$`.
    var command: [String] { Self.plain(fields["command"]) }
    var image: String { fields["image"] as? String ?? "" }
    var ports: [String] { fields["ports"] as? [String] ?? [] }
    var volumes: [String] { fields["volumes"] as? [String] ?? [] }
    var stopGraceSeconds: Int? { (fields["stop_grace_period"] as? String).flatMap { Int($0.dropLast()) } }
    var stopSignal: String { fields["stop_signal"] as? String ?? "SIGTERM" }
    var dockerfile: String? { (fields["build"] as? [String: Any])?["dockerfile"] as? String }

    /// The words of its health check, without `CMD`; empty when it has none.
    var healthCheck: [String] {
      let words = Self.plain((fields["healthcheck"] as? [String: Any])?["test"])
      return words.first == "CMD" ? Array(words.dropFirst()) : []
    }

    /// What it waits for, with the condition.
    var waitsFor: [String: String] {
      (fields["depends_on"] as? [String: [String: Any]] ?? [:]).mapValues { $0["condition"] as? String ?? "" }
    }

    private static func plain(_ words: Any?) -> [String] {
      (words as? [String] ?? []).map { $0.replacing("$$", with: "$") }
    }
  }

  static let file = "\(TestProcess.checkout)/compose/docker-compose.yml"
  let services: [String: Service]
  let volumes: Set<String>

  init() throws {
    // docker-compose is written in Python and brings the YAML of Debian's Python with it.
    let child = try TestProcess(
      """
      set -o pipefail
      docker-compose -f \(Self.file) config |
        /usr/bin/python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'
      """)
    let code = try child.exitCode()
    try #require(code == 0, "docker-compose config (scripts/install.sh installs it): \(child.output)")
    let json = try JSONSerialization.jsonObject(with: Data(child.output.utf8))
    let top = try #require(json as? [String: Any])
    let found = try #require(top["services"] as? [String: [String: Any]])
    services = Dictionary(uniqueKeysWithValues: found.map { ($0.key, Service(name: $0.key, fields: $0.value)) })
    volumes = Set((top["volumes"] as? [String: Any] ?? [:]).keys)
  }

  func service(_ name: String) throws -> Service { try #require(services[name]) }
}

/// The instructions of compose/Dockerfile, continued lines put together.
struct Dockerfile {
  let instructions: [(name: String, rest: String)]

  init() throws {
    let text = try String(contentsOfFile: "\(TestProcess.checkout)/compose/Dockerfile", encoding: .utf8)
    instructions = text.replacing("\\\n", with: "").split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return (String(words[0]), words.count > 1 ? String(words[1]) : "")
    }
  }

  func all(_ name: String) -> [String] { instructions.filter { $0.name == name }.map(\.rest) }

  /// The packages of each `apt-get install`, in order.
  var packages: [[String]] {
    all("RUN").compactMap { run in
      run.firstMatch(of: /apt-get install ([^&]*)/).map { match in
        match.1.split(separator: " ").filter { !$0.hasPrefix("-") }.map(String.init)
      }
    }
  }
}
