import Glibc

/// One thread that runs `body` once. Its owner makes `body` return and then joins it.
package final class ServiceThread: Sendable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  package init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(run: body)).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { @Sendable context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(result == 0, "no thread could be started (\(result)): raise the process's limit of threads")
    self.thread = thread
  }

  /// Waits until `body` has returned; at once when called from the thread itself. Call it exactly once.
  package func join() {
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }
}
