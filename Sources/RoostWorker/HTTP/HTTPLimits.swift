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
  /// How often a port in use is tried before it is refused, and the pause in between: 3 s in all. A large worker that was killed
  /// keeps its port until the kernel has taken back its memory.
  static let portTries = 60
  static let portPauseUs: UInt32 = 50_000
}
