"""A collector: takes spans by OTLP/HTTP, reads them with OpenTelemetry's published messages, prints what it got.

    collector.py [--port N] [--certificate FILE --key FILE]     port 0, the default, is any free one

One JSON line when it listens (`"saw": "listening"`), one for each request (`"request"`, with what it was answered) and one
for each span that it took (`"span"`). Orders are lines of its input; the end of the input ends it:

    answer STATUS [SECONDS]     what requests are answered from now on, with Retry-After
    reject N                    200, and of each request N spans are not taken
    hold                        requests are not answered any more
    go                          they are, those that wait too
"""

import argparse
import json
import os
import signal
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

# Whoever starts this may have blocked SIGTERM, as the threads of swift test have.
signal.pthread_sigmask(signal.SIG_SETMASK, ())

PATH = "/v1/traces"


class Orders:
    """How requests are answered now."""

    def __init__(self) -> None:
        self.status = 200
        self.retry_after = ""
        self.rejected = 0
        self.may_answer = threading.Event()
        self.may_answer.set()

    def take(self, line: str) -> None:
        match line.split():
            case ["answer", status, *rest]:
                self.status, self.retry_after, self.rejected = int(status), "".join(rest), 0
            case ["reject", count]:
                self.status, self.rejected = 200, int(count)
            case ["hold"]:
                self.may_answer.clear()
            case ["go"]:
                self.may_answer.set()
            case _:
                raise SystemExit(f"collector.py: no such order: {line}")


orders = Orders()
printing = threading.Lock()


def say(**facts: Any) -> None:
    with printing:
        print(json.dumps(facts), flush=True)


def attributes(pairs: list[KeyValue]) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def tell(span: Span, service: dict[str, Any], scope: str) -> None:
    say(
        saw="span",
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        state=span.trace_state,
        name=span.name,
        kind=Span.SpanKind.Name(span.kind),
        flags=f"{span.flags:x}",
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes=attributes(span.attributes),
        service=service,
        scope=scope,
    )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = ExportTraceServiceRequest.FromString(body)
        count = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
        say(saw="request", at=time.monotonic_ns() // 1_000_000, spans=count, path=self.path, status=orders.status,
            type=self.headers["Content-Type"], authorization=self.headers.get("Authorization", ""))
        orders.may_answer.wait()
        status = orders.status if self.path == PATH else 404
        reply = ExportTraceServiceResponse()
        if status == 200:
            reply.partial_success.rejected_spans = orders.rejected
            reply.partial_success.error_message = "too many" if orders.rejected else ""
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        tell(span, attributes(resource.resource.attributes), scope.scope.name)
        try:
            self.answer(status, reply.SerializeToString() if status == 200 else b"no")
        except OSError:
            say(saw="gone")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if orders.retry_after:
            self.send_header("Retry-After", orders.retry_after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--certificate")
    options.add_argument("--key")
    chosen = options.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Handler)
    if chosen.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.certificate, chosen.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(saw="listening", port=server.server_address[1])
    for line in sys.stdin:
        orders.take(line)
        say(saw="order", line=line.strip())
    # Requests that are held would keep it.
    os._exit(0)


main()
