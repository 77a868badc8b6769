import CNats

/// Turns a status of the client library into an error; the one place that does.
///
/// The library keeps the text of its last error per thread, so this must run on the thread that made the call.
func check(_ status: natsStatus, _ doing: @autoclosure () -> String) throws(NATSError) {
  if status == NATS_OK { return }
  throw libraryError(status, doing())
}

func libraryError(_ status: natsStatus, _ doing: String) -> NATSError {
  let text = natsStatus_GetText(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
  switch status {
  case NATS_NO_SERVER, NATS_ADDRESS_MISSING:
    return NATSError(.unreachable, "\(doing): no NATS server answers (\(text)); check the address, start the server")
  case NATS_CONNECTION_DISCONNECTED, NATS_INSUFFICIENT_BUFFER, NATS_STALE_CONNECTION, NATS_IO_ERROR:
    return NATSError(.disconnected, "\(doing): the link to the NATS server is down (\(text)); it is being retried")
  case NATS_CONNECTION_CLOSED, NATS_DRAINING, NATS_INVALID_SUBSCRIPTION:
    return NATSError(.closed, "\(doing): the connection is closed (\(text)); open a new one")
  case NATS_TIMEOUT:
    return NATSError(.timeout, "\(doing): no answer in time; it may have happened or not, ask again")
  case NATS_NO_RESPONDERS:
    return NATSError(.noResponders, "\(doing): nobody listens; for JetStream: enable it in the server (-js)")
  case NATS_MAX_PAYLOAD:
    return NATSError(.tooLarge, "\(doing): larger than the server's max_payload; send less or raise it there")
  case NATS_CONNECTION_AUTH_FAILED, NATS_NOT_PERMITTED, NATS_SECURE_CONNECTION_REQUIRED:
    return NATSError(
      .notPermitted, "\(doing): the server refuses us (\(text)); check user, password or credentials, and permissions")
  case NATS_INVALID_SUBJECT:
    return NATSError(.badSubject, "\(doing): not a subject")
  case NATS_SLOW_CONSUMER:
    return NATSError(.slowConsumer, "\(doing): messages were dropped because they were not taken fast enough")
  default:
    return NATSError(.library, "\(doing): \(text) (status \(status.rawValue) of the NATS client library)")
  }
}
