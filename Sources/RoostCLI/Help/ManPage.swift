/// roost(1), made from the command tree; `roost man | man -l -` shows it.
enum ManPage {
  static func text(_ root: CommandSpec = CommandTree.root) -> String {
    var page = ".TH ROOST 1 \"\" \"roost \(Version.text)\"\n.SH NAME\nroost \\- \(escaped(root.summary))\n"
    page += ".SH SYNOPSIS\n.B roost\nCOMMAND [OPTIONS]\n.SH DESCRIPTION\n\(paragraph(root.details))"
    page += ".SH COMMANDS\n"
    for spec in root.subcommands { page += commands(spec, path: ["roost"]) }
    page += ".SH OPTIONS OF EVERY COMMAND THAT CONNECTS\n" + options(CommandTree.access)
    page += ".SH EXIT STATUS\nThose of sysexits.h: "
    page += escaped(ExitCode.allCases.map { String($0.rawValue) }.joined(separator: ", "))
    page += ". docs/operating.md says what each means and what to do.\n"
    page += ".SH ENVIRONMENT\n.TP\n.B ROOST_LOG\ndebug, info, warning or error (default: info)\n"
    page += ".TP\n.B OTEL_EXPORTER_OTLP_ENDPOINT\n"
    page += "where a worker sends spans; docs/operating.md has the variables beside it\n"
    return page
  }

  private static func commands(_ spec: CommandSpec, path: [String]) -> String {
    let path = path + [spec.name]
    let below = spec.subcommands.map { commands($0, path: path) }.joined()
    if spec.isGroup { return below }
    var usage = path.joined(separator: " ")
    for operand in spec.operands { usage += " \(operand.name)" }
    if let list = spec.list { usage += " \(list.name)..." }
    let own = spec.ownOptions
    if !own.isEmpty { usage += " [OPTIONS]" }
    if let commandLine = spec.commandLine { usage += " -- \(commandLine.name) [ARGUMENTS]" }
    return
      ".SS \(escaped(usage))\n\(paragraph(spec.summary))\(spec.details.isEmpty ? "" : ".PP\n\(paragraph(spec.details))")"
      + options(own) + below
  }

  private static func options(_ options: [OptionSpec]) -> String {
    options.map { ".TP\n.B \(escaped($0.label))\n\(paragraph($0.summary))" }.joined()
  }

  /// Lines as they are; a formatter fills them.
  private static func paragraph(_ text: String) -> String {
    text.split(separator: "\n").map { escaped(String($0)) + "\n" }.joined()
  }

  /// Nothing that roff would take for its own.
  private static func escaped(_ text: String) -> String {
    let plain = text.map { character -> String in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      default: String(character)
      }
    }.joined()
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }
}
