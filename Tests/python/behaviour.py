"""What the actors of the Python runner do once they are started."""

from dataclasses import dataclass

KINDS = ("ready", "crash", "silent", "sleep-after", "crash-after", "complete-after", "deaf")


@dataclass(frozen=True)
class Behaviour:
    """ready: run until stopped; crash: end with an error at once; silent: take the start and never say a word;
    sleep-after MS, crash-after MS, complete-after MS: run, then sleep, fail or end; deaf: run and ignore every stop."""

    kind: str = "ready"
    after_ms: int = 0

    @classmethod
    def parse(cls, words: list[str]) -> "Behaviour":
        kind, rest = words[0], words[1:]
        if kind not in KINDS:
            raise ValueError(f"unknown behaviour {kind}; one of {', '.join(KINDS)}")
        if len(rest) != (1 if kind.endswith("-after") else 0):
            raise ValueError(f"behaviour {kind}: {'give the milliseconds' if not rest else 'takes no milliseconds'}")
        return cls(kind, int(rest[0]) if rest else 0)
