import Foundation
import RoostCore

/// A JSON document as the broker's API speaks it; whole numbers stay whole.
package enum JSONValue: Equatable, Sendable, Codable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = Self.attempt(Bool.self, container) {
      self = .bool(value)
    } else if let value = Self.attempt(Int64.self, container) {
      self = .int(value)
    } else if let value = Self.attempt(Double.self, container) {
      self = .number(value)
    } else if let value = Self.attempt(String.self, container) {
      self = .string(value)
    } else if let value = Self.attempt([JSONValue].self, container) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The decoder says "it is of another type" by an error; whoever asks here goes on with the next type.
  private static func attempt<T: Decodable>(_ type: T.Type, _ container: any SingleValueDecodingContainer) -> T? {
    do { return try container.decode(type) } catch { return nil }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  package subscript(field: String) -> JSONValue? {
    if case .object(let fields) = self { fields[field] } else { nil }
  }

  package var string: String? { if case .string(let value) = self { value } else { nil } }

  /// A number that is not negative.
  package var unsigned: UInt64? { if case .int(let value) = self { UInt64(exactly: value) } else { nil } }

  /// What a server leaves out of its answer: false, 0, nothing.
  package var isEmptyOrOff: Bool {
    switch self {
    case .null, .bool(false), .int(0), .number(0), .string(""), .array([]), .object([:]): true
    default: false
    }
  }

  /// Compact text with sorted names; nothing in it acts on a terminal.
  package var text: String { render([.sortedKeys, .withoutEscapingSlashes]) }

  /// Indented text with sorted names.
  package var prettyText: String { render([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]) }

  private func render(_ format: JSONEncoder.OutputFormatting) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = format
    do {
      return Self.escaped(String(decoding: try encoder.encode(self), as: UTF8.self))
    } catch {
      preconditionFailure("a JSON value cannot be written: \(error)")
    }
  }

  /// The encoder escapes only what is below the blank. Behind it nothing that is hidden stands outside of strings.
  private static func escaped(_ json: String) -> String {
    func isRaw(_ scalar: Unicode.Scalar) -> Bool { scalar.value > 0x20 && scalar.isHidden }
    guard json.unicodeScalars.contains(where: isRaw) else { return json }
    var result = ""
    for scalar in json.unicodeScalars {
      guard isRaw(scalar) else {
        result.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }

  package static func parse(_ bytes: [UInt8], from source: String) throws(NATSError) -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw NATSError(.malformedReply, "\(source): the answer is not JSON; is this a NATS server with JetStream?")
    }
  }
}
