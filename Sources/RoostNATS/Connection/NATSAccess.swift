/// Which NATS servers, and what we show them of ourselves. Files are named, not held: credentials and seeds are read again
/// at every reconnect, so that what is renewed in place is used; certificates when the process starts.
package struct NATSAccess: Sendable, Equatable {
  /// Who we are.
  package enum Identity: Sendable, Equatable {
    /// Nobody, or the user and password in the address.
    case inAddress
    case user(String, password: String)
    case token(String)
    /// A file with a JWT and the seed that it belongs to, as `nsc` makes it.
    case credentials(file: String)
    /// A file with the seed of a user's nkey, as `nk -gen user` makes it.
    case nkey(file: String)

    /// It is proven by a signature of what the server says.
    var isSigned: Bool {
      switch self {
      case .credentials, .nkey: true
      case .inAddress, .user, .token: false
      }
    }
  }

  /// Each a PEM file.
  package struct TLS: Sendable, Equatable {
    /// Who signs the server's certificate; nil = the system's authorities.
    package var authorities: String?
    /// Ours, for servers that want one, with its key.
    package var certificate: String?
    package var key: String?

    package init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
      (self.authorities, self.certificate, self.key) = (authorities, certificate, key)
    }
  }

  /// One URL, or several separated by commas. `nats://user:password@host:port` carries an identity.
  package var url: String
  package var identity = Identity.inAddress
  package var tls = TLS()
  /// `_INBOX`, or the prefix that the user is permitted (wire, permissions).
  package var inboxPrefix = "_INBOX"

  package init(_ url: String) { self.url = url }

  /// With any file of TLS, or one `tls://` address among several, nothing is said in the clear.
  var needsTLS: Bool {
    tls != TLS() || url.split(separator: ",").contains { $0.drop { $0 == " " }.lowercased().hasPrefix("tls://") }
  }

  /// The address as it may be shown.
  package var redactedURL: String { NATSSettings.redact(url) }

  /// Looks whether the files are there and whole, so that a slip is said at the start and not retried for ever. Errors:
  /// `badAccess`.
  package func check() throws(NATSError) {
    switch identity {
    case .inAddress, .user, .token: break
    case .credentials(let file): try UserCredentials.check(file)
    case .nkey(let file): _ = try NKey.publicKey(seedFile: file)
    }
    for (file, what) in [(tls.authorities, "authorities"), (tls.certificate, "certificate"), (tls.key, "key")] {
      if let file { _ = try Self.read(file, what) }
    }
    if (tls.certificate == nil) != (tls.key == nil) {
      throw NATSError(
        .badAccess, "a TLS certificate needs its key, and a key its certificate: give both, or neither of them")
    }
  }

  static func read(_ file: String, _ what: String) throws(NATSError) -> [UInt8] {
    do {
      return try SmallFile.read(file, atMost: NATSLimits.accessFileBytes)
    } catch {
      throw NATSError(.badAccess, "the file of the \(what), \(file), cannot be used: \(error.reason)")
    }
  }
}
