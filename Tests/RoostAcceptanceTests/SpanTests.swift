import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("Spans by OTLP/HTTP")
  struct SpanTests {
    private typealias Facts = PythonProgram.Facts
    private static let inbox = "_INBOX.test"

    /// Tests/python/collector.py.
    private func collector(_ arguments: String...) throws -> (program: PythonProgram, port: String) {
      let program = try PythonProgram("collector.py", arguments)
      let port = try #require(try program.wait(for: ["saw": "listening"])["port"])
      return (program, port)
    }

    private func order(_ collector: PythonProgram, _ line: String) throws {
      try collector.order(line)
      try collector.wait(for: ["saw": "order", "line": line])
    }

    private func environment(_ port: String, _ more: [String: String] = [:]) -> [String: String] {
      [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(port)", "OTEL_BSP_SCHEDULE_DELAY": "20",
        "NO_PROXY": "127.0.0.1",
      ].merging(more) { $1 }
    }

    private func parent(_ letter: Character, flags: String = "01") -> [String: String] {
      [
        "traceparent": "00-\(String(repeating: letter, count: 32))-00f067aa0ba902b7-\(flags)",
        "tracestate": "t=\(letter)",
      ]
    }

    /// `trace-span` of every message that is the worker's and carries a trace to be kept.
    private func carried(_ listener: Listener) -> Set<String> {
      let ours = listener.everything.filter { !$0.subject.hasPrefix("roost.signal.") }
      return Set(
        ours.compactMap { $0.headers["traceparent"] }.filter { $0.hasSuffix("-01") }.map {
          String($0.dropFirst(3).dropLast(3))
        })
    }

    private func told(_ collector: PythonProgram) -> [String] {
      collector.lines(with: ["saw": "span"]).map { "\($0["trace"] ?? "")-\($0["id"] ?? "")" }
    }

    /// roost_spans_total: exported, dropped, failed.
    private func counts(_ worker: WorkerProcess) -> [Int] {
      let page = worker.page("/metrics")?.text ?? ""
      return ["exported", "dropped", "failed"].map { outcome in
        page.split(whereSeparator: \.isNewline).first { $0.hasPrefix("roost_spans_total{outcome=\"\(outcome)\"} ") }
          .flatMap { Int($0.split(separator: " ")[1]) } ?? -1
      }
    }

    @Test("each record that carries a trace on is one span of it, under the very id that its messages carry")
    func story() throws {
      let (collector, port) = try collector()
      let world = try World()
      let worker = try world.worker(
        "--http", "0",
        environment: environment(
          port,
          [
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20s3cret",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test", "OTEL_SERVICE_NAME": "nest",
          ]))
      let runner = try world.runner("r1", slots: 1)
      let listener = try Listener(world.broker)
      try listener.publish(
        Subject.actor("a1", "create"), parent("a").merging(["Roost-Reply-To": "\(Self.inbox).create"]) { $1 })
      _ = try listener.first("roost.event.default.gpu.a1.ready")
      try listener.publish(Subject.actor("a2", "create"), parent("d", flags: "00"))
      _ = try listener.first("roost.event.default.gpu.a2.created")
      try listener.publish(Subject.actor("a2", "wake"), parent("b"), [0x0a, 0x02, 0x0a, 0x00])
      _ = try listener.first("roost.event.default.gpu.a2.pending")
      try listener.publish(Subject.actor("a1", "sleep"), parent("c"))
      _ = try listener.first("roost.event.default.gpu.a2.ready")

      #expect(
        eventually { Set(told(collector)) == carried(listener) && counts(worker) == [told(collector).count, 0, 0] },
        "\(told(collector)) \(carried(listener)) \(counts(worker))")
      #expect(Set(told(collector)).count == told(collector).count)
      let spans = collector.lines(with: ["saw": "span"])
      for (letter, names) in [
        ("a", ["roost create", "roost ready"]), ("b", ["roost wake", "roost start", "roost ready"]),
        ("c", ["roost sleep"]),
      ] {
        let own = spans.filter { $0["trace"] == String(repeating: letter, count: 32) }
        // A stop that was heard of may have a record of its own.
        #expect(own.compactMap { $0["name"] }.starts(with: names), "\(own)")
        #expect(own.allSatisfy { $0["state"] == "t=\(letter)" && $0["parent"] == "00f067aa0ba902b7" })
        let starts = own.map { $0.number("start") }
        #expect(starts == starts.sorted() && own.allSatisfy { $0.number("start") <= $0.number("end") })
      }
      #expect(
        spans.allSatisfy {
          $0["kind"] == "SPAN_KIND_CONSUMER" && $0["flags"] == "301" && $0["service.service.name"] == "nest"
            && $0["service.deployment.environment"] == "test" && $0["scope"] == "roost"
            && $0["attributes.messaging.system"] == "nats" && $0["attributes.roost.pool"] == "default/gpu"
        }, "\(spans)")
      // It starts when the broker stored the signal.
      let wake = try #require(spans.first { $0["name"] == "roost wake" })
      let stored = try #require(
        try world.observer.read("ROOST_SIGNALS").first { $0["subject"] == Subject.actor("a2", "wake") })
      #expect(wake["attributes.roost.signal.sequence"] == stored["seq"])
      let requests = collector.lines(with: ["saw": "request"])
      #expect(
        requests.allSatisfy {
          $0["type"] == "application/x-protobuf" && $0["path"] == "/v1/traces" && $0["authorization"] == "Bearer s3cret"
        }, "\(requests)")
      #expect(!worker.log.contains("s3cret"), "\(worker.log)")
      withExtendedLifetime(runner) {}
    }

    @Test("a proxy's password is not told when the proxy cannot be used")
    func secretOfProxy() throws {
      let world = try World()
      let worker = try world.worker(
        environment: environment("1", ["http_proxy": "ftp://user:s3cret@127.0.0.1:1", "NO_PROXY": "elsewhere"]))
      let listener = try Listener(world.broker)
      try listener.publish(Subject.actor("a1", "create"), parent("a"))
      #expect(eventually { worker.log.contains("spans are not taken by the collector") }, "\(worker.log)")
      #expect(!worker.log.contains("s3cret"), "\(worker.log)")
    }

    @Test("a collector that does not answer holds up neither signals nor the stop; what has no room is counted")
    func slow() throws {
      let (collector, port) = try collector()
      let world = try World()
      let settings = environment(
        port,
        [
          "OTEL_BSP_MAX_QUEUE_SIZE": "4", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "2",
          "OTEL_EXPORTER_OTLP_TIMEOUT": "3600000", "OTEL_BSP_SCHEDULE_DELAY": "3600000",
        ])
      let worker = try world.worker("--http", "0", environment: settings)
      let listener = try Listener(world.broker)
      try order(collector, "hold")
      func create(_ numbers: ClosedRange<Int>) throws {
        for number in numbers {
          try listener.publish(Subject.actor("a\(number)", "create"), parent("a"))
          _ = try listener.first("roost.event.default.gpu.a\(number).created")
        }
      }
      // Two are with the collector, four wait, the others are dropped.
      try create(1...2)
      try collector.wait(for: ["saw": "request", "spans": "2"])
      try create(3...20)
      #expect(eventually { counts(worker) == [0, 14, 0] }, "\(counts(worker))")
      try order(collector, "go")
      #expect(eventually { counts(worker) == [6, 14, 0] }, "\(counts(worker))")
      #expect(eventually { told(collector).count == 6 })
      #expect(Set(told(collector)).isSubset(of: carried(listener)))

      try order(collector, "hold")
      try create(21...22)
      try collector.wait(for: ["saw": "request", "spans": "2"], count: 4)
      // Long before the collector's hour is over.
      #expect(try worker.stop() == 0)
    }

    @Test("while nobody listens signals are served and the log says it once; a collector that comes back gets spans")
    func away() throws {
      let (first, port) = try collector()
      #expect(first.stop() != 0)
      let world = try World()
      let worker = try world.worker(
        "--http", "0", environment: environment(port, ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"]))
      let listener = try Listener(world.broker)
      try listener.publish(Subject.actor("a1", "create"), parent("a"))
      _ = try listener.first("roost.event.default.gpu.a1.created")
      try worker.wait(forLog: "spans are not taken by the collector")
      try listener.publish(Subject.actor("a2", "create"), parent("a"))
      _ = try listener.first("roost.event.default.gpu.a2.created")
      let (second, _) = try collector("--port", port)
      try worker.wait(forLog: "spans are taken by the collector again")
      #expect(eventually { counts(worker) == [2, 0, 0] }, "\(counts(worker))")
      #expect(worker.log.ranges(of: "spans are not taken").count == 1, "\(worker.log)")
      #expect(Set(told(second)) == carried(listener))
    }

    @Test("a collector that asks to come later is asked again then, and a stop sends what waits")
    func later() throws {
      let (collector, port) = try collector()
      try order(collector, "answer 503 2")
      let world = try World()
      let worker = try world.worker(environment: environment(port))
      let listener = try Listener(world.broker)
      try listener.publish(Subject.actor("a1", "create"), parent("a"))
      try collector.wait(for: ["saw": "request", "status": "503"])
      try order(collector, "answer 200")
      try worker.wait(forLog: "spans are taken by the collector again")
      let requests = collector.lines(with: ["saw": "request"]).map { $0.number("at") }
      #expect(requests.count == 2 && requests[1] - requests[0] >= 2_000, "\(requests)")
      #expect(try worker.stop() == 0)

      let patient = try world.worker(environment: environment(port, ["OTEL_BSP_SCHEDULE_DELAY": "3600000"]))
      try listener.publish(Subject.actor("a2", "create"), parent("b"))
      _ = try listener.first("roost.event.default.gpu.a2.created")
      #expect(told(collector).count == 1)
      #expect(try patient.stop() == 0)
      #expect(eventually { Set(told(collector)) == carried(listener) }, "\(told(collector))")
    }

    @Test("a collector behind TLS is trusted by the certificate that is named, and by no other")
    func tls() throws {
      let world = try World()
      let (certificate, key) = ("\(world.folder)/collector.pem", "\(world.folder)/collector-key.pem")
      let made = try TestProcess(
        "exec openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=collector "
          + "-addext subjectAltName=IP:127.0.0.1 -keyout '\(key)' -out '\(certificate)'")
      #expect(try made.exitCode() == 0, "\(made.output)")
      let (collector, port) = try collector("--certificate", certificate, "--key", key)
      let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://127.0.0.1:\(port)"]
      let listener = try Listener(world.broker)
      let doubting = try world.worker(environment: environment(port, endpoint))
      try listener.publish(Subject.actor("a1", "create"), parent("a"))
      try doubting.wait(forLog: "spans are not taken by the collector")
      #expect(try doubting.stop() == 0)
      #expect(told(collector).isEmpty)

      let trusting = try world.worker(
        environment: environment(port, endpoint.merging(["OTEL_EXPORTER_OTLP_CERTIFICATE": certificate]) { $1 }))
      try listener.publish(Subject.actor("a2", "create"), parent("b"))
      #expect(eventually { told(collector).count == 1 }, "\(trusting.log)")
    }
  }
}
