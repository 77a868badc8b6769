/// Subjects for answers: the prefix the user is permitted, then something nobody else has.
enum Inbox {
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  static func name(prefix: String) -> String { "\(prefix).\(token())" }

  /// 22 characters of 62: 131 bits, so that two processes never share one.
  static func token() -> String {
    String(decoding: (0..<22).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }, as: UTF8.self)
  }
}

extension NATSSettings {
  /// Without user and password.
  static func redact(_ url: String) -> String {
    url.split(separator: ",").map { one -> String in
      guard let at = one.lastIndex(of: "@") else { return String(one) }
      let slashes = one[..<at].lastIndex(of: "/")
      let scheme = slashes.map { String(one[...$0]) } ?? ""
      return scheme + one[one.index(after: at)...]
    }.joined(separator: ",")
  }
}
