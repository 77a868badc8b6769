/// The configuration of the broker that `roost up` starts: compose/nats-server.conf, carried in the executable, which may
/// be anywhere. A test holds the two equal.
enum BrokerConfiguration {
  static let text = """
    # The smallest broker that Roost needs: JetStream on, reached from this machine only. `roost up` and the tests start from
    # this text, and so does compose/docker-compose.yml. Flags go before it: -a, -p, --name. Where the store is, a flag says
    # alone, because nats-server refuses to be told twice: -sd DIR.
    # For more than trying out: users and permissions, TLS, and a cluster of three with `--replicas 3`.
    server_name: roost
    listen: "127.0.0.1:4222"
    jetstream {
      # The signal stream reserves 4 GiB unless a worker is started with another --max-bytes.
      max_file_store: 6GB
    }

    """
}
