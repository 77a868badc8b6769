import Glibc
import RoostNATS

/// A TCP port of 127.0.0.1.
enum LoopbackPort {
  /// Errors: `usage` when something listens there already; who, if it says so.
  static func requireFree(_ port: UInt16) throws(CLIError) {
    let number = bindError(port)
    if number == 0 { return }
    let reason = number == EADDRINUSE ? "it is in use\(owner(port))" : String(cString: strerror(number)).lowercased()
    throw .usage(
      "the broker cannot listen on port \(port) of 127.0.0.1: \(reason); give another with --port, or 0 for any")
  }

  private static func bindError(_ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    // As the broker does: connections of an earlier one that are still remembered do not count.
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return status == 0 ? 0 : errno
  }

  private static func owner(_ port: UInt16) -> String {
    do throws(NATSError) {
      let greeting = try ServerGreeting.read(host: "127.0.0.1", port: port)
      return " by a NATS server (\(greeting.serverName), \(greeting.version))"
    } catch {
      // Something else, which does not say what it is.
      return ""
    }
  }
}
