import Foundation
import RoostCore
import RoostNATS
import RoostWire
import RoostWorker

extension WireFuzz {
  /// What brokers, other workers and context files say, and the readers of it.
  static func json() -> [FuzzTarget] {
    [
      target(
        "JSON",
        #"{"error":{"code":503,"description":"no \u00fc"},"state":{"messages":9223372036854775807},"x":[null,"a.>"]}"#
      ) { _ in true },
      target(
        "stream",
        #"{"created":"2026-01-31T12:00:00.123456789Z","config":{"name":"S"},"state":{"messages":1,"bytes":9,"#
          + #""first_seq":1,"last_seq":9223372036854775807,"last_ts":"2026-01-31T12:00:00Z"}}"#
      ) { json throws(NATSError) in
        _ = try StreamInfo(json, name: "S")
        return true
      },
      // NATS/1.0, Roost-Reply-To: _INBOX.a, traceparent: 00-...
      target(
        "stored message",
        #"{"message":{"subject":"roost.signal.a.b.actor.c.wake","seq":7,"time":"2026-01-31T12:00:00Z","data":"CgA=","#
          + #""hdrs":"TkFUUy8xLjANClJvb3N0LVJlcGx5LVRvOiBfSU5CT1guYQ0KVHJhY2VwYXJlbnQ6IDAwLTENCg0K"}}"#
      ) { json throws(NATSError) in
        let message = try StoredMessage(json, stream: "S")
        _ = (message.headers(), message.header("Roost-Reply-To"))
        return true
      },
      FuzzTarget(
        "header block",
        seeds: ["NATS/1.0\r\nA:\r\nRoost-Reply-To: _INBOX.a\r\ntraceparent: 00-1\r\n\r\n"].map { Array($0.utf8) }
      ) { bytes in
        let text = JSONValue.string(Data(bytes).base64EncodedString())
        let fields: [String: JSONValue] = [
          "subject": .string("a"), "seq": .int(1), "time": .string("2026-01-31T12:00:00Z"), "hdrs": text,
        ]
        do throws(NATSError) {
          let message = try StoredMessage(.object(["message": .object(fields)]), stream: "S")
          _ = RoostNATS.SignalMessage(message, pending: 0)
          return message.headers().isEmpty ? .refused : .taken
        } catch {
          return .wrong("\(error)")
        }
      },
      target(
        "pools of a worker",
        #"{"endpoints":[{"subject":"roost.api.*.*.explain","data":{"pools":["a/b","c/d"],"pools_total":3}}]}"#
      ) { Discovery.pools($0, Subjects()) != nil },
      FuzzTarget(
        "journal identity",
        seeds: [#"{"id":"0123456789abcdef","position":12,"generation":3,"life":"a1"}"#].map { Array($0.utf8) }
      ) { bytes in
        guard let identity = Identity(bytes) else { return .refused }
        // Who did not know its newest generation is taken for one that had none.
        var again = identity
        again.generation = identity.generation ?? 0
        return Identity(identity.bytes) == again ? .taken : .wrong("\(identity) comes back as another")
      },
    ]
  }

  /// A reader of JSON; false = it says that this is nothing.
  private static func target(
    _ name: String, _ seed: String, _ read: @escaping (JSONValue) throws(NATSError) -> Bool
  ) -> FuzzTarget {
    FuzzTarget(name, seeds: [Array(seed.utf8)]) { bytes in
      do throws(NATSError) {
        return try read(try JSONValue.parse(bytes, from: "input")) ? .taken : .refused
      } catch {
        return .refused
      }
    }
  }
}
