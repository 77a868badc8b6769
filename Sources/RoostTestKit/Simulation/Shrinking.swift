// A failing story made short: whatever can be left out without the fault going away is.

extension Story {
  /// Runs tried at most.
  private static let tries = 800

  /// The same story with fewer steps, for which `fails` still holds.
  package func shrunk(while fails: (Story) -> Bool) -> Story {
    var best = self
    var tries = 0
    var size = max(1, steps.count / 2)
    while true {
      var isShorter = false
      var start = 0
      while start < best.steps.count, tries < Self.tries {
        var candidate = best
        candidate.steps.removeSubrange(start..<min(start + size, best.steps.count))
        tries += 1
        if fails(candidate) {
          best = candidate
          isShorter = true
        } else {
          start += size
        }
      }
      if tries >= Self.tries || (size == 1 && !isShorter) { return best }
      size = max(1, size / 2)
    }
  }

  /// Shrinks to the steps that bring about the same kind of fault.
  package func shrunk(toFault fault: String) -> Story {
    let kind = Self.kind(of: fault)
    return shrunk { story in
      let simulation = Simulation(story)
      simulation.run()
      return simulation.fault.map { Self.kind(of: $0) == kind } ?? false
    }
  }

  /// Without numbers and names, which differ as soon as something is left out.
  private static func kind(of fault: String) -> String {
    String(
      fault.split(separator: " ").filter { word in word.allSatisfy { $0.isLetter } }.joined(separator: " ").prefix(40))
  }

  /// Only the steps with these numbers.
  package func keeping(_ numbers: Set<Int>) -> Story {
    var story = self
    story.steps.removeAll { !numbers.contains($0.number) }
    return story
  }

  /// One line per step.
  package var lines: [String] { steps.map { "step \($0.number): \($0.action), then \($0.pauseMs) ms" } }
}
