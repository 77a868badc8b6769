import CRoostProtos

// The messages of the journal, with protoc-c's functions that initialize them.

extension Roost__V1__JournalBatch: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_batch__init(message) }
}
extension Roost__V1__JournalPosition: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_position__init(message) }
}
extension Roost__V1__JournalSection: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_section__init(message) }
}
extension Roost__V1__JournalChange: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_change__init(message) }
}
extension Roost__V1__JournalPool: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_pool__init(message) }
}
extension Roost__V1__JournalFacts: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_facts__init(message) }
}
extension Roost__V1__JournalActor: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_actor__init(message) }
}
extension Roost__V1__JournalDemand: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_demand__init(message) }
}
extension Roost__V1__JournalWaiter: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_waiter__init(message) }
}
extension Roost__V1__JournalRunner: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_runner__init(message) }
}
extension Roost__V1__JournalSession: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_session__init(message) }
}
extension Roost__V1__JournalClosedSession: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_closed_session__init(message) }
}
extension Roost__V1__JournalCommand: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_command__init(message) }
}
extension Roost__V1__JournalEvent: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_event__init(message) }
}
extension Roost__V1__JournalAnswer: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_answer__init(message) }
}
extension Roost__V1__JournalDeadLetter: CMessage {
  static func initialize(_ message: UnsafeMutablePointer<Self>) { roost__v1__journal_dead_letter__init(message) }
}
