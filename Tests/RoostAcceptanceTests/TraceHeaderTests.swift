import Foundation
import RoostTestKit
import Testing

extension Outside {
  @Suite("The trace headers of a signal")
  struct TraceHeaderTests {
    private static let inbox = "_INBOX.test"

    /// A trace of its own for each letter.
    private func headers(_ letter: Character, replyTo: String? = nil, destination: String? = nil) -> [String: String] {
      var headers = ["traceparent": "00-\(id(letter))-00f067aa0ba902b7-01", "tracestate": "test=\(letter)"]
      headers["Roost-Reply-To"] = replyTo.map { "\(Self.inbox).\($0)" }
      headers["Nats-Trace-Dest"] = destination
      return headers
    }

    private func id(_ letter: Character) -> String { String(repeating: letter, count: 32) }

    /// It goes on with that trace, and with a span that is the worker's.
    private func goesOn(_ heard: Listener.Heard, _ letter: Character) -> Bool {
      let parts = (heard.headers["traceparent"] ?? "").split(separator: "-").map { String($0) }
      return parts.count == 4 && parts[1] == id(letter) && parts[2] != "00f067aa0ba902b7" && parts[3] == "01"
        && heard.headers["tracestate"] == "test=\(letter)"
    }

    @Test(
      "go on to the commands, events and answers that it causes, and to its dead letter",
      arguments: Broker.Version.allCases)
    func passedOn(_ version: Broker.Version) throws {
      let world = try World(version)
      let worker = try world.worker()
      let runner = try world.runner("r1", slots: 1)
      let listener = try Listener(world.broker)
      let destination = "\(Self.inbox).told"

      try listener.publish(
        Subject.actor("a1", "create"), headers("a", replyTo: "create", destination: destination))
      for subject in [
        "roost.event.default.gpu.a1.created", "roost.command.default.gpu.r1.start", "roost.event.default.gpu.a1.ready",
        "\(Self.inbox).create",
      ] {
        let heard = try listener.first(subject)
        #expect(goesOn(heard, "a"), "\(version) \(subject): \(heard.headers)")
        #expect(heard.headers["Nats-Trace-Dest"] == nil, "\(version) \(subject): \(heard.headers)")
      }

      // A wait carries the trace of its wake to the start that ends it, whoever made room.
      try listener.publish(Subject.actor("a2", "create"), [:])
      let create = try listener.first("roost.event.default.gpu.a2.created")
      #expect(create.headers.isEmpty, "\(create.headers)")
      try listener.publish(Subject.actor("a2", "wake"), headers("b", replyTo: "wake"), [0x0a, 0x02, 0x0a, 0x00])
      #expect(goesOn(try listener.first("roost.event.default.gpu.a2.pending"), "b"))
      try listener.publish(Subject.actor("a1", "sleep"), headers("c"))
      #expect(goesOn(try listener.first("roost.command.default.gpu.r1.stop"), "c"))
      #expect(goesOn(try listener.first("roost.event.default.gpu.a2.ready"), "b"))
      #expect(eventually { listener.all("roost.command.default.gpu.r1.start").count == 2 })
      #expect(listener.all("roost.command.default.gpu.r1.start").last.map { goesOn($0, "b") } == true)
      #expect(eventually { listener.all("\(Self.inbox).wake").count == 3 })
      #expect(listener.all("\(Self.inbox).wake").allSatisfy { goesOn($0, "b") })

      // As it was, and who asked hears of it under the same trace.
      try listener.publish(Subject.actor("a1", "wake"), headers("d", replyTo: "dead"), [0xff])
      let letter = try listener.first("roost.dead.default.gpu")
      #expect(letter.headers["traceparent"] == headers("d")["traceparent"], "\(letter.headers)")
      #expect(goesOn(try listener.first("\(Self.inbox).dead"), "d"))

      // What a server tells of a message's way ends at the stream: there it disables the header that asked for it.
      if version != .debian {
        #expect(eventually { listener.all(destination).contains { $0.text.contains("\"stream\":\"ROOST_SIGNALS\"") } })
      }
      withExtendedLifetime((worker, runner)) {}
    }

