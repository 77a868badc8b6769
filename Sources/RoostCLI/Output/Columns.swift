import RoostTelemetry

/// A row of cells under each other: each as wide as its column is at least, and nothing in it acts on a terminal.
enum Columns {
  /// A column without a width is the last.
  static func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let cell = LogLine.escaped(cell)
      line += (index > 0 ? "  " : "") + cell
      if index < widths.count { line += String(repeating: " ", count: max(0, widths[index] - cell.count)) }
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}

/// Rows of a name and a value, the values under each other.
enum FactTable {
  static func text(_ facts: [(name: String, value: String)]) -> String {
    let width = facts.map(\.name.count).max() ?? 0
    return facts.map { name, value in Columns.line([name, value], [width]) }.joined()
  }
}
