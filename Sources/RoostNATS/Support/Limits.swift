/// The numbers this target holds itself to, each with its reason.
package enum NATSLimits {
  /// First connect and each attempt to reconnect, in ms: a server that is there answers within a round trip; two
  /// seconds tell a slow network from none.
  package static let connectTimeoutMs: Int64 = 2_000

  /// Attempts at a connect that is proven by a signature: one of 256 is refused by a fault of the library, so three in a row
  /// are once in 16 million.
  static let signedConnects = 3

  /// Ping interval of the link in ms. With ``maxPingsOut`` a dead peer is noticed within 15 s, the time after which a
  /// silent runner would be called lost (lifecycle, defaults).
  package static let pingIntervalMs: Int64 = 5_000

  /// Pings without an answer before the link counts as broken.
  package static let maxPingsOut: Int32 = 2

  /// Longest pause between two attempts to reconnect, in ms: a broker that is back is used again within this time.
  package static let reconnectDelayCapMs: Int64 = 2_000

  /// First pause between two attempts to reconnect, in ms; doubled up to ``reconnectDelayCapMs``.
  package static let reconnectDelayMs: Int64 = 50

  /// What the library keeps of publishes made while the link is down. It takes no zero; with one byte it keeps a
  /// single publish and refuses the next: nothing is sent late that the caller was not told about.
  package static let reconnectBufferBytes: Int32 = 1

  /// Write and read buffer of a connection: a batch of 500 commands of about 120 bytes leaves in one system call.
  package static let ioBufferBytes: Int32 = 64 * 1024

  /// Largest file of credentials, keys or certificates, in bytes: a bundle of all public authorities has 220 KiB.
  package static let accessFileBytes = 4 * 1024 * 1024

  /// One request to the JetStream API, in ms: gaps of up to 8 s were seen while a cluster elects a leader, so callers
  /// try again; a single call does not hold a thread longer than this.
  package static let apiTimeoutMs: Int64 = 5_000

  /// Requests without an answer at a time on one connection: bounds memory when a broker takes but never answers.
  package static let maxOpenRequests = 100_000

  /// Messages asked for and not yet consumed by the owner of a reader: about 2 ms of reading at full speed.
  package static let readerMessages = 1_000

  /// Bytes asked for and not yet consumed by the owner of a reader: four messages of the largest default payload.
  package static let readerBytes = 4 * 1024 * 1024

  /// How long a pull waits for messages, in ms.
  package static let pullExpiresMs: Int64 = 30_000

  /// Heartbeat of a pull that waits, in ms; two missing ones make the reader take a new consumer.
  package static let pullHeartbeatMs: Int64 = 5_000

  /// After this long without a pull the server drops a consumer that nobody deleted, in ms.
  package static let consumerInactiveMs: Int64 = 60_000

  /// First pause before a reader makes its consumer again after a failure, in ms.
  package static let remakeDelayMs: Int64 = 100

  /// Longest pause before a reader makes its consumer again, in ms.
  package static let remakeDelayCapMs: Int64 = 5_000

  /// Bytes of a server's greeting line: those of real servers are below 1 KiB, clusters list their routes in it.
  package static let greetingBytes = 64 * 1024

  /// A batch that is being gathered leaves in parts of this size: large enough that the system call does not count,
  /// small enough that the broker works while we go on.
  package static let outboxPushBytes = 64 * 1024

  /// What may wait for a broker that takes nothing: some 15 s (until its silence breaks the link) of a busy worker.
  package static let outboxBufferBytes = 64 * 1024 * 1024
}
