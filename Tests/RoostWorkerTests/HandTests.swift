import RoostTestKit
import Testing

@testable import RoostWorker

@Suite("The file `hand`")
struct HandTests {
  @Test("a line in a sector that the device cannot read stands for a life that did not end in order")
  func lostSector() throws {
    let disk = SimulatedDisk()
    disk["hand"] = Hand.Line.clean.bytes(count: 128)
    disk.loseSectors(of: "hand", 0..<512)
    #expect(try Hand.open(disk, isNew: false).wasUnclean)
  }

  @Test(
    "a line that cannot be read stands for a life that did not end in order and named nothing",
    arguments: [
      "", "clean", "sequence=1 stored=2 times=3", "sequence=1 stored=2\n", "sequence=x stored=2 times=3\n",
      "sequence=1 stored=2 times=3 more=4\n",
    ])
  func unreadable(text: String) throws {
    let disk = SimulatedDisk()
    disk["hand"] = Array(text.utf8)
    #expect(try Hand.open(disk, isNew: true).wasUnclean)
    #expect(Hand.Line(text) == nil)
  }

  @Test("a life that took no signal leaves the file as it found it, also none")
  func putBack() throws {
    let disk = SimulatedDisk()
    try Hand.open(disk, isNew: true).putBack()
    #expect(disk["hand"] == nil)
    for line in [Hand.Line.clean, .mark(Hand.Mark(sequence: 7, storedAtNs: 8, times: 2))] {
      disk["hand"] = line.bytes(count: 128)
      try Hand.open(disk, isNew: false).putBack()
      #expect(disk["hand"] == line.bytes(count: 128))
    }
  }

  @Test("every line is read as it was written, in one sector")
  func lines() {
    let widest = Hand.Mark(sequence: .max, storedAtNs: .min, times: Int(UInt32.max))
    for line in [Hand.Line.clean, .running, .mark(widest)] {
      let bytes = line.bytes(count: 128)
      #expect(bytes.count == 128)
      #expect(Hand.Line(String(decoding: bytes, as: UTF8.self)) == line)
    }
  }
}
