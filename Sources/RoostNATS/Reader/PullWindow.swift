/// How much a reader may still ask for: what is asked for, plus what came and was not consumed, stays within the
/// limits, however slow the owner is.
struct PullWindow: Equatable {
  /// One request for messages.
  struct Request: Equatable {
    var messages: Int
    /// nil: no limit, for the one message that is larger than what we would ask for.
    var bytes: Int?
  }

  let limitMessages: Int
  let limitBytes: Int
  private(set) var askedMessages = 0
  private(set) var askedBytes = 0
  private(set) var heldMessages = 0
  private(set) var heldBytes = 0
  private var receivedSinceRequest = 0
  private var mustAskOversize = false

  init(limitMessages: Int, limitBytes: Int) {
    precondition(limitMessages >= 2 && limitBytes >= 2)
    self.limitMessages = limitMessages
    self.limitBytes = limitBytes
  }

  /// What to ask for now, which then counts as asked; nil until half of both limits is free: few large requests cost
  /// the server less than many small ones.
  mutating func nextRequest() -> Request? {
    if mustAskOversize, askedMessages == 0 {
      if heldMessages > 0 { return nil }
      mustAskOversize = false
      askedMessages = 1
      askedBytes = limitBytes
      return Request(messages: 1, bytes: nil)
    }
    let messages = limitMessages - askedMessages - heldMessages
    let bytes = limitBytes - askedBytes - heldBytes
    if messages < limitMessages / 2 || bytes < limitBytes / 2 { return nil }
    askedMessages += messages
    askedBytes += bytes
    receivedSinceRequest = 0
    return Request(messages: messages, bytes: bytes)
  }

  /// A message came. `wireBytes`: its size as the server counts it, or less: headers are not seen here, so
  /// `askedBytes` may stay too high, which asks for less, until nothing is asked for any more.
  mutating func received(wireBytes: Int, sizeBytes: Int) {
    askedMessages = max(0, askedMessages - 1)
    askedBytes = askedMessages == 0 ? 0 : max(0, askedBytes - wireBytes)
    heldMessages += 1
    heldBytes += sizeBytes
    receivedSinceRequest += 1
  }

  /// The server ended a request before it was filled and says what was left of it. `isTooSmall`: because the next
  /// message did not fit; if it was a whole request, that message is asked for alone and without a limit of bytes.
  mutating func returned(messages: Int, bytes: Int, isTooSmall: Bool) {
    askedMessages = max(0, askedMessages - messages)
    askedBytes = askedMessages == 0 ? 0 : max(0, askedBytes - bytes)
    if isTooSmall, askedMessages == 0, receivedSinceRequest == 0 { mustAskOversize = true }
  }

  /// The owner is done with some of what came.
  mutating func consumed(messages: Int, bytes: Int) {
    precondition(messages <= heldMessages && bytes <= heldBytes, "more was consumed than was delivered")
    heldMessages -= messages
    heldBytes -= bytes
  }

  /// A new consumer: nothing is asked of it yet. What came before stays with the owner.
  mutating func forgetAsked() {
    askedMessages = 0
    askedBytes = 0
    mustAskOversize = false
  }
}
