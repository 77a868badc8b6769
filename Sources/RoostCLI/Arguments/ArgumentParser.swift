/// What was typed, checked against the command tree.
struct ParsedCommand: Sendable {
  /// The names that led here, without `roost`: `["actor", "wake"]`.
  var path: [String]
  var spec: CommandSpec
  /// One per operand of the spec, then those of its list.
  var operands: [String] = []
  /// By option name, in the order given; a flag has one empty value.
  var values: [String: [String]] = [:]
  /// Help was asked for: operands and values are not complete.
  var wantsHelp = false

  func has(_ option: String) -> Bool { values[option] != nil }
  func value(_ option: String) -> String? { values[option]?.last }
  func all(_ option: String) -> [String] { values[option] ?? [] }
}

/// Long options (`--name value`, `--name=value`; only the latter where the value may be left out), a letter for a few of them
/// (`-s value`), operands in any order among them, `--` before operands that begin with a dash. Options are never
/// abbreviated: a script must not change its meaning when an option is added.
enum ArgumentParser {
  /// Errors: `usage`, naming the argument and the command whose help shows the right ones.
  static func parse(_ arguments: [String], root: CommandSpec) throws(CLIError) -> ParsedCommand {
    var command = ParsedCommand(path: [], spec: root)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        for operand in rest { try add(operand: operand, to: &command) }
        break
      }
      if argument.hasPrefix("-"), argument != "-" {
        try parse(option: argument, &rest, into: &command)
      } else if command.spec.isGroup || command.spec.hasSubcommand(argument) {
        try descend(to: argument, &command)
      } else {
        try add(operand: argument, to: &command)
        if command.spec.commandLine != nil {
          command.operands += rest
          break
        }
      }
    }
    if !command.wantsHelp { try checkComplete(command) }
    return command
  }

  private static func descend(to name: String, _ command: inout ParsedCommand) throws(CLIError) {
    guard let next = command.spec.subcommands.first(where: { $0.name == name }) else {
      throw refusal(command, "unknown command \(quoted(name))\(nearest(name, command.spec.subcommands.map(\.name)))")
    }
    command.spec = next
    command.path.append(name)
  }

  private static func parse(
    option argument: String, _ rest: inout ArraySlice<String>, into command: inout ParsedCommand
  ) throws(CLIError) {
    let argument = command.spec.longForm(of: argument)
    let body = argument.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    guard argument.hasPrefix("--"), let option = command.spec.option(named: name) else {
      let names = (command.spec.options + [.help]).map { "--\($0.name)" }
      throw refusal(command, "unknown option \(quoted(argument))\(nearest("--\(name)", names))")
    }
    var value = body.firstIndex(of: "=").map { String(body[body.index(after: $0)...]) }
    if option.value == nil {
      if value != nil { throw refusal(command, "--\(name) takes no value") }
      value = ""
    } else if value == nil {
      value = option.isValueOptional ? "" : rest.popFirst()
    }
    guard let value else { throw refusal(command, "--\(name) needs a value: --\(name) \(option.value ?? "")") }
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw refusal(command, "--\(name) \(quoted(value)): use one of \(option.choices.joined(separator: ", "))")
    }
    if name == OptionSpec.help.name { command.wantsHelp = true }
    if let earlier = command.values[name], option.value != nil, !option.isRepeatable {
      throw refusal(command, "--\(name) is given twice: \(quoted(earlier[0])) and \(quoted(value))")
    }
    command.values[name, default: []].append(value)
  }

  private static func add(operand: String, to command: inout ParsedCommand) throws(CLIError) {
    let spec = command.spec
    guard command.operands.count < spec.operands.count || spec.list != nil || spec.commandLine != nil else {
      let takes = command.spec.operands.map(\.name).joined(separator: " ")
      throw refusal(command, "unexpected \(quoted(operand)); it takes \(takes.isEmpty ? "only options" : takes)")
    }
    command.operands.append(operand)
  }

  private static func checkComplete(_ command: ParsedCommand) throws(CLIError) {
    if command.spec.isGroup {
      let names = command.spec.subcommands.map(\.name).joined(separator: ", ")
      throw refusal(command, "a command is missing: one of \(names)")
    }
    let wanted = command.spec.operands + (command.spec.commandLine.map { [$0] } ?? [])
    let missing = wanted.dropFirst(command.operands.count)
    if !missing.isEmpty { throw refusal(command, "missing \(missing.map(\.name).joined(separator: " "))") }
  }

  private static func refusal(_ command: ParsedCommand, _ message: String) -> CLIError {
    let name = (["roost"] + command.path).joined(separator: " ")
    let subject = command.path.isEmpty ? "" : "\(command.path.joined(separator: " ")): "
    return .usage("\(subject)\(message); see `\(name) --help`")
  }

  private static func quoted(_ text: String) -> String { "'\(text)'" }

  /// `, did you mean X?` for the closest name, when it is close.
  private static func nearest(_ typed: String, _ names: [String]) -> String {
    let near = names.map { (name: $0, distance: editDistance(typed, $0)) }.filter { $0.distance <= 2 }
    guard let best = near.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return "" }
    return ", did you mean '\(best.name)'?"
  }

  private static func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(80)), Array(b.utf8))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
