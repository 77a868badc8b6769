import Foundation
import RoostTestKit
import Testing

@Suite("The tour of the README")
struct ReadmeTests {
  private func readme() throws -> String {
    try String(contentsOf: URL(filePath: TestProcess.checkout).appending(path: "README.md"), encoding: .utf8)
  }

  /// The shell blocks of the README, in order.
  private func blocks() throws -> [String] {
    try readme().matches(of: /```sh\n((?:.|\n)*?)```/).map { String($0.1) }
  }

  @Test("does what it says, typed as it stands there, but for ports and folders")
  func tour() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-readme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { remove(folder) }
    let blocks = try blocks()
    try #require(blocks.count == 3)

    let command = blocks[0].replacing("--data roost-data", with: "--data \(folder.path)/roost-data --port 0")
      .replacing("--http 8080", with: "--http 0").replacing(".build/debug/roost", with: TestProcess.roost)
    let up = try TestProcess("exec " + command.trimmingCharacters(in: .newlines))
    let port = try await eventually("all is ready") {
      up.output.firstMatch(of: /ready nats:\/\/127\.0\.0\.1:(\d+)/).map { String($0.1) }
    }
    let page = try await eventually("the health page listens") {
      up.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
    }
    #expect(HTTPProbe.get("/readyz", port: page)?.status == 200)
    // What a newcomer would have to set is the address only.
    let address = ["NATS_URL": "nats://127.0.0.1:\(port)"]
    func type(_ block: String) throws -> TestProcess {
      let text = block.replacing("/dev/tcp/127.0.0.1/4222", with: "/dev/tcp/127.0.0.1/\(port)")
        .replacing(".build/debug/roost", with: TestProcess.roost)
      let typed = try TestProcess(text, environment: address)
      #expect(try typed.exitCode() == 0, "\(typed.output)")
      return typed
    }

    _ = try type(blocks[1])
    // The first one may be told to sleep before it has said a word.
    try await eventually("the actor's process runs again") {
      up.output.contains("this is a1, generation 2") ? () : nil
    }
    let second = try type(blocks[2])
    #expect(second.output.firstMatch(of: /generation +2\n/) != nil, "\(second.output)")
    #expect(second.output.contains("TIMED_OUT actor=a2 state=sleeping reason=newest_full"), "\(second.output)")
    #expect(second.output.contains("no room in two seconds"))
    #expect(HTTPProbe.get("/metrics", port: page)?.text.contains("\nroost_ready 1\n") == true)

    up.signal(SIGINT)
    #expect(try up.exitCode() == 0, "\(up.output)")
  }

  @Test("its commands are targets of make")
  func targets() throws {
    let makefile = try String(
      contentsOf: URL(filePath: TestProcess.checkout).appending(path: "Makefile"), encoding: .utf8)
    let named = try readme().matches(of: /\bmake ([a-z-]+)/).map { String($0.1) }
    #expect(Set(named).isSuperset(of: ["demo", "test", "build"]))
    for target in Set(named) { #expect(makefile.contains("\n\(target):"), "make \(target)") }
  }

  private func remove(_ folder: URL) {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      Issue.record("\(folder.path) stays: \(error)")
    }
  }
}
