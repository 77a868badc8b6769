import Glibc

/// The line a nats-server says to whoever connects: `INFO {json}`.
enum BrokerGreeting {
  /// nil: nobody listens on the port, or it was closed without a full line.
  static func read(port: UInt16) -> String? {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    if socket < 0 { return nil }
    defer { close(socket) }
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if connected != 0 { return nil }
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !line.contains(0x0a) {
      let count = recv(socket, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      line += buffer[0..<count]
    }
    return String(decoding: line, as: UTF8.self)
  }
}
