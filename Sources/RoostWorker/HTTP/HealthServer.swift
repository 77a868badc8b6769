import CMicroHTTPD
import Glibc
import RoostTelemetry

/// Serves the `HealthPage` on a thread of libmicrohttpd, until `stop()` or the end of this object.
package final class HealthServer: Sendable {
  /// With the port that was chosen.
  package let address: ListenAddress
  /// The library locks its daemon itself; it is stopped in `deinit` only, when nobody else holds it.
  nonisolated(unsafe) private let daemon: OpaquePointer
  /// What the callback is handed; lives until the daemon is stopped.
  nonisolated(unsafe) private let context: UnsafeMutableRawPointer

  /// Errors: `usage`, when the address cannot be listened on.
  package static func start(
    _ wanted: ListenAddress, page: HealthPage, log: Log
  ) throws(WorkerError) -> HealthServer {
    let socket = try ListeningSocket.open(wanted, log: log)
    let context = Unmanaged.passRetained(PageBox(page)).toOpaque()
    guard let daemon = startDaemon(socket, context) else {
      close(socket.descriptor)
      Unmanaged<PageBox>.fromOpaque(context).release()
      throw WorkerError(
        .usage, code: "ROOST-W031", "the health page on \(wanted) did not start; give another address with --http")
    }
    log.info("health page listens", [.httpAddress: socket.address])
    return HealthServer(address: socket.address, daemon: daemon, context: context)
  }

  private init(address: ListenAddress, daemon: OpaquePointer, context: UnsafeMutableRawPointer) {
    self.address = address
    self.daemon = daemon
    self.context = context
  }

  deinit {
    // Waits for answers under way and closes the socket.
    MHD_stop_daemon(daemon)
    Unmanaged<PageBox>.fromOpaque(context).release()
  }
}

private final class PageBox: Sendable {
  let page: HealthPage
  init(_ page: HealthPage) { self.page = page }
}

private func startDaemon(_ socket: ListeningSocket, _ context: UnsafeMutableRawPointer) -> OpaquePointer? {
  func option(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: value, ptr_value: nil)
  }
  let options = [
    option(.LISTEN_SOCKET, Int(socket.descriptor)),
    option(.CONNECTION_LIMIT, Int(HTTPLimits.connections)),
    option(.CONNECTION_TIMEOUT, Int(HTTPLimits.idleSeconds)),
    option(.CONNECTION_MEMORY_LIMIT, HTTPLimits.connectionBytes),
    option(.END, 0),
  ]
  let flags = MHD_USE_AUTO_INTERNAL_THREAD.rawValue | (socket.isIPv6 ? MHD_USE_IPv6.rawValue : 0)
  // MHD_start_daemon is variadic, which Swift does not import; its twin takes the arguments as a list.
  return options.withUnsafeBufferPointer { options in
    guard let first = options.baseAddress else { return nil }
    return withVaList([MHD_OPTION.ARRAY.rawValue, first, MHD_OPTION.END.rawValue]) { list in
      MHD_start_daemon_va(flags, socket.address.port, nil, nil, respond, context, list)
    }
  }
}

/// Runs on the library's thread, once per request when its headers are in; a body is not awaited.
private let respond: MHD_AccessHandlerCallback = { @Sendable context, connection, url, method, _, _, _, _ in
  guard let context, let connection, let url, let method else { return .NO }
  let page = Unmanaged<PageBox>.fromOpaque(context).takeUnretainedValue().page
  let answer = page.answer(method: String(cString: method), path: String(cString: url))
  var body = answer.body
  let response = body.withUTF8 { bytes in
    MHD_create_response_from_buffer(
      bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
  }
  guard let response else { return .NO }
  defer { MHD_destroy_response(response) }
  guard MHD_add_response_header(response, "Content-Type", answer.contentType) == .YES,
    MHD_add_response_header(response, "Cache-Control", "no-store") == .YES
  else { return .NO }
  return MHD_queue_response(connection, answer.status, response)
}
