import Foundation
import RoostNATS
import RoostRunner
import RoostWire
import RoostWorker
import Testing

@testable import RoostCLI
@testable import RoostCore

@Suite("Every code and reason has a page")
struct ErrorPageTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let folder = top.appending(path: "docs/errors")

  @Test("every ROOST code in the sources has one, and no page is of a code that is nowhere")
  func codes() throws {
    var written: Set<String> = []
    let sources = Self.top.appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains("RoostCLI/Errors") {
      let text = try String(contentsOf: file, encoding: .utf8)
      written.formUnion(text.matches(of: /"(ROOST-[A-Z][0-9]{3})"/).map { String($0.1) })
    }
    #expect(written.count > 40)
    #expect(Set(ErrorPage.all.map(\.code).filter { $0.hasPrefix("ROOST-") }) == written)
    #expect(Set(ErrorPage.all.map(\.code)).count == ErrorPage.all.count)
  }

  @Test("every reason that makes a dead letter, and every error of the API in docs/protocol.md, has one")
  func reasons() throws {
    for reason in WireError.Reason.allCases { #expect(ErrorPage.of(reason.rawValue) != nil, "\(reason)") }
    let protocolPage = try String(contentsOf: Self.top.appending(path: "docs/protocol.md"), encoding: .utf8)
    let rows = protocolPage.split(separator: "\n").filter { $0.contains("| yes |") || $0.contains("| no |") }
    let named = rows.flatMap { $0.split(separator: "|")[0].matches(of: /`([a-z_:]+)`/).map { String($0.1) } }
    #expect(named.count > 10)
    for code in named { #expect(ErrorPage.of(code) != nil, "\(code)") }
  }

  @Test("every reason that an event, a start, a stop, a wait or a closed session has is one that `roost explain` knows")
  func traced() throws {
    var reasons = Set(Loss.allCases.map(\.rawValue))
    reasons.formUnion((1...5).compactMap { StopReason(rawValue: $0)?.word })
    reasons.formUnion([HistoryEntry.slotReleased, HistoryEntry.runnerJoined, "lost", "drain", "ok", "error", "crashed"])
    let folder = Self.top.appending(path: "Sources/RoostCore/Machine")
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
      reasons.formUnion(text.matches(of: /[rR]eason: "([a-z_]+)/).map { String($0.1) })
    }
    let waits = try String(contentsOf: folder.appending(path: "Pool.swift"), encoding: .utf8)
    reasons.formUnion(waits.matches(of: /"([a-z]+_[a-z]+)"/).map { String($0.1) })
    // An answer that says why nothing was done has the actor's state as its reason.
    reasons.subtract(["running", "limit"])
    #expect(reasons.count > 40)
    for reason in reasons.sorted() { #expect(ErrorPage.of(reason) != nil, "\(reason)") }
  }

  /// `ROOST_REWRITE_GOLDEN=1` writes them.
  @Test("docs/errors has the text that `roost explain` prints, with an index, and no other file")
  func pages() throws {
    var wanted = Dictionary(uniqueKeysWithValues: ErrorPage.all.map { ($0.fileName, $0.markdown) })
    wanted["README.md"] =
      "# Codes and reasons\n\n`roost explain CODE` prints the same.\n\n"
      + ErrorPage.all.map { "- [\($0.code)](\($0.fileName)): \($0.title)\n" }.joined()
    if ProcessInfo.processInfo.environment["ROOST_REWRITE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for (name, text) in wanted {
        try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8)
      }
    }
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(found) == Set(wanted.keys))
    for (name, text) in wanted {
      let page = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      #expect(page == text, "docs/errors/\(name)")
    }
  }

  @Test("`roost explain`: a code, several, none, and one that does not exist")
  func explain() throws {
    var it = Transcript()
    it.roost("explain", "roost-j002", "limit:key", "newest_full")
    it.roost("explain", "ROOST-J999")
    it.roost("explain")
    #expect(it.text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    try Golden.expect(it.text, is: "explain")
  }
}
