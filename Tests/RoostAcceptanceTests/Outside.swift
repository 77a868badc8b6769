import Testing

/// What the product promises, proven from outside: the `roost` executable as a process, a real nats-server, runners and
/// wakers in Python, and everything seen through NATS.
///
/// One after the other: some of these tests measure time, and each one starts half a dozen processes.
@Suite("Seen from outside", .serialized)
enum Outside {}
