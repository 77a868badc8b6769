import Foundation
import RoostRunner
import RoostTestKit
import RoostWorker
import Testing

@testable import RoostCLI

@Suite("compose/", .timeLimit(.minutes(2)))
struct ComposeTests {
  @Test("docker-compose reads it: three services that wait for each other to be healthy, and what they write stays")
  func services() throws {
    let project = try ComposeProject()
    #expect(project.services.keys.sorted() == ["broker", "runner", "worker"])
    #expect(try project.service("worker").waitsFor == ["broker": "service_healthy"])
    #expect(try project.service("runner").waitsFor == ["worker": "service_healthy"])
    #expect(project.volumes == ["broker", "journal"])
    #expect(try project.service("broker").volumes.contains("broker:/data:rw"))
    #expect(try project.service("worker").volumes == ["journal:/var/lib/roost:rw"])
    #expect(try project.service("worker").dockerfile == "compose/Dockerfile")
    #expect(try project.service("worker").image == project.service("runner").image)
  }

  @Test("only loopback of the host reaches what it publishes")
  func ports() throws {
    let ports = try ComposeProject().services.values.flatMap(\.ports)
    #expect(ports.sorted() == ["127.0.0.1:4222:4222/tcp", "127.0.0.1:8080:8080/tcp"])
  }

  @Test("worker and runner are told what they understand, and have longer to stop than they take")
  func commands() throws {
    let project = try ComposeProject()
    let (worker, runner) = (try project.service("worker"), try project.service("runner"))
    let worked = try WorkerConfiguration(ArgumentParser.parse(worker.command, root: CommandTree.root), environment: [:])
    #expect(worked.access.url == "nats://broker:4222")
    #expect(worked.dataFolder.hasPrefix("/var/lib/roost/"), "in its volume")
    #expect(worked.httpAddress == "0.0.0.0:8080")
    let parsed = try ArgumentParser.parse(runner.command, root: CommandTree.root)
    let ran = try RunnerConfiguration(parsed, environment: [:])
    #expect(ran.access.url == "nats://broker:4222")
    #expect(try #require(runner.stopGraceSeconds) * 1_000 > ran.leaveLimitMs)
    #expect(try #require(worker.stopGraceSeconds) * 1_000 > UpLimits.workerEndMs)
    #expect(try #require(project.service("broker").stopGraceSeconds) * 1_000 > UpLimits.brokerEndMs)
    let script = try #require(parsed.operands.last)
    #expect(try TestProcess("bash -n <<'END'\n\(script)\nEND").exitCode() == 0)
  }

  @Test("its broker takes these flags with compose/nats-server.conf, listens beyond loopback, and its check says so")
  func broker() async throws {
    let service = try ComposeProject().service("broker")
    let mount = "\(TestProcess.checkout)/compose/nats-server.conf"
    #expect(service.volumes.contains("\(mount):/etc/nats/nats-server.conf:ro"))
    #expect(service.stopSignal == "SIGINT", "the broker's own way to say that it ended well")
    // Debian's, and one of the image's line.
    for server in [BrokerProgram.debianPath, "\(TestProcess.checkout)/.venv/nats-2.12.8/bin/nats-server"] {
      try #require(FileManager.default.isExecutableFile(atPath: server), "run `make servers` first (make test does)")
      try await run(server, service, configuration: mount)
    }
  }

