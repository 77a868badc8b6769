"""The wire as these tools see it: the messages generated from Protos/roost/v1, subjects, and connecting.

Nothing here knows the worker's code; everything comes from the published protos and subjects.
"""

import signal
import sys
import time
from pathlib import Path
from typing import Any

# Whoever starts these programs may have blocked SIGTERM, as the threads of swift test have.
signal.pthread_sigmask(signal.SIG_SETMASK, ())

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".venv" / "gen"))

try:
    import nats
    from google.protobuf.message import DecodeError, Message
    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from roost.v1 import commands_pb2 as commands
    from roost.v1 import events_pb2 as events
    from roost.v1 import runner_pb2 as runners
    from roost.v1 import signals_pb2 as signals
except ImportError as missing:
    raise SystemExit(f"{missing}: run scripts/venv.sh and start with .venv/py/bin/python") from missing

SIGNAL_STREAM = "ROOST_SIGNALS"
REPLY_HEADER = "Roost-Reply-To"
# Replies go below this prefix, so that a recorder can see every outcome; workers accept it as they accept _INBOX.
REPLY_PREFIX = "roost.reply"

ACTOR_SIGNALS: dict[str, type[Message]] = {
    "create": signals.Create,
    "wake": signals.Wake,
    "allocate": signals.Allocate,
    "sleep": signals.Sleep,
    "reschedule": signals.Reschedule,
    "destroy": signals.Destroy,
}
RUNNER_SIGNALS: dict[str, type[Message]] = {
    "init": runners.RunnerInit,
    "events": runners.RunnerEvents,
    "stopping": runners.RunnerStopping,
}
POOL_SIGNALS: dict[str, type[Message]] = {
    "configure": signals.Configure,
    "drain": signals.DrainRunner,
    "tick": signals.Tick,
}
COMMANDS: dict[str, type[Message]] = {
    "start": commands.CommandStartActor,
    "stop": commands.CommandStopActor,
    "welcome": commands.RunnerWelcome,
    "ack": commands.AckEvents,
    "close": commands.Close,
}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def actor_signal(pool: str, actor: str, verb: str) -> str:
    """The subject of a signal to an actor; `pool` is NS/POOL."""
    return f"roost.signal.{pool.replace('/', '.')}.actor.{actor}.{verb}"


def runner_signal(pool: str, runner: str, verb: str) -> str:
    return f"roost.signal.{pool.replace('/', '.')}.runner.{runner}.{verb}"


def pool_signal(pool: str, verb: str) -> str:
    return f"roost.signal.{pool.replace('/', '.')}.pool.{verb}"


def wake_that_waits(timeout_ms: int | None) -> bytes:
    """A Wake with override dontSleep; None = wait without limit."""
    wake = signals.Wake()
    wake.allocation_override.dont_sleep.SetInParent()
    if timeout_ms is not None:
        wake.allocation_override.dont_sleep.pending_timeout_ms = timeout_ms
    return wake.SerializeToString()


def signal_type(subject: str) -> type[Message] | None:
    """The message that a signal's subject promises; None = no such signal."""
    tokens = subject.split(".")
    kinds = {"actor": (7, ACTOR_SIGNALS), "runner": (7, RUNNER_SIGNALS), "pool": (6, POOL_SIGNALS)}
    if len(tokens) < 6 or tokens[4] not in kinds:
        return None
    length, verbs = kinds[tokens[4]]
    return verbs.get(tokens[-1]) if len(tokens) == length else None


def plain(message: Message) -> dict[str, Any]:
    """The set fields of a message as JSON values: enums by name, bytes as hex."""
    return {field.name: _plain_field(field, value) for field, value in message.ListFields()}


def _plain_field(field: Any, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict(value)
    if field.label == field.LABEL_REPEATED:
        return [_plain_value(field, item) for item in value]
    return _plain_value(field, value)


def _plain_value(field: Any, value: Any) -> Any:
    if field.message_type is not None:
        return plain(value)
    if field.enum_type is not None:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named else value
    return value.hex() if isinstance(value, bytes) else value


def decoded(kind: type[Message], payload: bytes) -> dict[str, Any] | None:
    """The payload as JSON values; None = it does not decode."""
    try:
        return plain(kind.FromString(payload))
    except DecodeError:
        return None


async def connect(server: str, name: str) -> Client:
    """Connects for as long as the program lives: a broker that goes away is dialled again for ever."""

    async def quiet(error: Exception) -> None:
        print(f"{name}: {error!r}", file=sys.stderr)

    return await nats.connect(
        server,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,
        pending_size=64 * 1024 * 1024,
        error_cb=quiet,
    )


def jetstream(client: Client, timeout_s: float = 5.0) -> JetStreamContext:
    return client.jetstream(timeout=timeout_s, publish_async_max_pending=10_000)
