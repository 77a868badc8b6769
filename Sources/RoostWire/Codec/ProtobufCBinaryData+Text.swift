import CProtobufC
import Glibc
import RoostCore

/// Strings are `bytes` to protobuf-c (see scripts/descriptors.py), so their rules are checked here.
extension ProtobufCBinaryData {
  var bytes: [UInt8] { [UInt8](UnsafeBufferPointer(start: data, count: data == nil ? 0 : len)) }

  /// The text. `field` names it in the error: valid UTF-8, and no NUL, which would end the string for programs in C.
  func text(_ field: StaticString) throws(WireError) -> String {
    guard let data, len > 0 else { return "" }
    guard memchr(data, 0, len) == nil else {
      throw WireError(.notUTF8, "\(field) has a NUL byte; strings are UTF-8 without NUL")
    }
    guard let text = String(validating: UnsafeBufferPointer(start: data, count: len), as: UTF8.self) else {
      throw WireError(.notUTF8, "\(field) is not UTF-8")
    }
    return text
  }

  /// The text of a field that may not be empty.
  func requiredText(_ field: StaticString) throws(WireError) -> String {
    guard len > 0 else { throw .missing(field) }
    return try text(field)
  }

  /// An id of an actor or a runner.
  func identifier(_ field: StaticString) throws(WireError) -> String {
    guard let data, len > 0 else { throw .missing(field) }
    guard let text = Grammar.identifier(UnsafeBufferPointer(start: data, count: len)) else {
      throw WireError(.malformedID, "\(field) is not an id: 1 to 64 of the characters A-Z a-z 0-9 _ -")
    }
    return text
  }

  /// An id, or nil where none is given.
  func optionalIdentifier(_ field: StaticString) throws(WireError) -> String? {
    len == 0 ? nil : try identifier(field)
  }
}
