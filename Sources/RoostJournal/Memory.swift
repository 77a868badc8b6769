import CRoostSystem

/// The process's memory.
package enum Memory {
  /// Gives what is free back to the system: reading a journal and making a snapshot take much more than what stays.
  package static func release() { roost_release_memory() }
}
