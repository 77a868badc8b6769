/// A table of lines `column: expectation` under lines that name a row, so that it can be read beside the lifecycle.
struct Table {
  private var cells: [String: String] = [:]
  private(set) var rows: [String] = []
  private(set) var columns: [String] = []

  init(_ text: String) {
    for line in text.split(separator: "\n") where !line.allSatisfy({ $0 == " " }) {
      if line.first != " " {
        rows.append(String(line))
        continue
      }
      let trimmed = line.drop { $0 == " " }
      let column = String(trimmed.prefix { $0 != ":" })
      let cell = String(trimmed.dropFirst(column.count + 1).drop { $0 == " " })
      let key = "\(rows.last ?? "") / \(column)"
      precondition(cells.updateValue(cell, forKey: key) == nil, "the cell \(key) stands there twice")
      if !columns.contains(column) { columns.append(column) }
    }
  }

  subscript(row: String, column: String) -> String? { cells["\(row) / \(column)"] }
  var count: Int { cells.count }
}

extension World {
  /// The actor's state, then what was said, as one cell of a table.
  func cell(_ actor: String) -> String { ([self[actor]] + said).joined(separator: " | ") }
}
