"""Asks workers, as any program with a NATS client may.

    asking.py --server URL [--pool NS/POOL] VERB [JSON]     a question of the API; prints the reply as a JSON object
    asking.py --server URL services                         what answers to the NATS micro service protocol, a line each

The request is made from the published protos; the service's answers are read into nats-py's own types.
"""

import argparse
import asyncio
import json
from typing import Any

import wire
from google.protobuf import json_format
from nats.aio.client import Client
from nats.micro.service import ServiceInfo, ServicePing, ServiceStats
from roost.v1 import api_pb2 as api

TIMEOUT_S = 20.0
# As NATS tools do: whoever has not answered by then is not there.
GATHER_S = 0.5
NAME = "roost"


async def ask(client: Client, pool: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    kind = verb.capitalize()
    request = json_format.ParseDict(body, getattr(api, f"{kind}Request")())
    subject = f"roost.api.{pool.replace('/', '.')}.{verb}"
    answer = await client.request(subject, request.SerializeToString(), timeout=TIMEOUT_S)
    reply = getattr(api, f"{kind}Reply")()
    reply.ParseFromString(answer.data)
    return json_format.MessageToDict(reply, preserving_proto_field_name=True)


async def gather(client: Client, subject: str) -> list[bytes]:
    """Every answer that comes in time."""
    inbox = client.new_inbox()
    answers: list[bytes] = []

    async def take(message: Any) -> None:
        # The broker says by an empty message that nobody is there.
        if message.data:
            answers.append(message.data)

    subscription = await client.subscribe(inbox, cb=take)
    await client.publish(subject, b"", reply=inbox)
    await asyncio.sleep(GATHER_S)
    await subscription.unsubscribe()
    return answers


async def services(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for verb, kind in (("PING", ServicePing), ("INFO", ServiceInfo), ("STATS", ServiceStats)):
        everybody = [kind.from_dict(json.loads(data)) for data in await gather(client, f"$SRV.{verb}")]
        for subject in [f"$SRV.{verb}.{NAME}"] + [f"$SRV.{verb}.{NAME}.{one.id}" for one in everybody]:
            answers = [kind.from_dict(json.loads(data)) for data in await gather(client, subject)]
            assert [one.id for one in answers] == [one.id for one in everybody], subject
        found += [one.to_dict() for one in everybody]
        assert not await gather(client, f"$SRV.{verb}.other"), verb
    return found


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", required=True)
    options.add_argument("--pool", default="default/gpu")
    options.add_argument("verb")
    options.add_argument("body", nargs="?", default="{}", type=json.loads)
    chosen = options.parse_args()
    client = await wire.connect(chosen.server, "asking")
    if chosen.verb == "services":
        for service in await services(client):
            print(json.dumps(service))
    else:
        print(json.dumps(await ask(client, chosen.pool, chosen.verb, chosen.body)))
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
