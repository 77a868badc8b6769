import Foundation
import Glibc
import RoostTestKit
import Testing

@testable import RoostNATS

/// Who we are to a broker, and how we know that it is the right one: on real servers, with keys made for the test.
@Suite struct AccessTests {
  /// A folder with keys and certificates, gone with the object.
  private final class Keys {
    private let temporary: TemporaryFolder
    var folder: String { temporary.path }

    init() throws { temporary = try TemporaryFolder() }

    func write(_ name: String, _ text: String) throws -> String {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      return "\(folder)/\(name)"
    }

    /// Authorities `ca` and `other`, and certificates of `ca` for a server on loopback and for a client.
    func makeCertificates() throws {
      let script = """
        set -e
        cd '\(folder)'
        for name in ca other; do
          openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
            -keyout $name.key -out $name.pem
        done
        printf 'subjectAltName=IP:127.0.0.1\\n' > names
        for name in server client; do
          openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout $name.key -out $name.csr
          openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $name.pem
        done
        """
      let process = try TestProcess("{ \(script)\n} 2>&1")
      let code = try process.exitCode()
      try #require(code == 0, "openssl: \(process.output)")
    }
  }

  // Made for this test and used nowhere else.
  private let seed = "SUALKHXMWS3LOUNQCY6CLRP2WQM4CZYY4X77N3XPUVDXGDOWZSLHFJAYYU"

  @Test("a user is known by its nkey, read from a file", arguments: Broker.Version.allCases)
  func nkey(_ version: Broker.Version) throws {
    let keys = try Keys()
    let file = try keys.write("user.nk", "# a comment\n\(seed)\n")
    let publicKey = try NKey.publicKey(seedFile: file)
    #expect(publicKey.count == 56 && publicKey.hasPrefix("U"))
    let broker = try Broker.start(version, extra: "authorization { users = [ { nkey: \(publicKey) } ] }")
    var access = NATSAccess(broker.url)
    access.identity = .nkey(file: file)
    try access.check()
    let connection = try NATSConnection.connect(NATSSettings(access, name: "nkey"))
    try connection.flush(timeoutMs: 5_000)
    connection.close()
    #expect(throws: NATSError.self) { try NATSConnection.connect(NATSSettings(url: broker.url, name: "nobody")) }
  }

  @Test("every signature is taken: of a thousand connects none is refused")
  func manySignatures() throws {
    let keys = try Keys()
    let file = try keys.write("user.nk", "\(seed)\n")
    let broker = try Broker.start(
      extra: "authorization { users = [ { nkey: \(try NKey.publicKey(seedFile: file)) } ] }")
    var access = NATSAccess(broker.url)
    access.identity = .nkey(file: file)
    // Were those that the library signs wrongly not asked for again, some four would be refused.
    for _ in 1...1_000 { try NATSConnection.connect(NATSSettings(access, name: "nkey")).close() }
  }

  @Test("a damaged seed, a missing file and a certificate without its key are said before any connect")
  func faults() throws {
    let keys = try Keys()
    var access = NATSAccess("nats://127.0.0.1:1")
    for text in [
      String(seed.dropLast(3)) + (seed.hasSuffix("AAA") ? "BBB" : "AAA"), "SUAAA", "", String(seed.dropFirst()),
    ] {
      access.identity = .nkey(file: try keys.write("bad.nk", text))
      #expect(code { try access.check() } == .badAccess, "\(text)")
    }
    access.identity = .credentials(file: "\(keys.folder)/none.creds")
    #expect(code { try access.check() } == .badAccess)
    let whole = credentials("eyJ0.eyJq.c2ln", seed)
    let largest = whole + String(repeating: "x", count: NATSLimits.accessFileBytes - whole.utf8.count)
    access.identity = .credentials(file: try keys.write("largest.creds", largest))
    #expect(code { try access.check() } == nil)
    access.identity = .credentials(file: try keys.write("larger.creds", largest + "x"))
    #expect(code { try access.check() } == .badAccess)
    access.identity = .inAddress
    access.tls.certificate = try keys.write("client.pem", "x")
    #expect(code { try access.check() } == .badAccess)
  }

  /// A file as `nsc` makes it.
  private func credentials(_ jwt: String, _ seed: String) -> String {
    """
    -----BEGIN NATS USER JWT-----
    \(jwt)
    ------END NATS USER JWT------

    ************************* IMPORTANT *************************
    NKEY Seed printed below can be used to sign and prove identity.
    NKEYs are sensitive and should be treated as secrets.

    -----BEGIN USER NKEY SEED-----
    \(seed)
    ------END USER NKEY SEED------

    """
  }

