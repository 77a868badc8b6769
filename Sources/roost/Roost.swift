import RoostCLI

@main
struct Roost {
  static func main() { RoostCLI.main() }
}
