import Glibc

/// Descriptors 0, 1 and 2, which a service manager or `2>&-` may have closed.
enum StandardDescriptors {
  /// What is closed is opened on /dev/null, so that no file of ours, a segment of the journal say, gets its number and is
  /// written to as if it were standard error. Before anything else is opened.
  ///
  /// The wrong way round: who reads or writes them still gets an error, as from a closed one.
  static func keep() {
    for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is the one: those below are open by now.
      let opened = open("/dev/null", mode)
      precondition(opened == number, "/dev/null cannot be opened in place of descriptor \(number): error \(errno)")
    }
  }
}
