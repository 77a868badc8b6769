/// The name of a fact, the same on log lines and spans. All of them stand here and nowhere else.
package struct Key: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  private init(_ name: String) { self.name = name }
  package var description: String { name }

  // Who and where.
  package static let actorID = Key("roost.actor.id")
  package static let actorState = Key("roost.actor.state")
  package static let generation = Key("roost.actor.generation")
  package static let runnerID = Key("roost.runner.id")
  package static let session = Key("roost.runner.session")
  /// `NS/POOL`.
  package static let pool = Key("roost.pool")
  package static let pools = Key("roost.pool.count")
  package static let worker = Key("roost.worker.id")
  package static let version = Key("roost.version")

  // What came in.
  package static let subject = Key("roost.signal.subject")
  package static let verb = Key("roost.signal.verb")
  package static let sequence = Key("roost.signal.sequence")
  /// Milliseconds since the epoch, the broker's clock.
  package static let storedAt = Key("roost.signal.stored_ts")

  // What was decided.
  package static let commandIndex = Key("roost.command.index")
  package static let eventIndex = Key("roost.event.index")
  package static let eventKind = Key("roost.event.kind")
  package static let outcome = Key("roost.outcome")
  package static let ticket = Key("roost.ticket")
  package static let queuePosition = Key("roost.queue.position")

  // The journal.
  package static let partition = Key("roost.partition")
  package static let epoch = Key("roost.epoch")
  package static let record = Key("roost.journal.record")
  package static let position = Key("roost.journal.position")
  package static let journalID = Key("roost.journal.id")
  package static let otherJournalID = Key("roost.journal.other_id")
  package static let segment = Key("roost.journal.segment")
  package static let offset = Key("roost.journal.offset_bytes")
  package static let progress = Key("roost.journal.progress")
  package static let file = Key("roost.file")
  package static let folder = Key("roost.folder")

  // The broker.
  package static let server = Key("roost.broker.url")
  package static let serverVersion = Key("roost.broker.version")
  package static let stream = Key("roost.broker.stream")
  package static let bucket = Key("roost.broker.bucket")
  package static let connection = Key("roost.broker.connection")
  package static let firstSequence = Key("roost.broker.first_sequence")
  package static let lastSequence = Key("roost.broker.last_sequence")
  package static let setting = Key("roost.broker.setting")

  // Spans.
  /// OpenTelemetry's own.
  package static let messagingSystem = Key("messaging.system")
  package static let collector = Key("roost.collector.url")
  package static let variable = Key("roost.environment.variable")

  // The health page.
  package static let httpAddress = Key("roost.http.address")
  package static let ready = Key("roost.ready")

  /// A part of `roost up`: broker, worker or runner.
  package static let part = Key("roost.part")

  // The processes of actors.
  package static let process = Key("roost.process.id")
  package static let processEnd = Key("roost.process.end")
  package static let outputStream = Key("roost.process.stream")
  package static let outputLine = Key("roost.process.line")

  // How much, how long, why.
  package static let count = Key("roost.count")
  package static let dropped = Key("roost.dropped.count")
  package static let bytes = Key("roost.size_bytes")
  package static let limit = Key("roost.limit")
  package static let elapsedMs = Key("roost.elapsed_ms")
  package static let delayMs = Key("roost.delay_ms")
  package static let attempt = Key("roost.attempt")
  package static let reason = Key("roost.reason")
  package static let signal = Key("roost.process.signal")
  package static let errorCode = Key("roost.error.code")
  package static let error = Key("roost.error")
  package static let expected = Key("roost.expected")
  package static let actual = Key("roost.actual")
}
