import Glibc

/// What a NATS server says first to whoever connects: `INFO {json}`. The client library does not hand it on.
package struct ServerGreeting: Sendable, Equatable {
  package let serverName: String
  /// For example "2.12.8".
  package let version: String
  package let hasJetStream: Bool

  /// Connects, reads the line and closes. Errors: `unreachable`, `malformedReply`.
  package static func read(host: String, port: UInt16) throws(NATSError) -> ServerGreeting {
    let line = try readLine(host, port)
    guard line.starts(with: "INFO ".utf8) else { throw notNATS(host, port) }
    let json = try JSONValue.parse(Array(line.dropFirst(5)), from: "\(host):\(port)")
    guard let version = json["version"]?.string else { throw notNATS(host, port) }
    return ServerGreeting(
      serverName: json["server_name"]?.string ?? "", version: version, hasJetStream: json["jetstream"] == .bool(true))
  }

  private static func notNATS(_ host: String, _ port: UInt16) -> NATSError {
    NATSError(.malformedReply, "\(host):\(port) is not a NATS server; check the address")
  }

  private static func readLine(_ host: String, _ port: UInt16) throws(NATSError) -> [UInt8] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0 else {
      throw NATSError(.unreachable, "\(host) has no address; check the name")
    }
    defer { freeaddrinfo(found) }
    var next = found
    while let address = next {
      if let line = readLine(address.pointee) { return line }
      next = address.pointee.ai_next
    }
    throw NATSError(.unreachable, "\(host):\(port): no NATS server answers; check the address, start the server")
  }

  /// nil: nobody there, or no whole line in time.
  private static func readLine(_ address: addrinfo) -> [UInt8]? {
    let descriptor = socket(address.ai_family, address.ai_socktype | O_CLOEXEC, address.ai_protocol)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: Int(NATSLimits.connectTimeoutMs / 1_000), tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    guard setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size) == 0,
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size) == 0,
      connect(descriptor, address.ai_addr, address.ai_addrlen) == 0
    else { return nil }
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while line.count < NATSLimits.greetingBytes {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      line += buffer[0..<count]
      if let end = line.firstIndex(of: 0x0a) { return Array(line[..<end]) }
    }
    return nil
  }
}

extension NATSConnection {
  /// The greeting of the server in use, through a connection of its own. Waits; for set-up.
  package func greeting() throws(NATSError) -> ServerGreeting {
    let url = try connectedURL()
    let address = url.split(separator: "/").last ?? ""
    guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
      throw NATSError(.malformedReply, "\(url): the client library gave an address without a port")
    }
    let host = address[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
    return try ServerGreeting.read(host: String(host), port: port)
  }
}
