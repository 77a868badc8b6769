import CCrypto

/// The public key of a user's nkey: the server is shown it, and the seed never leaves its file but to sign.
enum NKey {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
  private static let seedPrefix: UInt8 = 18 << 3
  private static let userPrefix: UInt8 = 20 << 3

  /// Errors: `badAccess`. The file may have other lines; the seed is the one that begins with SU.
  static func publicKey(seedFile: String) throws(NATSError) -> String {
    let lines = try NATSAccess.read(seedFile, "nkey").split { $0 == 0x0a || $0 == 0x0d || $0 == 0x20 }
    guard let seed = seed(among: lines) else {
      throw NATSError(
        .badAccess, "the file of the nkey, \(seedFile), holds no seed of a user (58 characters from SU on)")
    }
    let pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    defer { EVP_PKEY_free(pair) }
    var key = [UInt8](repeating: 0, count: 32)
    var count = key.count
    guard pair != nil, EVP_PKEY_get_raw_public_key(pair, &key, &count) == 1 else {
      throw NATSError(.badAccess, "the file of the nkey, \(seedFile): its public key cannot be computed")
    }
    return encode([userPrefix] + key)
  }

  static func hasSeed(_ lines: [ArraySlice<UInt8>]) -> Bool { seed(among: lines) != nil }

  private static func seed(among lines: [ArraySlice<UInt8>]) -> [UInt8]? {
    lines.first { $0.starts(with: "SU".utf8) }.flatMap(seed(of:))
  }

  /// 32 bytes behind two of prefix, and a checksum.
  private static func seed(of text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count == 58, let bytes = decode(text), bytes.count == 36 else { return nil }
    let sum = UInt16(bytes[34]) | UInt16(bytes[35]) << 8
    guard checksum(bytes[..<34]) == sum, bytes[0] & 0xf8 == seedPrefix,
      (bytes[0] & 7) << 5 | bytes[1] >> 3 == userPrefix
    else { return nil }
    return Array(bytes[2..<34])
  }

  private static func encode(_ body: [UInt8]) -> String {
    let sum = checksum(body[...])
    var text: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for byte in body + [UInt8(sum & 0xff), UInt8(sum >> 8)] {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 5 {
        count -= 5
        text.append(alphabet[Int(bits >> UInt32(count) & 31)])
      }
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for character in text {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      bits = bits << 5 | UInt32(value)
      count += 5
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(bits >> UInt32(count) & 0xff))
      }
    }
    return bytes
  }

  /// CRC-16 with the polynomial 0x1021, from 0 (XMODEM).
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    bytes.reduce(0) { sum, byte in
      (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in sum & 0x8000 != 0 ? sum << 1 ^ 0x1021 : sum << 1 }
    }
  }
}
