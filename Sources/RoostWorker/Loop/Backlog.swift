import RoostCore
import RoostNATS
import RoostWire

/// Signals that came and are not applied yet, in stream order.
struct Backlog {
  private var messages: [RoostNATS.SignalMessage] = []
  private var head = 0

  var isEmpty: Bool { head == messages.count }
  var first: RoostNATS.SignalMessage? { isEmpty ? nil : messages[head] }

  /// Takes all of `arrived`; gives memory back for what comes next.
  mutating func take(_ arrived: inout [RoostNATS.SignalMessage]) {
    if isEmpty {
      messages.removeAll(keepingCapacity: true)
      head = 0
      swap(&messages, &arrived)
    } else {
      messages.append(contentsOf: arrived)
      arrived.removeAll(keepingCapacity: true)
    }
  }

  mutating func removeFirst() { head += 1 }
}

/// The signal whose turn it is.
struct SignalInHand {
  enum Meaning {
    /// For the machine.
    case signal(Signal)
    /// The partition's records hold it already, or it is another worker's.
    case passedOver
    /// Bad input: to the dead letters.
    case dead(WireError)
    /// Its partition is damaged: refused, and kept for later.
    case quarantined(Signal)
  }

  let message: RoostNATS.SignalMessage
  let meaning: Meaning
  /// What alarms before it may still change.
  var alarmBudget = WorkerLimits.alarmsPerInput
}
