"""The files of an import: kept encrypted, and opened for a moment where a reader needs a path."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from creditpolicy.tables import Limits
from xinheng.intake.models import Import
from xinheng.vault import files

LIMITS = Limits(cells=20_000_000)
"""What a job may read; a million rows of twenty columns as text, five million cells of a workbook bound themselves by time."""
LOOK_AT_ONCE_BYTES = 8 * 2**20
"""A file up to this size is looked at while its sender waits; a larger one by a job."""
LOOK_LIMITS = Limits(file_bytes=LOOK_AT_ONCE_BYTES, text_bytes=LOOK_AT_ONCE_BYTES, seconds=15)
_STALE_SECONDS = 24 * 3600


def place_of(of: Import, what: str) -> str:
    """Say for which place a file of the import is encrypted: "file" or "returned"."""
    return f"intake.{what}/{of.uid}"


def keep(of: Import, source: BinaryIO | Iterable[bytes]) -> files.Kept:
    """Store the uploaded file."""
    return files.store(source, place=place_of(of, "file"))


def keep_returned(of: Import, path: Path) -> str:
    """Store the workbook of failed rows; gives its name in the store."""
    with path.open("rb") as stream:
        return files.store(stream, place=place_of(of, "returned")).name


def read_returned(of: Import) -> Iterator[bytes]:
    """Give the workbook of failed rows piece by piece."""
    return files.read(of.returned, place=place_of(of, "returned"))


@contextmanager
def opened(of: Import) -> Iterator[Path]:
    """Give the uploaded file as plain bytes at a path, under the name it came with, for as long as the block runs."""
    if not of.kept:
        raise Refusal(_("“{file}”已过保留期, 文件已经清除。请重新上传。").format(file=of.file_name))
    with workplace() as folder:
        path = folder / _tame(of.file_name)
        with path.open("wb") as stream:
            for piece in files.read(of.kept, place=place_of(of, "file")):
                stream.write(piece)
        yield path


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a folder that only this process may read, gone at the end; what a killed process left is swept away first."""
    root = settings.HOME / "passing"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in root.iterdir():
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=root, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _tame(name: str) -> str:
    """Keep of a file's name what a file system takes; its ending says what the sender thought it was."""
    bare = os.path.basename(name.replace("\\", "/"))  # noqa: PTH119 - a name from a browser is no path of ours
    kept = "".join(letter for letter in bare if letter.isprintable() and letter not in '/:*?"<>|')[-80:]
    return kept.lstrip(".") or "file"
