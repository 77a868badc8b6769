import Glibc
import RoostTelemetry
import RoostTestKit
import RoostWorker
import Synchronization
import Testing

@Suite("The health page")
struct HealthServerTests {
  private let obstacle = Shared<String?>(nil)
  private let metrics = Metrics()

  private func start(_ address: ListenAddress, log: Log = .silent) throws -> HealthServer {
    let page = HealthPage(obstacle: { [obstacle] in obstacle.value }, exposition: { [metrics] in metrics.exposition })
    return try HealthServer.start(address, page: page, log: log)
  }

  @Test("livez answers 200 from the start, readyz 503 with the reason and then 200")
  func probes() throws {
    let server = try start(ListenAddress(host: "127.0.0.1", port: 0))
    #expect(server.address.port != 0)
    #expect(try get("/livez", server).status == 200)
    obstacle.value = "the broker was not reached yet"
    let waiting = try get("/readyz", server)
    #expect(waiting.status == 503)
    #expect(waiting.text.hasSuffix("not ready: the broker was not reached yet\n"))
    obstacle.value = nil
    #expect(try get("/readyz", server).status == 200)
  }

  @Test("metrics shows what was counted")
  func numbers() throws {
    let server = try start(ListenAddress(host: "127.0.0.1", port: 0))
    metrics.add(.signalsApplied, 5)
    let page = try get("/metrics", server)
    #expect(page.status == 200)
    #expect(page.text.contains("Content-Type: text/plain; version=0.0.4"))
    #expect(page.text.contains("\nroost_signals_total{outcome=\"applied\"} 5\n"))
  }

  @Test(
    "everything else answers 404",
    arguments: ["GET /", "GET /livez/", "GET /readyzz", "POST /livez", "DELETE /metrics", "GET /metrics/../secret"])
  func others(request: String) throws {
    let server = try start(ListenAddress(host: "127.0.0.1", port: 0))
    let text = "\(request) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    #expect(HTTPProbe.send(text, port: server.address.port)?.status == 404)
  }

  @Test("IPv6 works, where the machine has it")
  func ipv6() throws {
    guard access("/proc/net/if_inet6", R_OK) == 0 else { return }
    let server = try start(ListenAddress(host: "::1", port: 0))
    #expect(server.address.description.hasPrefix("[::1]:"))
  }

  @Test("a port in use is refused, naming it and the way out; when the first server ends the port is free")
  func portInUse() throws {
    var first: HealthServer? = try start(ListenAddress(host: "127.0.0.1", port: 0))
    let address = try #require(first?.address)
    let refusal = #expect(throws: WorkerError.self) { _ = try start(address) }
    #expect(refusal?.exitCode == .usage)
    #expect(refusal?.message.contains("\(address)") == true)
    #expect(refusal?.message.contains("address already in use") == true)
    first = nil
    _ = try start(address)
  }

  @Test("a port whose owner is just ending is waited for, and the log says so")
  func endingOwner() throws {
    let first = Shared<HealthServer?>(try start(ListenAddress(host: "127.0.0.1", port: 0)))
    let address = try #require(first.value?.address)
    let lines = Shared("")
    let log = Log(from: .info) { line in
      lines.value += line
      // The owner ends once it is waited for.
      first.value = nil
    }
    let second = try start(address, log: log)
    #expect(second.address == address)
    #expect(lines.value.contains("health page waits for its port"), "\(lines.value)")
  }

  @Test("a client that connects and says nothing holds up nobody")
  func silentClient() throws {
    let server = try start(ListenAddress(host: "127.0.0.1", port: 0))
    let silent = try (0..<5).map { _ in try #require(HTTPProbe.connect(port: server.address.port)) }
    defer { for descriptor in silent { close(descriptor) } }
    #expect(try get("/livez", server).status == 200)
  }

  @Test(
    "an address is HOST:PORT, [IPV6]:PORT or PORT on loopback",
    arguments: [
      ("8080", "127.0.0.1:8080"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:9", "[::1]:9"), ("localhost:0", "localhost:0"),
    ])
  func addresses(text: String, read: String) {
    #expect(ListenAddress(text)?.description == read)
  }

  @Test(
    "anything else is no address",
    arguments: ["", ":80", "host:", "host", "host:65536", "host:-1", "::1:80", "[::1]", "[host]:1", "a b:1", "host:٣"])
  func noAddresses(text: String) {
    #expect(ListenAddress(text) == nil)
  }
}

private final class Shared<Value: Sendable>: Sendable {
  private let state: Mutex<Value>
  init(_ value: Value) { state = Mutex(value) }
  var value: Value {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

private func get(_ path: String, _ server: HealthServer) throws -> HTTPProbe.Page {
  try #require(HTTPProbe.get(path, port: server.address.port))
}
