import CProtobufC
import CRoostProtos

/// A struct that protoc-c generated. Its first member is its `ProtobufCMessage base`.
protocol CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>)
}

/// A value that can be written as a message of the wire.
protocol WireEncodable {
  associatedtype C: CMessage
  /// Fills a message whose fields are at their defaults; what it points to lives in `arena`.
  func write(to message: inout C, in arena: Arena)
}

/// A value that can be read from a message of the wire.
protocol WireDecodable {
  associatedtype C: CMessage
  init(from message: C) throws(WireError)
}

extension Array where Element: WireDecodable {
  /// A repeated field of messages.
  init(
    from first: UnsafeMutablePointer<UnsafeMutablePointer<Element.C>?>?, count: Int
  ) throws(WireError) {
    self = []
    reserveCapacity(count)
    for index in 0..<count {
      guard let message = first?[index] else { continue }
      append(try Element(from: message.pointee))
    }
  }
}

extension Array where Element == String {
  /// A repeated string.
  init(texts first: UnsafeMutablePointer<ProtobufCBinaryData>?, count: Int, _ field: StaticString) throws(WireError) {
    self = []
    for text in UnsafeBufferPointer(start: first, count: count) { append(try text.text(field)) }
  }
}