  private func run(_ server: String, _ service: ComposeProject.Service, configuration: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roost-compose-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    // Free ports in place of the container's own; folders of the host.
    let replaced = ["/etc/nats/nats-server.conf": configuration, "/data": folder, "8222": "-1"]
    let words = service.command.map { replaced[$0] ?? $0 } + ["-p", "-1", "--ports_file_dir", folder]
    let process = try TestProcess("exec \(server) \(words.joined(separator: " "))")
    let ports = try await eventually("\(server) writes its ports; it said: \(process.output)") { () -> String? in
      let file = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".ports") }
      let data = file.flatMap { FileManager.default.contents(atPath: "\(folder)/\($0)") }
      let text = data.map { String(decoding: $0, as: UTF8.self) }
      return text?.contains("}") == true ? text : nil
    }
    let client = try #require(ports.firstMatch(of: /"nats":\["nats:\/\/[^"]*?:(\d+)"/)?.1)
    let monitor = try #require(ports.firstMatch(of: /"monitoring":\["http:\/\/[^"]*?:(\d+)"/)?.1)
    // 127.0.0.2 is no address that a server on 127.0.0.1 alone would answer at.
    let beyond = try TestProcess("read -r -n 4 said </dev/tcp/127.0.0.2/\(client); [ \"$said\" = INFO ]")
    #expect(try beyond.exitCode() == 0, "\(ports)")
    let check = service.healthCheck.map { $0.replacing("8222", with: monitor) }
    #expect(try status(of: check) == 0)
    process.signal(SIGINT)
    #expect(try process.exitCode() == 0, "\(process.output)")
    #expect(try status(of: check) != 0, "a broker that is gone is not healthy")
  }

  @Test("the worker's check fails while the worker is not ready, and passes once it is")
  func healthOfWorker() async throws {
    let check = try ComposeProject().service("worker").healthCheck
    let broker = try Broker.start()
    let data = "\(broker.folder)/data"
    broker.stop()
    let worker = try TestProcess("exec \(TestProcess.roost) worker --server \(broker.url) --data \(data) --http 0")
    let port = try await eventually("the health page listens") {
      worker.output.firstMatch(of: /roost\.http\.address=127\.0\.0\.1:(\d+)/).map { String($0.1) }
    }
    let words = check.map { $0.replacing("8080", with: port) }
    #expect(words != check)
    #expect(try status(of: words) == 1, "its broker is away")
    try broker.restart()
    try await eventually("it is healthy") { try status(of: words) == 0 ? () : nil }
    worker.signal(SIGTERM)
    #expect(try worker.exitCode() == 0, "\(worker.output)")
    #expect(try status(of: words) != 0, "nobody answers")
  }

  private func status(of words: [String]) throws -> Int32 {
    try TestProcess(words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")).exitCode()
  }

  @Test("what the Dockerfile copies is there and goes to the engine, and is all that the package needs")
  func copied() throws {
    let copies = try Dockerfile().all("COPY").filter { !$0.hasPrefix("--from") }
    let sources = copies.compactMap { $0.split(separator: " ").first }
    #expect(sources == ["Package.swift", "Benchmarks", "Tests", "Sources"])
    let rules = try String(contentsOfFile: "\(TestProcess.checkout)/.dockerignore", encoding: .utf8)
    let sent = rules.split(separator: "\n")
    for source in sources {
      #expect(FileManager.default.fileExists(atPath: "\(TestProcess.checkout)/\(source)"), "\(source)")
      #expect(sent.contains("!\(source)"), "\(source) is not ignored")
    }
  }

  @Test("nobody is root in the image")
  func user() throws {
    let instructions = try Dockerfile().instructions
    let user = try #require(instructions.lastIndex { $0.name == "USER" })
    #expect(UInt32(instructions[user].rest).map { $0 > 0 } == true, "a number other than 0: \(instructions[user].rest)")
    #expect(try #require(instructions.firstIndex { $0.name == "ENTRYPOINT" }) > user)
    #expect(instructions[user...].allSatisfy { $0.name != "RUN" && $0.name != "FROM" })
  }

  @Test(
    "the image builds with the packages that Package.swift names and runs with the libraries they are of, all Debian 12's",
    .enabled(if: ComposeTests.isDebian12, "the names are those of Debian 12"))
  func packages() throws {
    let file = try Dockerfile()
    #expect(file.all("FROM") == ["swift:6.3-bookworm AS build", "debian:12-slim"])
    try #require(file.packages.count == 2)
    let (build, run) = (file.packages[0], file.packages[1])
    let manifest = try String(contentsOfFile: "\(TestProcess.checkout)/Package.swift", encoding: .utf8)
    let developed = manifest.matches(of: /package: "([^"]+-dev)"/).map { String($0.1) }
    #expect(build.sorted() == (developed + ["pkg-config"]).sorted())
    // What the Swift libraries that are linked in are written in, and whom TLS trusts where nothing else is said.
    var needed: Set<String> = ["libstdc++6", "ca-certificates"]
    for package in developed {
      let child = try TestProcess("apt-cache depends \(package)")
      #expect(try child.exitCode() == 0, "\(child.output)")
      needed.formUnion(
        child.output.matches(of: /Depends: (\S+)/).map { String($0.1) }.filter { !$0.hasSuffix("-dev") })
    }
    #expect(Set(run) == needed)
    for package in build + run {
      let child = try TestProcess("apt-cache policy \(package)")
      #expect(try child.exitCode() == 0)
      #expect(child.output.firstMatch(of: /Candidate: \d/) != nil, "\(package): \(child.output)")
    }
  }

  private static let isDebian12: Bool = {
    let release = String(decoding: FileManager.default.contents(atPath: "/etc/os-release") ?? Data(), as: UTF8.self)
    return release.contains("\nID=debian\n") && release.contains("\nVERSION_ID=\"12\"\n")
  }()
}
