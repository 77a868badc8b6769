import RoostCore
import RoostNATS
import RoostWire

/// Signals that came and are not applied yet, in stream order: in the pieces in which they came, so that none is moved.
struct Backlog {
  private var pieces: [[RoostNATS.SignalMessage]] = []
  private var head = 0
  /// Memory of pieces that are done, for those to come.
  private var spare: [[RoostNATS.SignalMessage]] = []

  var isEmpty: Bool { pieces.isEmpty }
  var first: RoostNATS.SignalMessage? { pieces.first?[head] }
  var last: RoostNATS.SignalMessage? { pieces.last?.last }

  func each(_ body: (RoostNATS.SignalMessage) -> Void) {
    for (index, piece) in pieces.enumerated() {
      for message in piece[(index == 0 ? head : 0)...] { body(message) }
    }
  }

  /// Takes all of `arrived`; gives memory back for what comes next.
  mutating func take(_ arrived: inout [RoostNATS.SignalMessage]) {
    guard !arrived.isEmpty else { return }
    pieces.append(arrived)
    arrived = spare.popLast() ?? []
  }

  mutating func removeFirst() {
    head += 1
    guard head == pieces[0].count else { return }
    head = 0
    var done = pieces.removeFirst()
    done.removeAll(keepingCapacity: true)
    if spare.count < 4 { spare.append(done) }
  }
}

/// What becomes of the signal whose turn it is.
enum SignalMeaning {
  /// For the machine.
  case signal(Signal)
  /// The partition's records hold it already, or it is another worker's.
  case passedOver
  /// Sent to see its way: it asks for nothing.
  case traceOnly
  /// Bad input: to the dead letters.
  case dead(WireError)
  /// Its partition is damaged, or its actor is: refused, and kept for later.
  case quarantined(Signal)
  /// Workers died of it: to the dead letters, and nobody looks into it again.
  case poison
}
