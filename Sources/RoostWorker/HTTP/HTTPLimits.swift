/// Limits of the health page, with their reasons: it must never cost the worker more than a thread and some memory.
enum HTTPLimits {
  /// Probes and scrapers are few; what is beyond is refused at accept.
  static let connections: UInt32 = 64
  /// A connection that says nothing for this long is closed.
  static let idleSeconds: UInt32 = 10
  /// Request line and headers of one request; the smallest that ordinary clients fit into.
  static let connectionBytes = 16 << 10
  /// Connections that the kernel keeps until they are accepted.
  static let backlog: Int32 = 64
}
