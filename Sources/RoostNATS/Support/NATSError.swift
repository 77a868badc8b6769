/// What went wrong between us and the broker.
///
/// `code` is stable and has a page of its own; `message` says what to do next and never holds payload bytes.
package struct NATSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Stable codes of this target's errors.
  package enum Code: String, Sendable, CaseIterable {
    /// No server answered at the address.
    case unreachable = "ROOST-N001"
    /// The link is down at the moment; the library is trying to get it back.
    case disconnected = "ROOST-N002"
    /// The connection was closed for good, by us or because the server refuses us.
    case closed = "ROOST-N003"
    /// No answer in time; what was asked may have happened or not.
    case timeout = "ROOST-N004"
    /// Nobody listens on the subject; for the JetStream API: the server has JetStream off.
    case noResponders = "ROOST-N005"
    /// The server answered with an error of its own.
    case refused = "ROOST-N006"
    /// The stream has reached its limit and refuses new messages.
    case streamFull = "ROOST-N007"
    /// A stream on the server is configured in another way than it must be.
    case configurationDiffers = "ROOST-N008"
    /// Stream, message or key does not exist.
    case notFound = "ROOST-N009"
    /// A key was written by somebody else since it was read.
    case wrongRevision = "ROOST-N010"
    /// The server's answer could not be understood.
    case malformedReply = "ROOST-N011"
    /// Messages came faster than they were taken and some were dropped.
    case slowConsumer = "ROOST-N012"
    /// The message is larger than the server takes.
    case tooLarge = "ROOST-N013"
    /// The server does not accept who we are or does not permit what we do.
    case notPermitted = "ROOST-N014"
    /// A subject or header with a space, a control character or nothing in it.
    case badSubject = "ROOST-N015"
    /// The client library failed in a way that has no code of its own.
    case library = "ROOST-N016"
    /// Too many requests are waiting for an answer.
    case tooManyRequests = "ROOST-N017"
    /// A file that shows who we are, or who the server is, is missing or not whole.
    case badAccess = "ROOST-N018"
  }

  package let code: Code
  package let message: String
  /// The server's own number for the failure (`err_code` of the JetStream API), 0 if it gave none.
  package let serverCode: Int

  package init(_ code: Code, _ message: String, serverCode: Int = 0) {
    self.code = code
    self.message = message
    self.serverCode = serverCode
  }

  package var description: String { "\(code.rawValue): \(message)" }
}
