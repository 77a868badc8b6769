/// What the shell may offer for the word under the cursor, from the command tree.
enum Completion {
  /// - Parameter words: what stands before the cursor, without `roost`; the last one is begun, perhaps empty.
  /// - Returns: what it may become; nothing where a file, an id or a number stands.
  static func candidates(_ words: [String], root: CommandSpec = CommandTree.root) -> [String] {
    var spec = root
    var given: Set<String> = []
    var awaited: OptionSpec?
    for word in words.dropLast() {
      if awaited != nil {
        awaited = nil
      } else if word == "--" {
        return []
      } else if word.hasPrefix("-") {
        let name = String(spec.longForm(of: word).dropFirst(2).prefix { $0 != "=" })
        guard let option = spec.option(named: name) else { continue }
        if !option.isRepeatable { given.insert(name) }
        if option.value != nil, !option.isValueOptional, !word.contains("=") { awaited = option }
      } else if let next = spec.subcommands.first(where: { $0.name == word }) {
        (spec, given) = (next, [])
      }
    }
    let begun = words.last ?? ""
    if let awaited { return awaited.choices.filter { $0.hasPrefix(begun) } }
    if begun.hasPrefix("-") {
      return (spec.options + [.help]).filter { !given.contains($0.name) }.map { "--\($0.name)" }
        .filter { $0.hasPrefix(begun) }
    }
    return spec.subcommands.map(\.name).filter { $0.hasPrefix(begun) }
  }

  enum Shell: String, CaseIterable {
    case bash, zsh, fish
  }

  /// What makes the shell ask. Where nothing is offered it goes on with the names of files.
  static func script(_ shell: Shell) -> String {
    switch shell {
    case .bash:
      """
      _roost() {
        local IFS=$'\\n'
        COMPREPLY=($(roost complete -- "${COMP_WORDS[@]:1:COMP_CWORD}"))
      }
      complete -o default -F _roost roost

      """
    case .zsh:
      """
      #compdef roost
      _roost() {
        local -a found
        found=(${(f)"$(roost complete -- "${(@)words[2,CURRENT]}")"})
        if (( $#found )); then compadd -a found; else _files; fi
      }
      compdef _roost roost

      """
    case .fish:
      """
      complete -c roost -a '(roost complete -- (commandline -opc)[2..] (commandline -ct))'

      """
    }
  }
}
