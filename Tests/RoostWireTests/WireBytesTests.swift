import Foundation
import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

/// The bytes against protoc itself, which reads the .proto files as they are written: what the generator script
/// changes for protoc-c must not show on the wire.
@Suite("Bytes on the wire")
struct WireBytesTests {
  static func messages() -> [(type: String, file: String, bytes: [UInt8])] {
    let codec = WireCodec()
    var messages: [(String, String, [UInt8])] = []
    for signal in Samples.actorSignals {
      messages.append((signal.verb!.rawValue.capitalized, "signals", codec.encode(signal)))
    }
    for signal in Samples.runnerSignals {
      let type = [RunnerVerb.initialize: "RunnerInit", .events: "RunnerEvents", .stopping: "RunnerStopping"][
        signal.verb]!
      messages.append((type, "runner", codec.encode(signal)))
    }
    for signal in Samples.poolSignals {
      let type = [PoolVerb.configure: "Configure", .drain: "DrainRunner", .tick: "Tick"][signal.verb!]!
      messages.append((type, "signals", codec.encode(signal, worker: "w1")))
    }
    for command in Samples.outgoingCommands {
      let type = [
        CommandVerb.start: "CommandStartActor", .stop: "CommandStopActor", .welcome: "RunnerWelcome", .close: "Close",
      ][command.body.verb]!
      messages.append((type, "commands", codec.encode(command)))
    }
    messages.append(("ActorEvent", "events", codec.encode(event: Samples.event)))
    messages.append(("SignalOutcome", "events", codec.encode(answer: Samples.answer)))
    for request in APISamples.requests {
      messages.append(("\(request.verb.rawValue.capitalized)Request", "api", codec.encode(request)))
    }
    for (verb, reply) in APISamples.replies {
      messages.append(("\(verb.rawValue.capitalized)Reply", "api", codec.encode(reply)))
    }
    messages.append(("SpanExport", "spans", codec.encode(spans: SpanTests.export)))
    messages.append(("JournalBatch", "journal", codec.encode(JournalSamples.batch, record: 40)))
    return messages
  }

  /// Pipes bytes through protoc.
  static func protoc(_ mode: String, _ type: String, _ file: String, _ input: [UInt8]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "protoc", "--experimental_allow_proto3_optional", "-IProtos", "--\(mode)=roost.v1.\(type)",
      "roost/v1/\(file).proto",
    ]
    process.currentDirectoryURL = GeneratedCodeTests.root
    let (into, out) = (Pipe(), Pipe())
    process.standardInput = into
    process.standardOutput = out
    try process.run()
    into.fileHandleForWriting.write(Data(input))
    try into.fileHandleForWriting.close()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ProtocFailed(code: process.terminationStatus) }
    return Array(output)
  }

  struct ProtocFailed: Error { var code: Int32 }

  @Test("protoc reads every message that is encoded, and writes the same bytes for what it read")
  func sameBytes() throws {
    for (type, file, bytes) in Self.messages() {
      let text = try Self.protoc("decode", type, file, bytes)
      #expect(try Self.protoc("encode", type, file, text) == bytes, "\(type): \(String(decoding: text, as: UTF8.self))")
    }
  }

  @Test("a wake and a start written by hand are what the codec reads and writes")
  func byHand() throws {
    let codec = WireCodec()
    let wake = try Self.protoc(
      "encode", "Wake", "signals",
      Array("allocation_override { dont_sleep { pending_timeout_ms: 0 } } expires_ts: 0".utf8))
    #expect(wake == codec.encode(.wake(Wake(override: .dontSleep(pendingTimeoutMs: 0), expiresAt: Instant(ms: 0)))))
    let start = try Self.protoc(
      "encode", "CommandStartActor", "commands",
      Array(
        """
        index: 5 actor_id: "actor-00000001" generation: 3 session: "5f0c" journal_sequence: 900 cause_sequence: 77
        config { name: "größe" key: "k/1" create_ts: 1700000000000 input: "\\000\\377\\007" }
        """.utf8))
    #expect(start == codec.encode(Samples.outgoingCommands[0]))
  }
}