    @Test("a trace survives the worker: what was not handed over is sent again with it")
    func afterKill() throws {
      let world = try World()
      let worker = try world.worker()
      let listener = try Listener(world.broker)
      try listener.publish(Subject.actor("a1", "create"), [:])
      try listener.publish(
        Subject.actor("a1", "wake"), headers("e", replyTo: "wake"), [0x0a, 0x02, 0x0a, 0x00])
      #expect(goesOn(try listener.first("roost.event.default.gpu.a1.pending"), "e"))
      try worker.kill()
      let next = try world.worker()
      let runner = try world.runner("r1", slots: 1)
      for subject in ["roost.command.default.gpu.r1.start", "roost.event.default.gpu.a1.ready"] {
        let heard = try listener.first(subject)
        #expect(goesOn(heard, "e"), "\(heard.headers)")
      }
      #expect(eventually { listener.all("\(Self.inbox).wake").contains { $0.payload.starts(with: [8, 3]) } })
      #expect(listener.all("\(Self.inbox).wake").allSatisfy { goesOn($0, "e") })
      withExtendedLifetime((next, runner)) {}
    }

    @Test("a message that is sent for the trace only is no work", arguments: Broker.Version.allCases)
    func traceOnly(_ version: Broker.Version) throws {
      let world = try World(version)
      let worker = try world.worker("--http", "0")
      let listener = try Listener(world.broker)
      let runner = try TestProcess(
        "exec \(TestProcess.roost) runner --pool default/gpu --id r1 --slots 2 --server \(world.broker.url) -- sleep 100"
      )
      _ = try listener.first("roost.command.default.gpu.r1.welcome")
      try listener.publish(Subject.actor("a1", "create"), [:])
      _ = try listener.first("roost.event.default.gpu.a1.ready")
      let alone = ["Nats-Trace-Only": "true"]
      let told = ["Nats-Trace-Only": "true", "Nats-Trace-Dest": "\(Self.inbox).told"]
      for headers in [alone, told, ["Nats-Trace-Only": "1"]] {
        try listener.publish(Subject.actor("a1", "destroy"), headers)
        try listener.publish(Subject.actor("a2", "create"), headers)
        try listener.publish(Subject.runner("r1", "stopping"), headers)
        try listener.publish(Subject.actor("a1", "wake"), headers, [0xff])
        try listener.publish("roost.command.default.gpu.r1.close", headers, [0xff])
        #expect(listener.request("roost.ping.default.gpu.r1", headers, [], timeoutMs: 300) == nil)
        #expect(listener.request("roost.api.default.gpu.list", headers, [], timeoutMs: 300) == nil)
      }
      // They are asked in vain for the headers alone.
      #expect(listener.request("roost.ping.default.gpu.r1", [:], [], timeoutMs: 5_000) != nil)
      #expect(listener.request("roost.api.default.gpu.list", [:], [], timeoutMs: 5_000) != nil)

      // What comes after them is applied, and nothing of them was.
      try listener.publish(Subject.actor("a3", "create"), [:])
      _ = try listener.first("roost.event.default.gpu.a3.ready")
      #expect(listener.all("roost.event.default.gpu.a2.created").isEmpty)
      #expect(listener.all("roost.event.default.gpu.a1.destroying").isEmpty)
      #expect(listener.all("roost.event.default.gpu.a1.going_away").isEmpty)
      #expect(listener.all("roost.dead.default.gpu").isEmpty)
      // The server keeps back what names a destination, if it knows the header.
      let stored = try world.observer.read("ROOST_SIGNALS").count { $0["subject"] == Subject.actor("a2", "create") }
      #expect(stored == (version == .debian ? 3 : 2))
      let page = try #require(worker.page("/metrics")).text
      #expect(page.contains("roost_signals_total{outcome=\"trace_only\"} \(stored * 4)\n"), "\(page)")
      #expect(!runner.output.contains("command that cannot be read"), "\(runner.output)")
      try listener.publish("roost.command.default.gpu.r1.close", [:], [0xff])
      #expect(eventually { runner.output.contains("command that cannot be read") }, "\(runner.output)")
    }
  }
}
