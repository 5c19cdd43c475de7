"""Reading documents where a hostile one can do no harm: in a child process with limits, killed and restarted.

`python -m knowledge.sandbox` is that child: it reads one path per line from standard input and answers each with one
line of JSON. Plain text is read in this process; it has a size limit and no parser worth attacking.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from knowledge.formats import Document, Unreadable
from knowledge.load import load, sniff
from rag.errors import DocumentError

SECONDS = 60.0
MEMORY = 1024 * 1024 * 1024

_PLAIN = ("markdown", "text", "csv", "jsonl")
_LARGEST_PLAIN = 4 * 1024 * 1024
"""Bytes; larger text goes to the child too, where the clock holds."""
_SECONDS_TO_START = 60.0
_LONGEST_ANSWER = 512 * 1024 * 1024
_OUT_OF_MEMORY = 77
"""Exit status of a child whose allocation failed."""
_XML_NO_MEMORY = 2
_MEMORY_MESSAGES = (
    b"memory allocation",
    b"bad_alloc",
    b"MemoryError",
    b"Memory allocation",
    b"allocate memory",
    b"ut of memory",
)


def load_isolated(
    paths: Iterable[Path], *, seconds: float = SECONDS, memory: int = MEMORY
) -> Iterator[tuple[Path, Document | DocumentError]]:
    """Each of `paths` with its Document, or the DocumentError that says why it has none; the others go on.

    A file may take `seconds` and `memory` bytes beyond what the reader itself needs.
    """
    with Reader(seconds=seconds, memory=memory) as reader:
        for path in paths:
            yield path, reader.read(path)


class Reader:
    """Reads documents one after another, hostile-capable formats in one child process that starts when first needed.

    Use it as a context manager, or close it. `command` starts a child that speaks the same
    lines; `memory` is its last argument.
    """

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, command: Sequence[str] | None = None) -> None:
        self._seconds = seconds
        self._memory = memory
        self._command = [*(command or (sys.executable, "-P", "-m", "knowledge.sandbox")), str(memory)]
        self.child: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._errors: IO[bytes] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> Document | DocumentError:
        """The document at `path`, or why there is none. Never raises a DocumentError."""
        try:
            if not _needs_isolation(path):
                return load(path)
        except DocumentError as error:
            return error
        answer, problem = self._ask(path)
        if problem is not None:
            return problem
        try:
            if answer.startswith(b'{"en":'):
                found = json.loads(answer)
                return DocumentError(en=str(found["en"]), zh=str(found["zh"]))
            return Document.from_json(answer)
        except (ValueError, TypeError, KeyError):
            self.close()
            return _crashed(path)

    def close(self) -> None:
        """End the child, if there is one."""
        child, self.child = self.child, None
        errors, self._errors = self._errors, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            child.wait()
        if errors is not None:
            errors.close()

    def _ask(self, path: Path) -> tuple[bytes, DocumentError | None]:
        """(the child's answer, None) or (b"", why there is none); a child that gave none is gone."""
        if self.child is None and not self._start():
            return b"", _crashed(path)
        request = json.dumps({"path": str(path.absolute()), "seconds": self._seconds}).encode() + b"\n"
        answer, late = self._exchange(request, self._seconds)
        if answer.endswith(b"\n"):
            if late:
                self.close()
            return answer, None
        status, errors = self._end()
        if late or status == -_signal("SIGXCPU"):
            return b"", _too_slow(path, self._seconds)
        if status == _OUT_OF_MEMORY or any(message in errors for message in _MEMORY_MESSAGES):
            return b"", _too_large(path, self._memory)
        return b"", _crashed(path)

    def _start(self) -> bool:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [_root(), os.environ.get("PYTHONPATH")])),
            "OMP_NUM_THREADS": "1",
        }
        self.starts += 1
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self.child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment
        )
        answer, _ = self._exchange(b"", _SECONDS_TO_START)
        if answer != b"ready\n":
            self.close()
            return False
        return True

    def _exchange(self, request: bytes, seconds: float) -> tuple[bytes, bool]:
        """(one line of the child's, or b"", whether its time was over and it was killed)."""
        child = self.child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        over = threading.Event()

        def stop() -> None:
            over.set()
            child.kill()

        clock = threading.Timer(seconds, stop)
        clock.start()
        try:
            if request:
                child.stdin.write(request)
                child.stdin.flush()
            answer = child.stdout.readline(_LONGEST_ANSWER)
        except OSError:
            answer = b""
        finally:
            clock.cancel()
            clock.join()
        return answer, over.is_set()

    def _end(self) -> tuple[int, bytes]:
        """End the child; its exit status (minus the signal's number where a signal ended it) and last messages."""
        child, errors = self.child, self._errors
        assert child is not None
        assert errors is not None
        try:
            status = child.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            child.kill()
            status = child.wait()
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 65_536))
        messages = errors.read()
        self.close()
        return status, messages


