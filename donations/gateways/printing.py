"""Room: gateways. The printing room's door: one limited child process that is kept, watched and replaced.

The child sees no secret, no network and only its own temporary folder; facts go in and PDFs come out by pipe.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from donations.ports import PrintedDocument, PrintingFailedError
from receipts.press_child import read_frame, write_frame

CHILD_MODULE: Final = "receipts.press_child"
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How long one document may take, and after how many a child is replaced (a document leaks a little memory)."""

    seconds: float = 30.0
    documents: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a started child said of itself; `network` is True where the host would not take the network away."""

    process: int
    maker: str
    network: bool


class PrintingRoom:
    """Implements `ports.Printing`. Threads may share it: documents are printed one after another."""

    def __init__(
        self,
        templates: Path,
        *,
        seal: Sequence[Path] = (),
        presses: Path | None = None,
        watch: Watch | None = None,
    ) -> None:
        """`seal` is the key's file and, if it has a password, the file with that: only the child reads them.

        `presses` is the folder where the child keeps compiled presses; without it every document is set the long way.
        """
        paths = (str(path.absolute()) for path in (templates, *seal))
        keep = () if presses is None else (f"--presses={presses.absolute()}",)
        self._command = (sys.executable, "-I", "-m", CHILD_MODULE, *keep, *paths)
        self.reasons: Counter[str] = Counter()
        """How many documents were pressed, and why others were not."""
        self._watch = watch or Watch()
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:
        """Return the PDF of facts with the proof; raises `PrintingFailedError` with the class of the fault only."""
        with self._lock:
            child = self._ready_child()
            try:
                printed = child.print_document((facts, proof or b""), self._watch.seconds, self.reasons)
            except PrintingFailedError:
                if child.is_spent(self._watch.documents):
                    self._dismiss()
                raise
            if child.is_spent(self._watch.documents):
                self._dismiss()
            return printed

    def describe(self) -> Press:
        """Start the child if need be and return what it said of itself; raises `PrintingFailedError`."""
        with self._lock:
            return self._ready_child().press

    def close(self) -> None:
        """Send the child away; the next document starts another."""
        with self._lock:
            self._dismiss()

    def _ready_child(self) -> _Child:
        if self._child is not None and not self._child.is_alive():
            self._dismiss()
        if self._child is None:
            self._child = _Child(self._command, self._watch.seconds)
        return self._child

    def _dismiss(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None


class _Child:
    """One process and its folder. A timer kills it when it is late; a killed child fails its document."""

    def __init__(self, command: tuple[str, ...], seconds: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="almoner-press-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(  # noqa: S603  # Our own interpreter and module, nothing from outside.
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=_bare_environment(self._folder.name),
            start_new_session=True,
        )
        self._worn = 0
        try:
            self.press = self._hear_hello(seconds)
        except PrintingFailedError:
            self.stop()
            raise

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def is_spent(self, documents: int) -> bool:
        """Return whether the process is dead or has printed as many documents as one child may."""
        return not self.is_alive() or self._worn >= documents

    def print_document(self, told: tuple[bytes, bytes], seconds: float, reasons: Counter[str]) -> PrintedDocument:
        """Send facts and proof, return what comes back or raise `PrintingFailedError`; count why none was pressed."""
        with _Deadline(self._process, seconds) as deadline:
            try:
                for frame in told:
                    write_frame(self._pipe(self._process.stdin), frame)
                header = self._hear(deadline)
                pdf = read_frame(self._pipe(self._process.stdout))
            except (BrokenPipeError, OSError):
                raise self._died(deadline) from None
        if pdf is None:
            raise self._died(deadline)
        if not header.get("ok"):
            self._worn += 1
            raise PrintingFailedError(str(header.get("fault", "unknown fault")))
        length, seal, reason = header["appended"], header["seal"], header["reason"]
        self._worn += reason is not None  # What the press fills leaks nothing.
        reasons["pressed" if reason is None else str(reason)] += 1
        return PrintedDocument(
            pdf=pdf,
            maker=str(header["maker"]),
            appended=pdf[-length:] if isinstance(length, int) and length else b"",
            seal=None if seal is None else str(seal),
        )

    def stop(self) -> None:
        """End the process and remove its folder."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        self._process.wait()
        self._folder.cleanup()

    def _hear_hello(self, seconds: float) -> Press:
        with _Deadline(self._process, seconds) as deadline:
            hello = self._hear(deadline)
        if not hello.get("ok"):
            raise PrintingFailedError(str(hello.get("fault", "unknown fault")))
        return Press(process=self._process.pid, maker=str(hello["maker"]), network=bool(hello["network"]))

    def _hear(self, deadline: _Deadline) -> dict[str, object]:
        frame = read_frame(self._pipe(self._process.stdout))
        if frame is None:
            raise self._died(deadline)
        header = json.loads(frame)
        return header if isinstance(header, dict) else {}

    def _died(self, deadline: _Deadline) -> PrintingFailedError:
        self._process.kill()
        status = self._process.wait()
        return PrintingFailedError(
            "the printing child took too long" if deadline.passed else f"it ended with {status}"
        )

    @staticmethod
    def _pipe(pipe: object) -> BinaryIO:
        return pipe  # type: ignore[return-value]  # Both pipes exist: they were asked for.


class _Deadline:
    """Kills a process that is late. `passed` says whether it had to."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.passed = False
        self._process = process
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _kill(self) -> None:
        self.passed = True
        self._process.kill()


def _bare_environment(folder: str) -> dict[str, str]:
    return {
        "PATH": _PATH,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CACHE_HOME": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _close_quietly(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return
