import RoostCore
import RoostTestKit
import Testing

@testable import RoostWire

@Suite("Arena")
struct ArenaTests {
  @Test("pieces are aligned, do not overlap, and what exceeds the cap is refused until the next reset")
  func pieces() throws {
    let arena = Arena(capBytes: 1 << 20)
    for _ in 0..<2 {
      var end: [UInt] = []
      for size in [1, 15, 16, 17, 70_000, 3, 200_000] {
        let piece = try #require(arena.allocate(size))
        piece.initializeMemory(as: UInt8.self, repeating: 0xA5, count: size)
        let start = UInt(bitPattern: piece)
        #expect(start % 16 == 0)
        #expect(!end.contains { start < $0 && start + UInt(size) > $0 })
        end.append(start + UInt(size))
      }
      #expect(arena.allocate(1 << 20) == nil)
      #expect(arena.isExhausted)
      #expect(arena.allocate(-1) == nil)
      arena.reset()
      #expect(!arena.isExhausted)
      #expect(arena.usedBytes == 0)
    }
  }

  @Test("a message that would need far more memory than it has bytes is refused as too large, with the cap kept")
  func amplification() throws {
    // An empty RunnerEvent is two bytes on the wire and a whole struct in memory.
    let payload = [UInt8]((0..<1_000_000).flatMap { _ in [0x0A, 0x00] as [UInt8] })
    let codec = WireCodec()
    let message = Samples.message(.runner(Samples.pool, Samples.runner, .events))
    let error = Errors.thrown { () throws(WireError) in try codec.decodeSignal(message, payload: payload) }
    #expect(error?.reason == .tooLarge)
    #expect(codec.reading.usedBytes <= WireLimits.decodeBytes)
    // The codec is as good as new.
    let ping = Ping(ts: Instant(ms: 1), session: Samples.session, lastCommandIndex: 2)
    #expect(try codec.decodePing(codec.encode(ping: ping)) == ping)
  }
}
