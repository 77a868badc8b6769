extension NATSConnection {
  /// A subject for answers that nobody else has, under the prefix the user is permitted.
  package func newInbox() -> String { Inbox.name(prefix: settings.access.inboxPrefix) }
}
