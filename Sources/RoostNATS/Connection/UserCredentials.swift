/// A file with a JWT and the seed that it belongs to, as `nsc` makes it. The client library reads it at every connect; here it
/// is only looked at.
enum UserCredentials {
  private static let base64URL = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Whether the JWT is one that the server takes, and the seed its own, only the server can say. Errors: `badAccess`, for what
  /// the file lacks.
  static func check(_ file: String) throws(NATSError) {
    let words = try NATSAccess.read(file, "credentials").split { $0 == 0x0a || $0 == 0x0d || $0 == 0x20 }
    let hasJWT = words.contains(where: isJWT)
    let lack: String? =
      switch (hasJWT, NKey.hasSeed(words)) {
      case (true, true): nil
      case (true, false): "no seed of a user (58 characters from SU on)"
      case (false, true): "no JWT of a user (three parts with dots between them, from eyJ on)"
      case (false, false): "neither the JWT nor the seed of a user"
      }
    if let lack {
      throw NATSError(
        .badAccess, "the file of the credentials, \(file), holds \(lack); `nsc generate creds` makes one that is whole")
    }
  }

  /// A header that begins as all do in JSON, claims, and a signature.
  private static func isJWT(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 3 && word.starts(with: "eyJ".utf8)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(base64URL.contains) }
  }
}
