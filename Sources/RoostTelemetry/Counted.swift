extension BinaryInteger {
  /// `1 runner`, `2 runners`.
  package func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }

  /// What so many do: `1 waits`, `2 wait`.
  package func counted(_ one: String, _ several: String) -> String { "\(self) \(self == 1 ? one : several)" }
}
