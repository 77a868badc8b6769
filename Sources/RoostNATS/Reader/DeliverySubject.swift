import Glibc

/// What a delivered message's reply subject says about it: `$JS.ACK.` and then
///
///     STREAM.CONSUMER.DELIVERED.STREAM_SEQ.CONSUMER_SEQ.TIME_NS.PENDING                   (9 tokens)
///     DOMAIN.ACCOUNT.STREAM.CONSUMER.DELIVERED.STREAM_SEQ.CONSUMER_SEQ.TIME_NS.PENDING    (11, or 12 with a last one)
struct DeliverySubject: Equatable {
  var streamSequence: UInt64
  var consumerSequence: UInt64
  var storedAtNs: Int64
  var pending: UInt64

  /// nil: not such a subject, or not of `consumer`.
  init?(_ text: UnsafePointer<CChar>, consumer: [UInt8]) {
    let bytes = UnsafeBufferPointer(
      start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
    let prefix = StaticString("$JS.ACK.")
    guard bytes.starts(with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)) else {
      return nil
    }
    let starts = Self.tokenStarts(bytes)
    let tokens = starts.count - 1
    guard tokens == 9 || tokens >= 11 else { return nil }
    let first = tokens == 9 ? 2 : 4  // of STREAM
    func token(_ index: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
      bytes[starts[first + index]..<(starts[first + index + 1] - 1)]
    }
    guard token(1).elementsEqual(consumer), let stream = Self.number(token(3)), let delivery = Self.number(token(4)),
      let time = Self.number(token(5)).flatMap({ Int64(exactly: $0) }), let pending = Self.number(token(6))
    else { return nil }
    streamSequence = stream
    consumerSequence = delivery
    storedAtNs = time
    self.pending = pending
  }

  /// Where each token begins, and behind the last one the place after a dot that would follow.
  private static func tokenStarts(_ bytes: UnsafeBufferPointer<UInt8>) -> InlineStarts {
    var starts = InlineStarts()
    starts.append(0)
    for index in bytes.indices where bytes[index] == UInt8(ascii: ".") { starts.append(index + 1) }
    starts.append(bytes.count + 1)
    return starts
  }

  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    if digits.isEmpty { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (tenfold, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = tenfold.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      if isOver || isOverToo { return nil }
      value = sum
    }
    return value
  }
}

/// At most 16 indexes without an allocation: this runs once per signal.
private struct InlineStarts {
  private var storage: InlineArray<16, Int> = .init(repeating: 0)
  private(set) var count = 0

  subscript(index: Int) -> Int { storage[index] }

  /// More than 16 are no delivery subject; the last place is overwritten and the count tells.
  mutating func append(_ value: Int) {
    storage[min(count, 15)] = value
    count += 1
  }
}
