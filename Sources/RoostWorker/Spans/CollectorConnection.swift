import CRoostHTTP
import Glibc

/// What came back for a POST.
struct PostAnswer: Sendable {
  /// 0 = nothing came, `error` says why.
  var status: Int
  /// Nothing was sent either.
  var isUnconnected = false
  /// As the answer asks for.
  var retryAfterS: Int64?
  var body: [UInt8] = []
  var error = ""
}

/// The way to a collector; tests have their own.
protocol CollectorPosting: Sendable {
  /// Sends and waits for the answer. For one thread.
  func post(_ body: [UInt8]) -> PostAnswer
  /// What is sent now or later ends by then, by the monotonic clock. From any thread.
  func end(byNs: Int64)
}

/// The way over HTTP.
final class CollectorConnection: CollectorPosting {
  /// The shim says which call is for which thread; freed in `deinit` only, when nobody else holds it.
  nonisolated(unsafe) private let connection: OpaquePointer

  /// nil: the library does not take the settings.
  init?(_ settings: SpanSettings) {
    let lines =
      ["Content-Type: application/x-protobuf", "User-Agent: roost", "Expect:"]
      // One without a value is written like that, by the library's rules.
      + settings.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    let copies: [UnsafeMutablePointer<CChar>?] = lines.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let pointers: [UnsafePointer<CChar>?] = copies.map { UnsafePointer($0) } + [nil]
    guard let made = roost_post_make(settings.endpoint, pointers, settings.authorities, Int(settings.timeoutMs))
    else { return nil }
    connection = made
  }

  /// An address without what may be secret; nil when it is none of http or https.
  static func shown(_ endpoint: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: roost_post_address_room) { room in
      guard let start = room.baseAddress, roost_post_show(endpoint, start, room.count) != 0 else { return nil }
      return String(cString: start)
    }
  }

  deinit { roost_post_free(connection) }

  func post(_ body: [UInt8]) -> PostAnswer {
    var answer = roost_post_answer()
    body.withUnsafeBytes { roost_post_send(connection, $0.baseAddress, $0.count, &answer) }
    return PostAnswer(
      status: answer.status, isUnconnected: answer.is_unconnected != 0,
      retryAfterS: answer.retry_after_s > 0 ? answer.retry_after_s : nil,
      body: Array(UnsafeRawBufferPointer(start: answer.body, count: answer.body_bytes)),
      error: String(cString: answer.error))
  }

  func end(byNs: Int64) { roost_post_end_by(connection, byNs) }
}
