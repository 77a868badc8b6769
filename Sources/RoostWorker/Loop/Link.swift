import RoostCore
import RoostNATS
import RoostWire

/// Where the loop's output goes. No call may block or fail: what does not leave because the link is down is not
/// confirmed either, and the loop publishes it again after the next `Notice.linkUp`.
package protocol Link: AnyObject {
  /// A `Notice.linkUp` with this number was taken: the loop knows of so many breaks of the link. After another one
  /// nothing leaves before, so that nothing new overtakes what has to be published again.
  func resume(afterBreaks breaks: UInt64)
  /// Bytes of the largest message that the broker takes, headers included.
  var maxMessageBytes: Int { get }
  /// Publishes; all of these leave in the order of the calls.
  func publish(_ subject: String, headers: [NATSHeader], payload: [UInt8])
  /// Sends what was published. `Notice.handedOver(commit:)` or `.doubtful(commit:)` tells what became of it; numbers
  /// grow.
  func commit(_ number: UInt64)
  /// Answers a ping or a question at once.
  func reply(to subject: String, payload: [UInt8])
  /// Asks the stream for its time: stores a tick. If the stream is full, room is made.
  func publishTick(_ subject: String, payload: [UInt8])
  /// Stores a wake whose answers come back as `Notice.wakeAnswer` with this number; `.wakeNotStored` tells where it is not
  /// known to be in the stream.
  func publishWake(_ number: UInt64, _ subject: String, payload: [UInt8])
  /// Publishes a message that comes back to us behind everything that the broker is passing on to us;
  /// `Notice.echo` tells.
  func echo(_ number: UInt64)
  /// Stores a dead letter; `Notice.deadLetterStored` or `.deadLetterFailed` tells.
  func store(_ letter: RoostWire.DeadLetter)
}
