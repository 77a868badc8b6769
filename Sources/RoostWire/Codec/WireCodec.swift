import CProtobufC
import CRoostProtos
import RoostCore

/// Swift values to bytes and back. Holds the memory both need; one per thread.
///
/// What each message is decoded to and encoded from stands in the extensions: signals, runners, outcomes, API, journal.
package final class WireCodec {
  let reading = Arena(capBytes: WireLimits.decodeBytes)
  let readingJournal = Arena(capBytes: WireLimits.journalDecodeBytes)
  let writing: Arena
  let journalWriter: JournalWriter

  package init() {
    writing = Arena(capBytes: .max)
    journalWriter = JournalWriter(arena: writing)
  }

  /// Reads one message. What it throws names the rule that the bytes break.
  func decode<Message: WireDecodable>(
    _: Message.Type, from bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> Message {
    try Message(from: unpack(Message.C.self, bytes, in: reading).pointee)
  }

  /// The C message, which lives in `arena` until its next reset.
  func unpack<C: CMessage>(
    _: C.Type, _ bytes: UnsafeRawBufferPointer, in arena: Arena
  ) throws(WireError) -> UnsafeMutablePointer<C> {
    arena.reset()
    guard let prototype = arena.allocate(MemoryLayout<C>.stride)?.bindMemory(to: C.self, capacity: 1) else {
      throw WireError(.tooLarge, "no message may take \(arena.capBytes) bytes")
    }
    C.initialize(prototype)
    let base = UnsafeRawPointer(prototype).load(as: ProtobufCMessage.self)
    let unpacked = protobuf_c_message_unpack(
      base.descriptor, arena.allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    guard let unpacked else {
      guard !arena.isExhausted else {
        throw WireError(
          .tooLarge,
          "decoding \(bytes.count) bytes would take over \(arena.capBytes) bytes of memory: split the message")
      }
      throw WireError(
        .undecodable, "\(bytes.count) bytes that are not a \(String(cString: base.descriptor.pointee.name))")
    }
    return UnsafeMutableRawPointer(unpacked).assumingMemoryBound(to: C.self)
  }

  /// The bytes of one message.
  func encode<Message: WireEncodable>(_ value: Message) -> [UInt8] {
    writing.reset()
    return pack(writing.build(value))
  }

  func pack<C: CMessage>(_ message: UnsafeMutablePointer<C>) -> [UInt8] {
    let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(base)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : protobuf_c_message_pack(base, buffer.baseAddress)
    }
  }
}
