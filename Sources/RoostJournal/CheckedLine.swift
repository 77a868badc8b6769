/// A file of the journal that is one line of text: a person can read it, and a program knows whether it is whole.
enum CheckedLine {
  /// `FACTS crc=89abcdef` and the end of the line; the CRC covers the facts.
  static func encode(_ facts: String) -> [UInt8] {
    let crc = Array(facts.utf8).withUnsafeBytes { crc32c($0) }
    return Array("\(facts) crc=\(crc.hexadecimal)\n".utf8)
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// All of its digits, leading zeros too.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
  }
}
