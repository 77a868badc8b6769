import Glibc
import RoostTelemetry

/// A bound and listening TCP socket; made by us, so that a port in use is said in words and port 0 is known.
struct ListeningSocket {
  let descriptor: Int32
  /// With the port that was chosen.
  let address: ListenAddress
  let isIPv6: Bool

  static func open(_ wanted: ListenAddress, log: Log) throws(WorkerError) -> ListeningSocket {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(wanted.host, String(wanted.port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard status == 0, let first = found?.pointee else {
      throw refusal(wanted, "the host is unknown (\(String(cString: gai_strerror(status))))")
    }
    let descriptor = socket(first.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw refusal(wanted, reason(errno)) }
    do {
      let port = try bind(descriptor, first, wanted, log)
      return ListeningSocket(
        descriptor: descriptor, address: ListenAddress(host: wanted.host, port: port),
        isIPv6: first.ai_family == AF_INET6)
    } catch {
      close(descriptor)
      throw error
    }
  }

  private static func bind(
    _ descriptor: Int32, _ info: addrinfo, _ wanted: ListenAddress, _ log: Log
  ) throws(WorkerError) -> UInt16 {
    // A restarted worker must not wait for connections of the one before it to be forgotten.
    var on: Int32 = 1
    guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size)) == 0,
      bindInTime(descriptor, info, wanted, log),
      listen(descriptor, HTTPLimits.backlog) == 0
    else { throw refusal(wanted, reason(errno)) }
    var bound = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &bound) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    guard status == 0 else { throw refusal(wanted, reason(errno)) }
    // The port lies at the same place in the addresses of both families.
    return withUnsafePointer(to: &bound) {
      $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
    }
  }

  /// Waits for a port in use, with a bound: a worker that was killed a moment ago may still have it. False: errno says why not.
  private static func bindInTime(
    _ descriptor: Int32, _ info: addrinfo, _ wanted: ListenAddress, _ log: Log
  ) -> Bool {
    for attempt in 1...HTTPLimits.portTries {
      if Glibc.bind(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return true }
      guard errno == EADDRINUSE, attempt < HTTPLimits.portTries else { return false }
      if attempt == 1 { log.info("health page waits for its port, which is in use", [.httpAddress: wanted]) }
      usleep(HTTPLimits.portPauseUs)
    }
    return false
  }

  private static func reason(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }

  private static func refusal(_ wanted: ListenAddress, _ reason: String) -> WorkerError {
    WorkerError(
      .usage, code: "ROOST-W030",
      "the health page cannot listen on \(wanted): \(reason); give another address with --http, or port 0 for any")
  }
}
