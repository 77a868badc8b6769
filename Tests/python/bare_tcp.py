"""Wakes an actor over a bare TCP connection that types the NATS protocol: what any program can do without a client.

    bare_tcp.py --server HOST:PORT --pool NS/POOL --actor a1 [--verb wake]

It asks for the broker's acknowledgement and prints it: without one nothing was stored, and it exits with 1.
"""

import argparse
import socket
import sys

TIMEOUT_S = 5.0


def publish(server: str, subject: str, payload: bytes = b"") -> str:
    """Types INFO, CONNECT, SUB, PUB, PING; gives back the PubAck."""
    host, _, port = server.removeprefix("nats://").rpartition(":")
    with socket.create_connection((host, int(port)), TIMEOUT_S) as connection, connection.makefile("rwb") as wire:
        if not wire.readline().startswith(b"INFO "):
            raise ConnectionError(f"{server} is not a NATS server")
        wire.write(b'CONNECT {"verbose":false,"pedantic":false}\r\n')
        wire.write(b"SUB _INBOX.bare 1\r\n")
        wire.write(f"PUB {subject} _INBOX.bare {len(payload)}\r\n".encode() + payload + b"\r\n")
        wire.flush()
        while line := wire.readline():
            if line.startswith(b"PING"):
                wire.write(b"PONG\r\n")
                wire.flush()
            elif line.startswith(b"-ERR"):
                raise ConnectionError(line.decode().strip())
            elif line.startswith(b"MSG "):
                return wire.read(int(line.split()[-1])).decode()
    raise ConnectionError(f"{server} closed the connection")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", required=True)
    options.add_argument("--pool", required=True, metavar="NS/POOL")
    options.add_argument("--actor", required=True)
    options.add_argument("--verb", default="wake")
    chosen = options.parse_args()
    subject = f"roost.signal.{chosen.pool.replace('/', '.')}.actor.{chosen.actor}.{chosen.verb}"
    try:
        ack = publish(chosen.server, subject)
    except OSError as error:
        print(f"bare_tcp.py: {error}", file=sys.stderr)
        return 1
    print(ack)
    return 1 if '"error"' in ack else 0


if __name__ == "__main__":
    sys.exit(main())