  @Test("what a file of credentials lacks is said before any connect, and nothing of what is in it")
  func lacking() throws {
    let keys = try Keys()
    var access = NATSAccess("nats://127.0.0.1:1")
    let jwt = "eyJ0.eyJq.c2ln"
    let wrongSum = String(seed.dropLast(3)) + "AAA"
    for (text, lack) in [
      ("", "neither"), ("\u{0}\u{1b}[2J .. SU", "neither"), (jwt, "no seed"), (credentials(jwt, ""), "no seed"),
      (credentials(jwt, wrongSum), "no seed"), (seed, "no JWT"), (credentials("eyJ0.eyJq", seed), "no JWT"),
      (credentials("eyJ0..c2ln", seed), "no JWT"), (credentials("eyJ0.e!Jq.c2ln", seed), "no JWT"),
    ] {
      let file = try keys.write("user.creds", text)
      access.identity = .credentials(file: file)
      let error = #expect(throws: NATSError.self) { try access.check() }
      #expect(error?.code == .badAccess)
      #expect(error?.message.hasPrefix("the file of the credentials, \(file), holds \(lack)") == true, "\(text)")
      #expect(error?.message.contains(seed) == false && error?.message.contains(jwt) == false)
    }
    for end in ["\n", "\r\n"] {
      let text = credentials(jwt, seed).replacing("\n", with: end)
      access.identity = .credentials(file: try keys.write("user.creds", text))
      try access.check()
    }
  }

  @Test(
    "TLS: the server is who its authority says, and a server that wants our certificate gets it; the outbox too",
    arguments: Broker.Version.allCases)
  func tls(_ version: Broker.Version) throws {
    let keys = try Keys()
    try keys.makeCertificates()
    let folder = keys.folder
    let broker = try Broker.start(
      version,
      extra: "tls { cert_file: \"\(folder)/server.pem\", key_file: \"\(folder)/server.key\", "
        + "ca_file: \"\(folder)/ca.pem\", verify: true }")
    var access = NATSAccess(broker.url)
    access.tls = NATSAccess.TLS(
      authorities: "\(folder)/ca.pem", certificate: "\(folder)/client.pem", key: "\(folder)/client.key")
    try access.check()
    let listener = try NATSConnection.connect(NATSSettings(access, name: "listener"))
    defer { listener.close() }
    let received = Collector<NATSMessage>()
    let events = Collector<OutboxEvent>()
    let subscription = try listener.subscribe("c.>", pendingLimit: nil) { received.add($0) }
    try listener.flush(timeoutMs: 5_000)
    let outbox = try Outbox.connect(NATSSettings(access, name: "outbox"), onEvent: { events.add($0) })
    defer { outbox.stop() }
    // More than a socket holds, in both directions.
    for number in 0..<200 { try outbox.publish("c.\(number)", payload: [UInt8](repeating: 7, count: 50_000)) }
    outbox.commit(batch: 1)
    #expect(received.wait(count: 200))
    #expect(received.all.map(\.subject) == (0..<200).map { "c.\($0)" })
    #expect(events.wait { $0 == [.handedOver(batch: 1)] })
    withExtendedLifetime(subscription) {}

    var stranger = access
    stranger.tls.authorities = "\(folder)/other.pem"
    #expect(throws: NATSError.self) { try NATSConnection.connect(NATSSettings(stranger, name: "other authority")) }
    var misnamed = access
    misnamed.url = broker.url.replacing("127.0.0.1", with: "localhost")
    #expect(throws: NATSError.self) { try NATSConnection.connect(NATSSettings(misnamed, name: "another name")) }
    var unnamed = access
    (unnamed.tls.certificate, unnamed.tls.key) = (nil, nil)
    #expect(throws: NATSError.self) { try NATSConnection.connect(NATSSettings(unnamed, name: "no certificate")) }
  }

  @Test("a tls:// address is never spoken to in the clear, also as one of several")
  func scheme() throws {
    let broker = try Broker.start(.debian)
    let url = broker.url.replacing("nats://", with: "tls://")
    #expect(throws: NATSError.self) { try NATSConnection.connect(NATSSettings(url: url, name: "tls")) }
    #expect(throws: NATSError.self) {
      try NATSConnection.connect(NATSSettings(url: "nats://127.0.0.1:1, \(url)", name: "one of two"))
    }
  }

  private func code(_ body: () throws -> Void) -> NATSError.Code? {
    do {
      try body()
    } catch {
      return (error as? NATSError)?.code
    }
    return nil
  }
}
