import CRoostProtos
import RoostCore

extension WireCodec {
  /// The payload of record `record`.
  package func encode(_ batch: JournalBatch, record: RecordIndex) -> [UInt8] {
    writing.reset()
    return pack(journalWriter.write(batch, record: record))
  }

  /// What the payload of record `record` says. Entries that cannot be read are listed by what they name, and are not in
  /// the batch; what is thrown concerns the record as a whole, hence its partition.
  package func decodeJournalBatch(_ payload: UnsafeRawBufferPointer, record: RecordIndex) throws(WireError)
    -> JournalReading
  {
    let message = try unpack(Roost__V1__JournalBatch.self, payload, in: readingJournal)
    var reader = JournalReader(record: record)
    return try reader.read(message.pointee)
  }

  /// As above, from an array.
  package func decodeJournalBatch(_ payload: [UInt8], record: RecordIndex) throws(WireError) -> JournalReading {
    try payload.withBytes { bytes throws(WireError) in try decodeJournalBatch(bytes, record: record) }
  }
}
