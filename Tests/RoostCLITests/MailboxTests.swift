import Testing

@testable import RoostCLI

@Suite("Values that wait to be read")
struct MailboxTests {
  private let soon = ContinuousClock.now + .seconds(5)

  @Test("come in their order, whatever is put and taken in between")
  func order() {
    let mailbox = Mailbox<Int>()
    var (put, taken) = (0, 0)
    for round in 1...200 {
      for _ in 0..<round % 7 {
        mailbox.put(put)
        put += 1
      }
      for _ in 0..<min(round % 5, put - taken) {
        #expect(mailbox.take(until: soon) == taken)
        taken += 1
      }
    }
    while taken < put {
      #expect(mailbox.take(until: soon) == taken)
      taken += 1
    }
    #expect(mailbox.take(until: .now) == nil)
  }

  @Test("as many and as many bytes of them as were bound, one at least, and there is room again for what was taken")
  func bound() {
    let mailbox = Mailbox<Int>()
    let bound = Mailbox<Int>.Bound(values: 3, bytes: 100)
    #expect(mailbox.put(1, bytes: 1_000, within: bound), "alone")
    #expect(!mailbox.put(2, bytes: 0, within: bound), "too many bytes wait already")
    #expect(mailbox.take(until: soon) == 1)
    #expect(mailbox.put(3, bytes: 50, within: bound) && mailbox.put(4, bytes: 50, within: bound), "the last byte")
    #expect(!mailbox.put(5, bytes: 1, within: bound))
    #expect(mailbox.put(6, bytes: 0, within: bound), "the third value")
    #expect(!mailbox.put(7, bytes: 0, within: bound))
    #expect(mailbox.take(until: soon) == 3)
    #expect(mailbox.put(8, bytes: 50, within: bound))
  }
}
