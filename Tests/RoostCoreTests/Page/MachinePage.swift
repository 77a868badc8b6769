import Foundation
import Testing

/// docs/machine.md, read: the cells of its tables, each by section, column and input.
struct MachinePage: Sendable {
  struct Place: Hashable, Sendable, CustomStringConvertible {
    var section: String
    var column: String
    var input: String
    var description: String { "\(section) / \(column) / \(input)" }
  }

  private(set) var cells: [Place: String] = [:]
  /// What cannot be read: a cell that stands there twice, a line that is too short.
  private(set) var faults: [String] = []

  static func ofCheckout() throws -> MachinePage {
    let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return MachinePage(try String(contentsOf: top.appending(path: "docs/machine.md"), encoding: .utf8))
  }

  /// A table counts when its first column is headed `input` or `state`. A line is for each input its first cell names; a cell `"`
  /// says what the one to its left says.
  init(_ text: String) {
    var section = ""
    var columns: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { section = String(line.drop { $0 == "#" || $0 == " " }) }
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard let known = columns else {
        columns = parts
        continue
      }
      if !["input", "state"].contains(known[0]) || parts[0].hasPrefix("-") { continue }
      guard parts.count == known.count else {
        faults.append("\(section): not one cell for each column: \(line)")
        continue
      }
      read(parts, columns: known, in: section)
    }
  }

  private mutating func read(_ parts: [String], columns: [String], in section: String) {
    for input in parts[0].components(separatedBy: ", ") {
      var left = ""
      for (column, part) in zip(columns, parts).dropFirst() {
        let cell = part == "\"" ? left : part
        left = cell
        let place = Place(section: section, column: column, input: input)
        if cell.isEmpty { faults.append("\(place) is empty") }
        if cells.updateValue(cell, forKey: place) != nil { faults.append("\(place) stands there twice") }
      }
    }
  }

  subscript(section: String, column: String, input: String) -> String? {
    cells[Place(section: section, column: column, input: input)]
  }
}
