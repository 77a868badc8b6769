import Foundation
import RoostTestKit
import Testing

@testable import RoostCLI

@Suite("Completion and the manual page are made from the command tree")
struct CompletionTests {
  @Test(
    "what is offered",
    arguments: [
      (["jour"], ["journal"]), (["journal", ""], ["verify", "inspect", "dump", "repair"]),
      (["journal", "verify", "--d"], ["--data"]), (["journal", "verify", "--data", "x", "--d"], []),
      (["journal", "verify", "--data", ""], []), (["worker", "--replicas", ""], ["1", "3"]),
      (["worker", "--pool", "a/b", "--poo"], ["--pool"]),
      (["actor", "create", "default/gpu", "a1", "--crash-policy", "r"], ["restart"]),
      (["worker", "-s", ""], []), (["runner", "--", "l"], []), (["nonsense", "jour"], ["journal"]), ([], Self.commands),
    ] as [([String], [String])])
  func offered(words: [String], wanted: [String]) {
    #expect(Completion.candidates(words) == wanted)
  }

  private static let commands = CommandTree.root.subcommands.map(\.name)

  @Test("bash completes by the script")
  func bash() throws {
    let script = """
      PATH=$(dirname '\(TestProcess.roost)'):$PATH; eval "$(roost completion bash)"
      for words in "roost jour" "roost journal re" "roost worker --repl" "roost worker --replicas "; do
        IFS=' ' read -ra COMP_WORDS <<< "$words"; [[ $words == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _roost; echo "${COMPREPLY[@]}"
      done
      """
    let process = try TestProcess("exec bash -c '\(script.split(separator: "'").joined(separator: "'\\''"))' 2>&1")
    #expect(try process.exitCode() == 0)
    #expect(process.output == "journal\nrepair\n--replicas\n1 3\n")
  }

  @Test("the scripts, and the manual page")
  func printed() throws {
    var it = Transcript()
    for shell in Completion.Shell.allCases { it.roost("completion", shell.rawValue) }
    it.roost("completion", "csh")
    it.roost("complete", "--", "journal", "v")
    it.roost("man")
    #expect(
      it.text.split(separator: "\n").allSatisfy {
        !$0.hasPrefix(".") || $0.firstMatch(of: /^\.(TH|SH|SS|PP|TP|B)\b/) != nil
      })
    try Golden.expect(it.text, is: "completion")
  }
}