def _needs_isolation(path: Path) -> bool:
    """Whether the file at `path` is of a format that can attack its reader; False when it cannot even be opened."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(8192)
        return path.stat().st_size > _LARGEST_PLAIN or sniff(head, path.suffix.lower()) not in _PLAIN
    except OSError:
        return False


def _root() -> str:
    return str(Path(__file__).resolve().parent.parent)


def _signal(name: str) -> int:
    import signal

    return int(getattr(signal, name, 0)) or sys.maxsize


def _too_slow(path: Path, seconds: float) -> DocumentError:
    return DocumentError(
        en=f"{path.name} took longer than {seconds:g} s to read: split it, or save it again from its own program.",
        zh=f"{path.name} 读取超过 {seconds:g} 秒：请拆分，或用原来的程序重新保存。",
    )


def _too_large(path: Path, memory: int) -> DocumentError:
    size = f"{memory / 2**30:g} GB" if memory >= 2**30 else f"{memory / 2**20:g} MB"
    return DocumentError(
        en=f"{path.name} needed more than {size} of memory to read: split it into smaller files.",
        zh=f"{path.name} 读取时需要超过 {size} 内存：请拆成较小的文件。",
    )


def _crashed(path: Path) -> DocumentError:
    return DocumentError(
        en=f"{path.name} crashed the reader: save it again from the program that made it, or remove it.",
        zh=f"{path.name} 使读取程序崩溃：请用原来的程序重新保存，或移走。",
    )


def _serve(requests: IO[bytes], answers: IO[bytes], memory: int) -> int:
    """Answer requests until there are no more; the child's exit status."""
    # Imported before the limit is set: what the libraries themselves need does not count.
    from knowledge import format_html, format_json, format_office, format_table, format_text, pdf  # noqa: F401

    _import_readers()
    limit_memory(memory)
    answers.write(b"ready\n")
    answers.flush()
    for line in requests:
        request: dict[str, Any] = json.loads(line)
        _limit_seconds(request["seconds"])
        try:
            answer = load(Path(request["path"])).to_json()
        except DocumentError as error:
            if _is_about_memory(error.__cause__):
                return _OUT_OF_MEMORY
            answer = json.dumps({"en": error.en, "zh": error.zh})
        except MemoryError:
            return _OUT_OF_MEMORY
        answers.write(answer.encode() + b"\n")
        answers.flush()
    return 0


def _is_about_memory(cause: BaseException | None) -> bool:
    """Libraries in C report a failed allocation in words of their own, libxml2 by a number."""
    if type(cause).__name__ == "XMLSyntaxError" and getattr(cause, "code", None) == _XML_NO_MEMORY:
        return True
    return not isinstance(cause, Unreadable) and any(words.decode() in str(cause) for words in _MEMORY_MESSAGES)


def _import_readers() -> None:
    import docx
    import pptx
    import python_calamine  # noqa: F401

    docx.Document()
    pptx.Presentation()


def limit_memory(growth: int) -> None:
    """Let this process allocate `growth` bytes beyond what it has now; only where the system can tell and hold it."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + growth
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, 1024 * 1024))
    except (ImportError, OSError, ValueError):
        return


def _limit_seconds(seconds: float) -> None:
    """Let this process compute for `seconds` from now on; the parent's clock covers waiting."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def main() -> int:
    """Serve standard input; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return _serve(sys.stdin.buffer, answers, int(sys.argv[1]) if len(sys.argv) > 1 else MEMORY)


if __name__ == "__main__":
    sys.exit(main())
