"""What `nsc` makes, for a server in operator mode: an operator, an account with JetStream, and users with their files.

    credentials.py FOLDER

Writes FOLDER/operator.conf, to be included by a server's configuration, and FOLDER/NAME.creds, one for each way in which a
file may be right or wrong. Needs openssl, and nothing of the virtual environment.
"""

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OPERATOR, ACCOUNT, USER, SEED = 14 << 3, 0, 20 << 3, 18 << 3


def checksum(data: bytes) -> bytes:
    """CRC-16 with the polynomial 0x1021, from 0."""
    total = 0
    for byte in data:
        total ^= byte << 8
        for _ in range(8):
            total = (total << 1 ^ 0x1021 if total & 0x8000 else total << 1) & 0xFFFF
    return total.to_bytes(2, "little")


def nkey(data: bytes) -> str:
    return base64.b32encode(data + checksum(data)).decode().rstrip("=")


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


class Key:
    """A pair of keys; where Ed25519 keys are written as DER, the key itself is the last 32 bytes."""

    def __init__(self, folder: Path, name: str, kind: int) -> None:
        self.kind = kind
        self.file = str(folder / f"{name}.pem")
        self.text = folder / f"{name}.text"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.file)
        self.public = nkey(bytes([kind]) + openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-32:])

    @property
    def seed(self) -> str:
        raw = openssl("pkey", "-in", self.file, "-outform", "DER")[-32:]
        return nkey(bytes([SEED | self.kind >> 5, (self.kind & 31) << 3]) + raw)

    def sign(self, text: str) -> bytes:
        self.text.write_text(text)
        return openssl("pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", str(self.text))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(kind: str, name: str, subject: Key, issuer: Key, claims: dict[str, Any], expires_s: int = 0) -> str:
    body: dict[str, Any] = {
        "jti": f"{name}-{subject.public}", "iat": int(time.time()), "iss": issuer.public, "name": name,
        "sub": subject.public, "nats": {**claims, "type": kind, "version": 2},
    }  # fmt: skip
    if expires_s:
        body["exp"] = expires_s
    parts = [json.dumps(part).encode() for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body)]
    text = ".".join(encoded(part) for part in parts)
    return f"{text}.{encoded(issuer.sign(text))}"


def main() -> None:
    folder = Path(sys.argv[1])
    operator, system = Key(folder, "operator", OPERATOR), Key(folder, "system", ACCOUNT)
    account, strange = Key(folder, "account", ACCOUNT), Key(folder, "strange", ACCOUNT)
    user, other = Key(folder, "user", USER), Key(folder, "other", USER)

    free = {"subs": -1, "data": -1, "payload": -1}
    room = {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
    store = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
    # The server wants an account of its own beside one with JetStream.
    accounts = {
        account.public: jwt("account", "roost", account, operator, {"limits": {**free, **room, **store}}),
        system.public: jwt("account", "SYS", system, operator, {"limits": {**free, **room}}),
    }
    preload = "\n".join(f"  {public}: {token}" for public, token in accounts.items())
    (folder / "operator.conf").write_text(
        f"operator: {jwt('operator', 'test', operator, operator, {})}\n"
        f"system_account: {system.public}\nresolver: MEMORY\nresolver_preload: {{\n{preload}\n}}\n"
    )

    claims = {"pub": {}, "sub": {}, **free}
    right = jwt("user", "worker", user, account, claims)
    files = {
        "right": (right, user.seed),
        # The seed of somebody else: what the server asks to be signed is signed wrongly.
        "seed": (right, other.seed),
        "account": (jwt("user", "worker", user, strange, claims), user.seed),
        "expired": (jwt("user", "worker", user, account, claims, expires_s=int(time.time()) - 60), user.seed),
    }
    for name, (token, seed) in files.items():
        (folder / f"{name}.creds").write_text(
            f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )


if __name__ == "__main__":
    main()
