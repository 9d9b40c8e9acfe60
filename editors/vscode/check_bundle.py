"""Drive the bundled server as the extension starts it, and fail unless it answers: `python check_bundle.py BUNDLE [PYTHON]`.

The Python is as bare as it gets: neither site-packages nor variables nor user folder.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

KERNEL = """\
import weft
from weft.dims import N


@weft.kernel
def saxpy(x: weft.Tensor[weft.f32, N], y: weft.Tensor[weft.f32, N]):
    i = weft.index(y)
    y[i] = x[i] + zz
"""
URI = "file:///kernel.py"
INDEX = {"line": 6, "character": 14}
WAIT_SECONDS = 60

Message = dict[str, object]


def main() -> int:
    bundle, python = Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else sys.executable
    messages = [
        request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document()}},
        request(2, "textDocument/hover", {"textDocument": {"uri": URI}, "position": INDEX}),
        request(3, "textDocument/definition", {"textDocument": {"uri": URI}, "position": INDEX}),
    ]
    server = subprocess.Popen(
        [python, "-I", "-S", bundle / "run_server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=bundle,
    )
    assert server.stdin and server.stdout
    try:
        found = exchange(server.stdin, server.stdout, messages)
        status = server.wait(WAIT_SECONDS)
    finally:
        server.kill()
    problems = complaints(found, bundle, status)
    for problem in problems:
        print(f"The bundled server: {problem}", file=sys.stderr)
    if not problems:
        print("The bundled server answers hover, definition and diagnostics")
    return bool(problems)


def exchange(to: IO[bytes], out: IO[bytes], messages: list[Message]) -> dict[str, Message]:
    """What came back, by id or method. The session ends after the first findings."""
    for message in messages:
        send(to, message)
    found: dict[str, Message] = {}
    while "textDocument/publishDiagnostics" not in found or "3" not in found:
        message = receive(out)
        found[str(message.get("id", message.get("method")))] = message
    send(to, request(4, "shutdown", None))
    receive(out)
    send(to, {"method": "exit", "params": None})
    return found


def complaints(found: dict[str, Message], bundle: Path, status: int) -> list[str]:
    hover, definition = json.dumps(found["2"]), json.dumps(found["3"])
    findings = json.dumps(found["textDocument/publishDiagnostics"])
    expected = {
        f"no documentation in {hover}": "thread" in hover,
        f"a definition outside of the bundle: {definition}": bundle.joinpath("libs/weft").as_uri()
        in definition,
        f"no finding in {findings}": "unknown-name" in findings,
        f"ended with status {status}": status == 0,
    }
    return [problem for problem, is_fine in expected.items() if not is_fine]


def request(number: int, method: str, params: object) -> Message:
    return {"id": number, "method": method, "params": params}


def document() -> Message:
    return {"uri": URI, "languageId": "python", "version": 1, "text": KERNEL}


def send(to: IO[bytes], message: Message) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    to.flush()


def receive(out: IO[bytes]) -> Message:
    length = 0
    while header := out.readline().strip():
        name, _, value = header.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    if not length:
        sys.exit("The bundled server ended without an answer")
    return json.loads(out.read(length))


if __name__ == "__main__":
    sys.exit(main())
