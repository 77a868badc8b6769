/// Limits of the codec, with their reasons. What a message may say is judged by the machine (`RoostCore.Limits`).
package enum WireLimits {
  /// Memory that decoding one message may take. protobuf-c needs up to 56 times a message's size for hostile input and
  /// under 10 times for honest input; a message of the broker has at most 1 MiB unless it is configured otherwise.
  package static let decodeBytes = 16 << 20
  /// Memory that decoding one journal record may take: up to 512 KiB of small entries, or one with large inputs.
  package static let journalDecodeBytes = 64 << 20
  /// The first chunk of an arena: a typical message needs less than 2 KiB, so it is never left alone.
  static let arenaChunkBytes = 64 << 10
  /// The largest chunk that an arena keeps for the next message; a group commit of 512 KiB fits.
  static let arenaKeptBytes = 4 << 20
  /// Bytes of namespace and pool names.
  package static let poolNameBytes = 1...32
  /// Bytes of actor and runner ids.
  package static let identifierBytes = 1...64
  /// Bytes of the subject prefix: subjects stay far below what brokers take.
  package static let prefixBytes = 1...64
  /// A traceparent of version 00 has exactly so many bytes, later ones may be longer.
  package static let traceParentBytes = 55
  /// What the W3C asks everybody to pass on.
  package static let traceStateBytes = 512
}
