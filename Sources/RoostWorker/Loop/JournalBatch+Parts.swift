import RoostCore
import RoostWire

extension JournalBatch {
  /// The payloads of the records that tell this batch, decided in `record`. One input may change more than a record should
  /// hold: a lost runner takes all of its actors along. Then it is told in several, of which recovery takes all or none.
  func payloads(_ codec: WireCodec, record: RoostCore.RecordIndex) -> [[UInt8]] {
    let payload = codec.encode(self, record: record)
    guard payload.count > WorkerLimits.recordBytes, let (front, rest) = halves() else { return [payload] }
    var back = rest
    back.partOf = record
    return front.payloads(codec, record: record) + back.payloads(codec, record: record)
  }
}
