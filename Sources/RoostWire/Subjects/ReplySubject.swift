import RoostCore

/// The header Roost-Reply-To: where an answer may be published.
package enum ReplySubject {
  /// Accepted only under `_INBOX.` or `roost.reply.`, literal, at most 200 bytes: the worker must not be made to
  /// publish anywhere else. Empty tokens, wildcards and white space are not literal.
  package static func isAccepted(_ subject: String) -> Bool {
    let bytes = subject.utf8
    guard bytes.count <= Limits.replySubjectBytes, subject.hasPrefix("_INBOX.") || subject.hasPrefix("roost.reply.")
    else { return false }
    return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { token in
      !token.isEmpty && token.allSatisfy(isLiteral)
    }
  }

  /// Visible ASCII that the broker gives no meaning to.
  private static func isLiteral(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "*") && byte != UInt8(ascii: ">")
  }
}
