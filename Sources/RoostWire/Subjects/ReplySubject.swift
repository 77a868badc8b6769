import RoostCore

/// The header Roost-Reply-To: where an answer may be published.
package enum ReplySubject {
  /// Accepted only under `_INBOX.` or `roost.reply.`, literal, at most 200 bytes: the worker must not be made to
  /// publish anywhere else. Empty tokens, wildcards and white space are not literal.
  package static func isAccepted(_ subject: String) -> Bool {
    var subject = subject
    return subject.withUTF8 { bytes in
      guard bytes.count <= Limits.replySubjectBytes, bytes.starts(with: inbox) || bytes.starts(with: reply),
        bytes.last != dot
      else { return false }
      var before = dot
      for byte in bytes {
        guard isLiteral(byte), byte != dot || before != dot else { return false }
        before = byte
      }
      return true
    }
  }

  private static let inbox = Array("_INBOX.".utf8)
  private static let reply = Array("roost.reply.".utf8)
  private static let dot = UInt8(ascii: ".")

  /// Visible ASCII that the broker gives no meaning to, dots apart.
  private static func isLiteral(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "*") && byte != UInt8(ascii: ">")
  }
}
