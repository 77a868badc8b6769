import Foundation
import RoostTestKit
import Testing

@Suite("The tour of the README")
struct ReadmeTests {
  /// The shell blocks of the README, in order.
  private func blocks() throws -> [String] {
    let text = try String(contentsOf: URL(filePath: TestProcess.checkout).appending(path: "README.md"), encoding: .utf8)
    return text.matches(of: /```sh\n((?:.|\n)*?)```/).map { String($0.1) }
  }

  @Test("does what it says, typed as it stands there, but for ports and folders")
  func tour() async throws {
    let python = "\(TestProcess.checkout)/.venv/py/bin/python"
    try #require(FileManager.default.isExecutableFile(atPath: python), "run `make venv` first (make test does)")
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-readme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { remove(folder) }
    let blocks = try blocks()
    try #require(blocks.count == 6)

    // From another folder, so that its store lies there.
    let configuration = "\(TestProcess.checkout)/compose/nats-server.conf"
    let server = blocks[0].replacing("compose/nats-server.conf", with: configuration).trimmingCharacters(in: .newlines)
    let broker = try TestProcess("cd \(folder.path); exec \(server) -p -1 --ports_file_dir .")
    let port = try await eventually("the broker writes its port") { try chosenPort(folder) }
    func typed(_ block: String) -> String {
      block.replacing("127.0.0.1:4222", with: "127.0.0.1:\(port)")
        .replacing("/dev/tcp/127.0.0.1/4222", with: "/dev/tcp/127.0.0.1/\(port)")
        .replacing("--data roost-data", with: "--data \(folder.path)/roost-data")
        .replacing("--http 8080", with: "--http 0")
        .replacing(".build/debug/roost", with: TestProcess.roost)
    }
    // What a newcomer would have to set is the address only.
    let address = ["NATS_URL": "nats://127.0.0.1:\(port)"]

    let worker = try TestProcess("exec " + typed(blocks[1]))
    let page = try await eventually("the health page listens") {
      worker.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
    }
    try await eventually("the worker is ready") { HTTPProbe.get("/readyz", port: page)?.status == 200 ? () : nil }
    let runner = try TestProcess("exec " + typed(blocks[2]))
    try await eventually("the runner is welcome") { runner.output.contains("\"welcome\"") ? () : nil }

    let first = try TestProcess(typed(blocks[3]), environment: address)
    #expect(try first.exitCode() == 0, "\(first.output)")
    #expect(first.output.contains("ACCEPTED actor=a1"))
    #expect(first.output.contains("\nactor "))
    let bare = try TestProcess(typed(blocks[4]))
    #expect(try bare.exitCode() == 0, "\(bare.output)")
    let running = try await eventually("the actor runs as generation 2") { () -> String? in
      let get = try TestProcess("\(TestProcess.roost) actor get default/gpu a1", environment: address)
      guard try get.exitCode() == 0 else { return nil }
      return get.output.contains("generation") && get.output.contains("running") ? get.output : nil
    }
    #expect(running.firstMatch(of: /generation +2\n/) != nil, "\(running)")
    let second = try TestProcess(typed(blocks[5]), environment: address)
    #expect(try second.exitCode() == 0, "\(second.output)")
    #expect(second.output.contains("TIMED_OUT actor=a2 state=sleeping reason=newest_full"), "\(second.output)")
    #expect(second.output.contains("no room in two seconds"))
    #expect(HTTPProbe.get("/metrics", port: page)?.text.contains("\nroost_ready 1\n") == true)

    worker.signal(SIGTERM)
    #expect(try worker.exitCode() == 0, "\(worker.output)")
    runner.signal(SIGTERM)
    broker.signal(SIGTERM)
    _ = (try runner.exitCode(), try broker.exitCode())
  }

  private func chosenPort(_ folder: URL) throws -> UInt16? {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".ports") {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      if let match = text.firstMatch(of: /127\.0\.0\.1:(\d+)/) { return UInt16(match.1) }
    }
    return nil
  }

  private func remove(_ folder: URL) {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      Issue.record("\(folder.path) stays: \(error)")
    }
  }
}
