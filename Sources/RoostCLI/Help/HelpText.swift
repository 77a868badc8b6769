/// Help, made from the command tree.
enum HelpText {
  static func of(_ command: ParsedCommand) -> String { of(command.spec, path: command.path) }

  static func of(_ spec: CommandSpec, path: [String]) -> String {
    let name = (["roost"] + path).joined(separator: " ")
    var usage = "usage: \(name)"
    if spec.isGroup { usage += " COMMAND" }
    for operand in spec.operands { usage += " \(operand.name)" }
    if let list = spec.list { usage += " \(list.name)..." }
    if !spec.options.isEmpty { usage += " [OPTIONS]" }
    if let commandLine = spec.commandLine { usage += " -- \(commandLine.name) [ARGUMENTS]" }
    var text = "\(usage)\n\n\(spec.summary)\n"
    if !spec.details.isEmpty { text += "\n\(spec.details)\n" }
    text += table("commands", spec.subcommands.map { ($0.name, $0.summary) })
    let operands = spec.operands + [spec.list, spec.commandLine].compactMap { $0 }
    text += table("operands", operands.map { ($0.name, $0.summary) })
    text += table("options", (spec.options + [.help]).map { (label($0), $0.summary) })
    if !spec.subcommands.isEmpty { text += "\n`\(name) COMMAND --help` says more about each.\n" }
    return text
  }

  private static func label(_ option: OptionSpec) -> String {
    option.isRepeatable ? "\(option.label) ..." : option.label
  }

  private static let widestLabel = 28

  private static func table(_ title: String, _ rows: [(label: String, summary: String)]) -> String {
    if rows.isEmpty { return "" }
    let width = rows.map(\.label.count).filter { $0 <= widestLabel }.max() ?? widestLabel
    var text = "\n\(title):\n"
    for row in rows {
      let lines = row.summary.split(separator: "\n")
      let indent = String(repeating: " ", count: width + 4)
      if row.label.count > width {
        text += "  \(row.label)\n"
      } else {
        text += "  \(row.label)" + String(repeating: " ", count: width + 2 - row.label.count)
      }
      for (index, line) in lines.enumerated() {
        text += (index > 0 || row.label.count > width ? indent : "") + "\(line)\n"
      }
    }
    return text
  }
}
