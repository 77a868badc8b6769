import CRoostProtos
import RoostCore

/// What clients publish: payloads of signals. The subject is `Subjects.signal(...)` with `verb`.
extension WireCodec {
  /// A `refused` signal is a worker's finding and has no payload.
  package func encode(_ signal: ActorSignal) -> [UInt8] {
    switch signal {
    case .create(let create): return encode(create)
    case .wake(let wake): return encode(wake)
    case .allocate(let runner, let ticket):
      writing.reset()
      let message = writing.make(Roost__V1__Allocate.self)
      message.pointee.runner_id = writing.copy(runner.text)
      if let ticket {
        message.pointee.has_ticket_case = ROOST__V1__ALLOCATE__HAS_TICKET_TICKET
        message.pointee.ticket = ticket
      }
      return pack(message)
    case .sleep, .reschedule, .destroy: return []
    case .refused: preconditionFailure("refused is what a worker finds, not what a client publishes")
    }
  }

  package func encode(_ signal: RunnerSignal) -> [UInt8] {
    switch signal {
    case .initialize(let announcement): encode(announcement)
    case .events(let session, let events): encode(RunnerEventList(session: session, events: events))
    case .stopping(let session, let index): encode(RunnerStopping(session: session, lastCommandIndex: index))
    }
  }

  /// `worker` names the publisher of a tick.
  package func encode(_ signal: PoolSignal, worker: String = "") -> [UInt8] {
    writing.reset()
    switch signal {
    case .configure(let overlay):
      let message = writing.make(Roost__V1__Configure.self)
      message.pointee.settings = writing.build(overlay)
      return pack(message)
    case .drain(let runner):
      let message = writing.make(Roost__V1__DrainRunner.self)
      message.pointee.runner_id = writing.copy(runner.text)
      return pack(message)
    case .tick:
      let message = writing.make(Roost__V1__Tick.self)
      message.pointee.worker = writing.copy(worker)
      return pack(message)
    case .refused: preconditionFailure("refused is what a worker finds, not what a client publishes")
    }
  }
}

extension ActorSignal {
  /// The verb it is published under; nil for `refused`.
  package var verb: ActorVerb? {
    switch self {
    case .create: .create
    case .wake: .wake
    case .allocate: .allocate
    case .sleep: .sleep
    case .reschedule: .reschedule
    case .destroy: .destroy
    case .refused: nil
    }
  }
}

extension RunnerSignal {
  package var verb: RunnerVerb {
    switch self {
    case .initialize: .initialize
    case .events: .events
    case .stopping: .stopping
    }
  }
}

extension PoolSignal {
  /// The verb it is published under; nil for `refused`.
  package var verb: PoolVerb? {
    switch self {
    case .configure: .configure
    case .drain: .drain
    case .tick: .tick
    case .refused: nil
    }
  }
}
