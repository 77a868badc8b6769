import RoostCore
import RoostNATS
import RoostTelemetry
import RoostWire
import Synchronization

/// The loop's link to a real broker: one connection for reading, pings and answers to them, an outbox for what batches
/// publish.
final class NATSLink: Link {
  let connection: NATSConnection
  let outbox: Outbox
  private let jetStream: JetStream
  private let subjects: Subjects
  private let parser: SubjectParser
  private let streams: RoostStreams
  private let queue: InputQueue
  private let control: Control
  private let log: Log
  /// Something of the present batch was not sent: its commit counts for nothing. Of the loop's thread.
  private var hasFailed = false

  init(
    connection: NATSConnection, outbox: Outbox, subjects: Subjects, streams: RoostStreams, queue: InputQueue,
    control: Control, log: Log
  ) {
    self.connection = connection
    self.outbox = outbox
    jetStream = JetStream(outbox.connection)
    self.subjects = subjects
    parser = SubjectParser(subjects)
    self.streams = streams
    self.queue = queue
    self.control = control
    self.log = log
  }

  func publish(_ subject: String, headers: [NATSHeader], payload: [UInt8]) {
    do throws(NATSError) {
      try outbox.publish(subject, headers: headers, payload: payload)
    } catch {
      switch error.code {
      case .tooLarge, .badSubject:
        // Trying again would not help, and would hold up everything behind it.
        log.error("message cannot be published", [.subject: subject, .error: error.message])
      default: hasFailed = true
      }
    }
  }

  func commit(_ number: UInt64) {
    if hasFailed {
      hasFailed = false
      queue.put(.doubtful(commit: number))
    }
    outbox.commit(batch: number)
  }

  func reply(to subject: String, payload: [UInt8]) {
    do throws(NATSError) {
      try connection.publish(subject, payload: payload)
    } catch {
      // Who asked asks again: nothing hangs on an answer that nobody waited for in vain.
      log.debug("answer not sent", [.subject: subject, .error: error.message])
    }
  }

  func publishTick(_ subject: String, payload: [UInt8]) {
    do throws(NATSError) {
      try jetStream.publish(subject, payload: payload) { [control, log] result in
        guard case .failure(let error) = result else { return }
        if error.code == .streamFull { control.streamIsFull() }
        log.debug("tick not stored", [.error: error.message])
      }
    } catch {
      log.debug("tick not sent", [.error: error.message])
    }
  }

  func store(_ letter: RoostWire.DeadLetter) {
    let sequence = letter.sequence
    var headers = letter.headers.filter { !Self.ownHeaders.contains($0.name) }.map { NATSHeader($0.name, $0.value) }
    headers.append(NATSHeader("Roost-Dead-Reason", letter.reason))
    headers.append(NATSHeader("Roost-Dead-Subject", letter.subject))
    headers.append(NATSHeader("Roost-Dead-Sequence", String(sequence)))
    headers.append(NATSHeader("Roost-Dead-Time", String(letter.storedAt.ms)))
    headers.append(NATSHeader("Nats-Msg-Id", "dead/\(streams.signalsName)/\(sequence)"))
    do throws(NATSError) {
      try jetStream.publish(subjects.dead(pool(of: letter.subject)), headers: headers, payload: letter.payload) {
        [queue, log] result in
        switch result {
        case .success: queue.put(.deadLetterStored(sequence))
        case .failure(let error):
          log.warning("dead letter not stored, it is tried again", [.sequence: sequence, .error: error.message])
          queue.put(.deadLetterFailed(sequence))
        }
      }
    } catch {
      if error.code == .tooLarge, !letter.payload.isEmpty {
        // With the headers added it is over the broker's limit: what is left says where it came from.
        var remains = letter
        remains.payload = []
        remains.reason += ",payload_too_large"
        return store(remains)
      }
      log.warning("dead letter not sent, it is tried again", [.sequence: sequence, .error: error.message])
      queue.put(.deadLetterFailed(sequence))
    }
  }

  /// Headers that the broker would act upon, or that are ours.
  private static let ownHeaders: Set<String> = [
    "Nats-Msg-Id", "Nats-Expected-Stream", "Nats-Expected-Last-Sequence", "Nats-Expected-Last-Msg-Id",
    "Nats-Expected-Last-Subject-Sequence", "Nats-Rollup", "Nats-TTL", "Roost-Dead-Reason", "Roost-Dead-Subject",
    "Roost-Dead-Sequence", "Roost-Dead-Time",
  ]

  private func pool(of subject: String) -> PoolID? {
    do throws(WireError) { return try parser.signal(subject).pool } catch { return error.pool }
  }
}
