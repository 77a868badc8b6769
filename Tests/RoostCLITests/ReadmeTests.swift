import Foundation
import RoostTestKit
import Testing

@Suite("The tours of README and docs/operating.md")
struct ReadmeTests {
  private func page(_ path: String) throws -> String {
    try String(contentsOf: URL(filePath: TestProcess.checkout).appending(path: path), encoding: .utf8)
  }

  private func readme() throws -> String { try page("README.md") }

  /// The shell blocks of a page, in order.
  private func blocks(of text: String) -> [String] {
    text.matches(of: /```sh\n((?:.|\n)*?)```/).map { String($0.1) }
  }

  @Test("does what it says, typed as it stands there, but for ports and folders")
  func tour() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-readme-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { remove(folder) }
    let blocks = blocks(of: try readme())
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

  @Test("docs/operating.md starts the programs one by one, two pools of them, and says why an actor waits")
  func oneByOne() async throws {
    let sections = try page("docs/operating.md").split(separator: "\n## ")
    let blocks = blocks(of: String(try #require(sections.first { $0.hasPrefix("One by one") })))
    try #require(blocks.count == 4)
    let programs = blocks[0].split(separator: "\n").map(String.init)
    try #require(programs.count == 4 && programs[0].hasPrefix("nats-server -c compose/nats-server.conf "))
    let broker = try Broker.start()
    let folder = URL(filePath: TestProcess.roost).deletingLastPathComponent().path
    let environment = ["NATS_URL": broker.url, "PATH": "\(folder):/usr/bin:/bin"]
    func start(_ text: String) throws -> TestProcess {
      let text = text.replacing("nats://127.0.0.1:4222", with: broker.url)
        .replacing("--data ./journal", with: "--data \(broker.folder)/journal")
      return try TestProcess(text, environment: environment)
    }
    func type(_ text: String) throws -> String {
      let typed = try start(text)
      #expect(try typed.exitCode() == 0, "\(typed.output)")
      return typed.output
    }
    /// As a newcomer would: again and again, until it is so.
    func until(_ what: String, _ text: String, says wanted: Regex<Substring>) async throws {
      _ = try await eventually(what) { try start(text).exitCode() == 0 && type(text).contains(wanted) ? true : nil }
    }

    let running = try programs.dropFirst().map { try start("exec \($0)") }
    try await until(
      "both pools have room", "roost pool list", says: /default\/gpu .* is placed\ndefault\/web .* is placed/)
    _ = try type(blocks[1])
    try await until("it waits", "roost pending default/web", says: /1 waits, because: newest_full/)
    let why = try type(blocks[2])
    #expect(why.contains("all slots of the runners of the highest version are taken"), "\(why)")
    #expect(why.contains("Start more runners of version 1, or give them more slots."), "\(why)")
    _ = try type(blocks[3])
    try await until("it runs", "roost actor get default/web w2", says: /state +running/)
    withExtendedLifetime(running) {}
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
