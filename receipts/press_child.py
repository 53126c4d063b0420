"""Room: render. The printing child: limited, without secrets or network, it only turns facts into PDFs.

Started as `python -m receipts.press_child [--presses=FOLDER] TEMPLATES [SEAL_KEY [PASSWORD]]`, all of them paths;
without a folder for compiled presses every document is set the long way. Every message is a frame: four bytes of
length, then the bytes.
It says hello once (JSON), then for each frame of facts and one of the proof to attach (empty: none)
answers a header (JSON) and the PDF (empty after a fault).
It ends when its input ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from receipts.seal import Finished

    Print = Callable[[bytes, bytes | None], tuple[dict[str, object], Finished]]

FRAME_MAX: Final = 64 * 2**20
ADDRESS_SPACE: Final = 2**30
OPEN_FILES: Final = 64
FILE_SIZE: Final = 64 * 2**20
CPU_SECONDS_EACH: Final = 20
CPU_SECONDS_EVER: Final = 40_000
"""More than all documents of one child can take, each at its most: a child must not die of having printed many."""
_CLONE_NEWNET: Final = 0x40000000
_CLONE_NEWUSER: Final = 0x10000000
_PR_SET_NO_NEW_PRIVS: Final = 38
_PRESSES: Final = "--presses="
_LENGTH: Final = struct.Struct(">I")


def main() -> int:
    """Limit this process, open the workshop, print until the input ends."""
    told, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_process()
    alone = leave_network()
    try:
        maker, press = _open_press(*_read_arguments(sys.argv[1:]))
    except Exception as fault:  # noqa: BLE001  # No facts were read yet: the sentence holds nothing personal.
        _tell(answers, {"ok": False, "fault": f"{type(fault).__name__}: {fault}"})
        return 1
    _tell(answers, {"ok": True, "maker": maker, "network": not alone})
    while (facts := read_frame(told)) is not None and (proof := read_frame(told)) is not None:
        renew_cpu_limit()
        _answer(answers, press, facts, proof or None)
    return 0


def limit_process() -> None:
    """Bound memory, open files, file size and processor time; no core file ever holds a donor's name."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, allowed = resource.getrlimit(resource.RLIMIT_CPU)
    ever = CPU_SECONDS_EVER if allowed == resource.RLIM_INFINITY else min(allowed, CPU_SECONDS_EVER)
    resource.setrlimit(resource.RLIMIT_CPU, (ever, ever))
    renew_cpu_limit()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def renew_cpu_limit() -> None:
    """Give the next document its own share of processor time; beyond it the process ends by SIGPROF.

    A timer, and no limit moved on from the time used so far: Linux holds a limit against ticks, which on a busy
    machine run some per cent ahead of the time a process is told it used. After hundreds of documents that was a
    document's whole share, and children were ended for nothing.
    """
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_EACH)


def leave_network() -> bool:
    """Move into an empty network namespace where the host allows it; return whether that worked."""
    try:
        unshare = ctypes.CDLL(None).unshare
    except (OSError, AttributeError):
        return False
    return any(unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWNET | _CLONE_NEWUSER))


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None where the stream ends or a frame is longer than any document."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length) if length <= FRAME_MAX else b""
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def _read_arguments(arguments: list[str]) -> tuple[Any, ...]:
    presses = [each.removeprefix(_PRESSES) for each in arguments if each.startswith(_PRESSES)]
    paths = [Path(each) for each in arguments if not each.startswith(_PRESSES)]
    return (Path(presses[0]) if presses else None, *paths[:3])


def _open_press(
    presses: Path | None, templates: Path, seal_key: Path | None = None, password: Path | None = None
) -> tuple[str, Print]:
    from receipts.press.room import COMPILE_AT, PressRoom  # noqa: PLC0415  # Seconds, after the limits are set.
    from receipts.seal import finish_document, open_seal  # noqa: PLC0415

    key = open_seal(seal_key, password)
    logging.getLogger("weasyprint").handlers[:] = [logging.NullHandler()]
    room = PressRoom(templates, presses, compile_at=None if presses is None else COMPILE_AT)

    def press(facts: bytes, proof: bytes | None) -> tuple[dict[str, object], Finished]:
        printed = room.print_document(facts, proof)
        finished = finish_document(facts, printed.pdf, key, printed.anchors)
        return {"maker": printed.maker, "reason": printed.reason}, finished

    return room.maker, press


def _answer(answers: BinaryIO, press: Print, facts: bytes, proof: bytes | None) -> None:
    try:
        said, finished = press(facts, proof)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # noqa: BLE001  # WeasyPrint's fatal fetching error is a BaseException.
        _tell(answers, {"ok": False, "fault": type(fault).__name__})
        write_frame(answers, b"")
        return
    _tell(answers, {"ok": True, **said, "appended": len(finished.appended), "seal": finished.seal})
    write_frame(answers, finished.pdf)


def _tell(answers: BinaryIO, header: dict[str, object]) -> None:
    write_frame(answers, json.dumps(header).encode())


if __name__ == "__main__":
    sys.exit(main())
