/// A command as data: the parser, the help and the completions are made from it.
struct CommandSpec: Sendable {
  /// As typed after `roost`, without the names of its parents.
  var name: String
  /// One line, for the list of its parent.
  var summary: String
  /// Further lines of its own help.
  var details: String = ""
  var operands: [OperandSpec] = []
  /// Stands any number of times after the operands, options among them; the command judges how many it needs.
  var list: OperandSpec?
  /// A command line of its own, which begins with the first operand and ends the options; at least one word.
  var commandLine: OperandSpec?
  var options: [OptionSpec] = []
  /// What it prints is one object, with `--output json`; others print an array.
  var printsOneObject = false
  /// Empty for most commands that do something themselves.
  var subcommands: [CommandSpec] = []

  /// It does nothing without one of its subcommands.
  var isGroup: Bool { !subcommands.isEmpty && commandLine == nil }

  /// One that runs a command line may have subcommands too: whoever means a program of that name writes `--` before it.
  func hasSubcommand(_ name: String) -> Bool { subcommands.contains { $0.name == name } }

  /// The option with this name, `help` included.
  func option(named name: String) -> OptionSpec? { (options + [.help]).first { $0.name == name } }

  /// Without those that every command has that connects: they have a table of their own.
  var ownOptions: [OptionSpec] { options.filter { option in !CommandTree.access.contains { $0.name == option.name } } }

  /// `-s` as `--server`; anything else as it is.
  func longForm(of argument: String) -> String {
    guard argument.count == 2, argument.hasPrefix("-") else { return argument }
    return (options + [.help]).first { $0.short == argument.last }.map { "--\($0.name)" } ?? argument
  }
}

/// Something that stands by its place, without a name. All but those of a list are required.
struct OperandSpec: Sendable {
  /// In capitals, as help shows it.
  var name: String
  var summary: String
}

/// `--name` or `--name VALUE`.
struct OptionSpec: Sendable {
  /// Without the dashes.
  var name: String
  /// What help calls the value; nil = the option has none.
  var value: String?
  /// It may stand alone; a value is then written behind `=`.
  var isValueOptional = false
  var summary: String
  /// May be given more than once.
  var isRepeatable = false
  /// The only values allowed; empty = any.
  var choices: [String] = []
  /// A letter that stands for it, behind one dash.
  var short: Character?

  /// As help shows it.
  var label: String {
    let names = short.map { "-\($0), --\(name)" } ?? "--\(name)"
    return value.map { names + (isValueOptional ? "[=\($0)]" : " \($0)") } ?? names
  }

  static let help = OptionSpec(name: "help", value: nil, summary: "show this help", short: "h")

  static func flag(_ name: String, _ summary: String) -> OptionSpec {
    OptionSpec(name: name, value: nil, summary: summary)
  }

  static func value(_ name: String, _ value: String, _ summary: String) -> OptionSpec {
    OptionSpec(name: name, value: value, summary: summary)
  }

  static func list(_ name: String, _ value: String, _ summary: String) -> OptionSpec {
    OptionSpec(name: name, value: value, summary: summary, isRepeatable: true)
  }

  static func choice(_ name: String, _ choices: [String], _ summary: String) -> OptionSpec {
    OptionSpec(name: name, value: choices.joined(separator: "|"), summary: summary, choices: choices)
  }
}
