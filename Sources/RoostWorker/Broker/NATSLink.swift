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
  let jetStream: JetStream
  let subjects: Subjects
  let parser: SubjectParser
  let streams: RoostStreams
  let queue: InputQueue
  private let control: Control
  /// Where answers to wakes of ours come back, with the wake's number behind it.
  private let wakeInbox: String
  /// Where echoes come back: on the connection that hears pings.
  private let echoSubject: String
  let log: Log
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
    wakeInbox = connection.newInbox()
    echoSubject = connection.newInbox()
  }

  var maxMessageBytes: Int { outbox.connection.maxPayloadBytes }

  func resume(afterBreaks breaks: UInt64) { outbox.resume(afterBreaks: breaks) }

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

  /// Before the first echo is sent; the subscription lasts as long as the connection, or until it is released.
  func hearEchoes() throws(NATSError) -> NATSSubscription {
    try connection.subscribe(echoSubject) { [queue] message in
      if let number = UInt64(String(decoding: message.payload, as: UTF8.self)) { queue.put(.echo(number)) }
    }
  }

  /// Before the first wake is sent; lasts as that of echoes.
  func hearWakes() throws(NATSError) -> NATSSubscription {
    try connection.subscribe(wakeInbox + ".*") { [queue] message in
      guard let number = message.subject.split(separator: ".").last.flatMap({ UInt64($0) }) else { return }
      queue.put(.wakeAnswer(number: number, payload: message.payload))
    }
  }

  func publishWake(_ number: UInt64, _ subject: String, payload: [UInt8]) {
    do throws(NATSError) {
      let replyTo = NATSHeader("Roost-Reply-To", "\(wakeInbox).\(number)")
      try jetStream.publish(subject, headers: [replyTo], payload: payload) { [queue, control] result in
        guard case .failure(let error) = result else { return }
        if error.code == .streamFull { control.streamIsFull() }
        queue.put(.wakeNotStored(number: number, reason: error.message))
      }
    } catch {
      queue.put(.wakeNotStored(number: number, reason: error.message))
    }
  }

  func echo(_ number: UInt64) {
    do throws(NATSError) {
      try connection.publish(echoSubject, payload: Array(String(number).utf8))
    } catch {
      // Without an answer nobody is judged.
      log.debug("echo not sent", [.error: error.message])
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
}
