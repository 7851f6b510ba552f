"""What a backup is: one zip file with the database, the encrypted papers, the anchors, and a manifest with the sums.

manifest.json            format, version, engine, when, mark, migrations, tables with rows and sums, files with sums
database/xinheng.sqlite3 (SQLite) the database as one file
database/<table>.copy    (PostgreSQL) each table in COPY's text form, in the order of its key
papers/…  anchors/…      the folders as they are
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from creditpolicy.language import _
from creditpolicy.problems import Refusal

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE_FILE = "database/xinheng.sqlite3"
CHUNK = 1 << 20


class Said(BaseModel):
    """A part of a manifest; an unknown word in it is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(Said):
    """A file in the backup: its sum and size."""

    sha256: str
    size: int


class Table(Said):
    """A table: its rows, and for PostgreSQL the columns in the order of the file."""

    rows: int
    columns: tuple[str, ...] = ()


class Manifest(Said):
    """What a backup holds."""

    format: int
    version: str
    engine: str
    made_at: str
    mark: str
    migrations: tuple[str, ...]
    tables: dict[str, Table]
    sequences: dict[str, int] = {}
    files: dict[str, Entry]


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Read the manifest; refuses what is not a backup of a format that we know."""
    try:
        manifest = Manifest.model_validate(json.loads(archive.read(MANIFEST)))
    except (KeyError, ValueError, ValidationError) as wrong:
        raise Refusal(
            _("{file}: 不是 xinheng backup 做的备份, 或清单已损坏。").format(file=archive.filename)
        ) from wrong
    if manifest.format != FORMAT:
        raise Refusal(
            _("{file}: 备份的格式是 {format}, 这个版本只认 {known}。请用做备份的版本 {version} 恢复。").format(
                file=archive.filename, format=manifest.format, known=FORMAT, version=manifest.version
            )
        )
    return manifest


def opened(file: Path) -> zipfile.ZipFile:
    """Open a backup; refuses a plain copy of a database, and says why such a copy must not be trusted."""
    if not file.is_file():
        raise Refusal(_("找不到备份文件 {file}。").format(file=file))
    with file.open("rb") as start:
        head = start.read(16)
    if head.startswith(b"SQLite format 3"):
        raise Refusal(
            _(
                "{file} 是数据库文件的拷贝, 不是备份: 从运行中的信衡拷出的数据库文件会漏掉最近的改动, 还可能损坏, 不能恢复。"
                "请用 xinheng backup 做的备份。"
            ).format(file=file)
        )
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as wrong:
        raise Refusal(_("{file}: 不是 xinheng backup 做的备份, 或没有写完。").format(file=file)) from wrong


def verify_sums(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare every file with the sum in the manifest; refuses at the first that differs or is missing or too many."""
    held = {name for name in archive.namelist() if not name.endswith("/")} - {MANIFEST}
    odd = sorted(held ^ manifest.files.keys())
    if odd:
        raise Refusal(_("{file}: 备份里的文件与清单不符: {names}。").format(file=archive.filename, names=odd[0]))
    for name, entry in manifest.files.items():
        digest, size = hashlib.sha256(), 0
        try:
            with archive.open(name) as source:
                for chunk in chunks(source):
                    digest.update(chunk)
                    size += len(chunk)
        except (zipfile.BadZipFile, OSError, EOFError) as wrong:
            raise _damaged(archive, name) from wrong
        if (digest.hexdigest(), size) != (entry.sha256, entry.size):
            raise _damaged(archive, name)


def _damaged(archive: zipfile.ZipFile, name: str) -> Refusal:
    return Refusal(
        _("{file}: 备份已损坏, {name} 与清单里的校验值不符。请换一份备份。").format(file=archive.filename, name=name)
    )


def chunks(source: IO[bytes]) -> Iterator[bytes]:
    """Give the bytes piece by piece."""
    while chunk := source.read(CHUNK):
        yield chunk


class Summing:
    """Writes into a file of the backup, and sums and counts what goes through."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> None:
        """Write, sum and count."""
        self.target.write(data)
        self.digest.update(data)
        self.size += len(data)

    @property
    def entry(self) -> Entry:
        """What stands in the manifest of this file."""
        return Entry(sha256=self.digest.hexdigest(), size=self.size)
