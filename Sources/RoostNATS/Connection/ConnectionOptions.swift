import CNats
import Glibc

/// The library's options object, filled from ``NATSSettings``; the library copies it at connect.
final class ConnectionOptions {
  let handle: OpaquePointer

  init(_ settings: NATSSettings) throws(NATSError) {
    var created: OpaquePointer?
    try check(natsOptions_Create(&created), "preparing a connection")
    guard let handle = created else { throw NATSError(.library, "the NATS client library gave no options") }
    self.handle = handle
    let doing = "preparing a connection"
    try setServers(settings)
    try setIdentity(settings.access.identity)
    try setTLS(settings.access)
    try check(natsOptions_SetName(handle, settings.name), doing)
    try check(natsOptions_SetTimeout(handle, settings.connectTimeoutMs), doing)
    try check(natsOptions_SetPingInterval(handle, settings.pingIntervalMs), doing)
    try check(natsOptions_SetMaxPingsOut(handle, settings.maxPingsOut), doing)
    try check(natsOptions_SetMaxReconnect(handle, -1), doing)
    try check(natsOptions_SetReconnectBufSize(handle, NATSLimits.reconnectBufferBytes), doing)
    try check(natsOptions_SetIOBufSize(handle, NATSLimits.ioBufferBytes), doing)
    // The library's common pool for it has one thread.
    if settings.keepsArrivalOrder { try check(natsOptions_UseGlobalMessageDelivery(handle, true), doing) }
    // Every publish leaves at once; an outbox gathers them itself.
    try check(natsOptions_SetSendAsap(handle, true), doing)
  }

  deinit { natsOptions_Destroy(handle) }

  private func setServers(_ settings: NATSSettings) throws(NATSError) {
    let servers = settings.access.url.split(separator: ",").map { String($0) }
    if servers.isEmpty { throw NATSError(.unreachable, "no NATS server given; name one, e.g. nats://127.0.0.1:4222") }
    let copies = servers.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer($0) }
    try check(
      natsOptions_SetServers(handle, &pointers, Int32(pointers.count)),
      "reading the address \(settings.access.redactedURL)")
  }

  private func setIdentity(_ identity: NATSAccess.Identity) throws(NATSError) {
    let doing = "preparing to say who we are"
    switch identity {
    case .inAddress: break
    case .user(let name, let password): try check(natsOptions_SetUserInfo(handle, name, password), doing)
    case .token(let token): try check(natsOptions_SetToken(handle, token), doing)
    case .credentials(let file): try check(natsOptions_SetUserCredentialsFromFiles(handle, file, nil), doing)
    case .nkey(let file):
      try check(natsOptions_SetNKeyFromSeed(handle, try NKey.publicKey(seedFile: file), file), doing)
    }
  }

  private func setTLS(_ access: NATSAccess) throws(NATSError) {
    // The library passes over the scheme: without this a `tls://` address would be spoken to in the clear.
    guard access.needsTLS else { return }
    let tls = access.tls
    try check(natsOptions_SetSecure(handle, true), "preparing TLS")
    if let file = tls.authorities {
      try check(natsOptions_LoadCATrustedCertificates(handle, file), "reading the authorities in \(file)")
    }
    if let certificate = tls.certificate, let key = tls.key {
      try check(
        natsOptions_LoadCertificatesChain(handle, certificate, key), "reading the certificate in \(certificate)")
    }
  }

  /// `context`: a retained ``ConnectionObservers``. Every closure runs on a thread of the library.
  func setCallbacks(_ context: UnsafeMutableRawPointer) throws(NATSError) {
    let doing = "preparing a connection"
    try check(
      natsOptions_SetDisconnectedCB(
        handle, { @Sendable _, context in observers(context)?.tell(.disconnected) }, context),
      doing)
    try check(
      natsOptions_SetReconnectedCB(handle, { @Sendable _, context in observers(context)?.tell(.reconnected) }, context),
      doing)
    try check(
      natsOptions_SetClosedCB(
        handle,
        { @Sendable connection, context in
          guard let context else { return }
          let observers = Unmanaged<ConnectionObservers>.fromOpaque(context).takeRetainedValue()
          observers.tell(.closed(reason: lastErrorText(connection)))
          observers.forgetAll()
        }, context), doing)
    try check(
      natsOptions_SetErrorHandler(
        handle,
        { @Sendable connection, subscription, status, context in
          guard let observers = observers(context) else { return }
          if status != NATS_SLOW_CONSUMER {
            observers.tell(.trouble(libraryError(status, "on the connection: \(lastErrorText(connection))")))
          } else if let subject = observers.subscriptions.subject(of: subscription) {
            observers.tell(.slowConsumer(subject: subject))
          }
        }, context), doing)
    try check(
      natsOptions_SetCustomReconnectDelay(handle, { @Sendable _, attempts, _ in reconnectDelayMs(attempts) }, nil),
      doing)
  }
}

private func observers(_ context: UnsafeMutableRawPointer?) -> ConnectionObservers? {
  context.map { Unmanaged<ConnectionObservers>.fromOpaque($0).takeUnretainedValue() }
}

func lastErrorText(_ connection: OpaquePointer?) -> String {
  var text: UnsafePointer<CChar>?
  _ = natsConnection_GetLastError(connection, &text)
  return text.map { String(cString: $0) } ?? ""
}

/// 50, 100, 200 ms ... 2 s, each shortened by up to a quarter so that a fleet does not come back in step.
func reconnectDelayMs(_ attempts: Int32) -> Int64 {
  let doublings = min(max(Int64(attempts) - 1, 0), 10)
  let delay = min(NATSLimits.reconnectDelayMs << doublings, NATSLimits.reconnectDelayCapMs)
  return delay - Int64.random(in: 0...(delay / 4))
}
