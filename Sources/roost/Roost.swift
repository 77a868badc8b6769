import RoostCLI

@main
struct Roost {
  static func main() {}
}
