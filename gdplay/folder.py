"""How a run gets a folder that nobody else writes to, and how that folder replaces an older one."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from gdplay.errors import MachineError
from gdplay.files import AppendFile, OutputFile, WholeFile, discard_abandoned, temporary_name
from gdplay.places import asking_for, component, refusal, what_is_at, writing
from gdplay.written import SUMMARY, foreign, is_ours, unfinished

KEY = "--out"


def claim(out: Path | None, name: str, parent: Path, force: bool) -> Folder:
    """Return a new folder that belongs to this process alone.

    It is ``out``, or ``parent/name-N`` with the smallest free N from 1 on. With ``force`` an ``out`` that
    gdplay wrote is replaced once the folder is finished. Raises ConfigError where the folder can't be had,
    MachineError where the disk fails.
    """
    if out is None:
        return _claim_next(component(name), parent)
    with asking_for(out, f"choose another {KEY}", KEY):
        if out.name in ("", ".."):
            raise refusal(f"{out} is a folder that exists", f"name the new folder itself in {KEY}", KEY)
        out.parent.mkdir(parents=True, exist_ok=True)
        if _made_now(out):
            return Folder(out, out)
        _refuse_to_replace(out, force)
        work = out.with_name(temporary_name(out.name))
        work.mkdir()
        return Folder(out, work)


def reopen(out: Path, kind: str, holds: str, which: str) -> Folder:
    """Return a folder to go on in, finished or not; a new one where there is none.

    Every folder of its ``kind``, such as "sweep", has something called ``holds``, which is "a file" or "a
    folder". What a killed process has left half-written is deleted. Raises ConfigError where it is something
    else.
    """
    with asking_for(out, f"choose another {KEY}", KEY):
        found = what_is_at(out)
        if found is None:
            return claim(out, "", out.parent, force=False)
        if found != "a folder" or what_is_at(out / holds) != which:
            raise refusal(
                f"{out} is no folder of a {kind}", f"give the folder of an earlier {kind} in {KEY}", KEY
            )
        for path in unfinished(out):
            discard_abandoned(path)
        return Folder(out, out)


def _claim_next(name: str, parent: Path) -> Folder:
    with asking_for(parent, f"choose a folder with {KEY}", KEY):
        parent.mkdir(parents=True, exist_ok=True)
        count = 1
        while not _made_now(path := parent / f"{name}-{count}"):
            count += 1
        return Folder(path, path)


def _made_now(path: Path) -> bool:
    """Make the folder, or tell that something has its name already (a link too: it may lead elsewhere)."""
    try:
        path.mkdir()  # the one claim that is atomic
    except FileExistsError:
        return False
    home = os.path.realpath(path.parent)
    assert os.path.commonpath([home, os.path.realpath(path)]) == home
    return True


def _refuse_to_replace(out: Path, force: bool) -> None:
    """Raise ConfigError unless the folder may be replaced."""
    found = what_is_at(out)
    if found != "a folder":
        raise refusal(f"{out} exists and is {found or 'in use'}", f"choose another {KEY}", KEY)
    if not force:
        raise refusal(f"{out} exists", f"choose another {KEY}, or --force to replace", KEY)
    if not is_ours(out):
        raise refusal(
            f"{out} is no finished folder of gdplay (it has no {SUMMARY} with status and versions)",
            f"choose another {KEY}, or delete it yourself",
            KEY,
        )
    if others := list(foreign(out)):
        raise refusal(
            f"{out} holds what gdplay did not write: {_few(others)}",
            f"move that away, or choose another {KEY}",
            KEY,
        )


class Folder:
    """A claimed folder: ``path`` is where the results are in the end, ``work`` where they are now.

    The two differ only while a folder waits to replace an older one. As a context manager it is finished at
    the end; an exception leaves it as it is if a log in it has rows, and removes it if not. Write the
    summary last, after the logs are closed: a folder without one counts as unfinished.
    """

    def __init__(self, path: Path, work: Path) -> None:
        self.path = path
        self.work = work
        self._made: set[str] = set()
        self._logs: set[str] = set()

    def write(self, name: str, data: bytes | str) -> None:
        """Write a file whole or not at all; text as UTF-8. Raises MachineError."""
        with self.open_whole(name) as file:
            file.write(data.encode() if isinstance(data, str) else data)

    def open_whole(self, name: str) -> WholeFile:
        """Open a file that appears when it is closed, in place of one of that name. Raises MachineError."""
        path = self.work / component(name, "file name")
        with writing(path):
            file = WholeFile(path)
        self._made.add(name)
        return file

    def open_log(self, name: str, whole: bool = False) -> OutputFile:
        """Open a log: one that grows in sight, or one that appears whole. Raises MachineError."""
        self._logs.add(name)
        if whole:
            return self.open_whole(name)
        path = self.work / component(name, "file name")
        with writing(path):
            file = AppendFile(path)
        self._made.add(name)
        return file

    def finish(self) -> None:
        """Make the folder permanent under its path; a second call does nothing. Raises MachineError."""
        if self.work != self.path:
            self._replace()
            self.work = self.path

    def abandon(self) -> None:
        """Remove what was made, and the folder if nothing else is in it."""
        for name in self._made:
            with suppress(OSError):
                os.unlink(self.work / name)
        with suppress(OSError):  # where somebody has put something there, it is theirs to keep
            self.work.rmdir()

    def has_rows(self) -> bool:
        """Tell whether a log holds anything; an empty log is a file of no bytes, or none."""
        logs = [self.work / name for name in self._logs]
        return any(log.exists() and log.stat().st_size > 0 for log in logs)

    def _replace(self) -> None:
        aside = self.path.with_name(temporary_name(self.path.name))
        with writing(self.path):
            aside.mkdir()
        old = aside / "old"
        try:
            os.rename(self.path, old)
            # Looked at again, now out of everyone's way: hours may have passed since the claim.
            if others := list(foreign(old)):
                raise OSError(f"it holds what gdplay did not write: {_few(others)}")
            os.rename(self.work, self.path)
        except OSError as error:
            with suppress(OSError):
                os.rename(old, self.path)
            with suppress(OSError):
                aside.rmdir()
            said = f"could not be replaced: {error.strerror or error}; the new results are in {self.work}"
            raise MachineError(f"{self.path}: {said}") from error
        with writing(aside):
            shutil.rmtree(aside)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        elif not self.has_rows():
            self.abandon()


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
