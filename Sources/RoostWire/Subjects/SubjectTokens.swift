import Glibc
import RoostCore

/// The tokens of a subject after its first, one after the other.
struct SubjectTokens {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at: Int

  /// nil when the subject does not begin with `lead`, which ends in a dot.
  init?(_ subject: UnsafeBufferPointer<UInt8>, after lead: [UInt8]) {
    guard subject.count > lead.count, let start = subject.baseAddress, memcmp(start, lead, lead.count) == 0 else {
      return nil
    }
    bytes = subject
    at = lead.count
  }

  var isAtEnd: Bool { at > bytes.count }

  /// The next token, empty at the end.
  mutating func next() -> UnsafeBufferPointer<UInt8> {
    guard at < bytes.count else {
      at = bytes.count + 1
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: ".") { at += 1 }
    defer { at += 1 }
    return UnsafeBufferPointer(rebasing: bytes[start..<at])
  }

  mutating func pool() throws(WireError) -> PoolID {
    let (namespace, name) = (Grammar.poolName(next()), Grammar.poolName(next()))
    guard let namespace, let name else {
      throw WireError(
        .malformedPool, "the subject's namespace or pool is not 1 to 32 of a-z 0-9 -, beginning with a letter or digit")
    }
    return PoolID(namespace: namespace, name: name)
  }

  mutating func identifier(pool: PoolID) throws(WireError) -> String {
    guard let id = Grammar.identifier(next()) else {
      throw WireError(
        .malformedID, "the subject's id is not 1 to 64 of the characters A-Z a-z 0-9 _ -", pool: pool)
    }
    return id
  }

  /// The last token as one of the verbs of this kind of subject.
  mutating func verb<Verb: RawRepresentable & CaseIterable>(
    _: Verb.Type, pool: PoolID
  ) throws(WireError) -> Verb where Verb.RawValue == String {
    let verb = Verb(rawValue: String(decoding: next(), as: UTF8.self))
    guard let verb, isAtEnd else {
      let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
      throw WireError(.unknownVerb, "the subject does not end in one of: \(verbs)", pool: pool)
    }
    return verb
  }
}
