"""A backup made while others write holds one moment, whole; it restores elsewhere, and nothing else passes for one."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from processes import ON_POSTGRES, Place

NewPlace = Callable[[str], Place]
WRITER = """
from xinheng.command.starting import application
application()
import sys, itertools
from django.db import transaction
from xinheng.org.models import Department
for number in itertools.count():
    with transaction.atomic():  # always two together, so that half of a pair shows a torn backup
        Department.objects.create(code=f"L{number}", name="左")
        Department.objects.create(code=f"R{number}", name="右")
    if number == 20:
        print("writing", flush=True)
"""
PAIRS = """
from xinheng.org.models import Department
left = {one.code[1:] for one in Department.objects.filter(name="左")}
right = {one.code[1:] for one in Department.objects.filter(name="右")}
print(len(left), left == right)
"""


@pytest.fixture
def written_meanwhile(place: Place):
    """Let somebody write without pause while the test runs."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=place.environment, stdout=subprocess.PIPE, text=True, cwd=place.home.parent
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    yield writer
    writer.terminate()
    writer.communicate()


def restored(file: Path, to: Place, *words: str | Path, wanted: int = 0) -> str:
    database = ("--database-url", to.database_url) if to.database_url else ()
    return to.run("restore", file, *words, *database, wanted=wanted)


def test_a_backup_under_writes_restores_elsewhere_with_every_pair_whole(
    place: Place, new_place: NewPlace, tmp_path: Path, written_meanwhile: subprocess.Popen[str]
):
    (place.home / "papers" / "ab").mkdir(parents=True)
    (place.home / "papers" / "ab" / "closed.bin").write_bytes(bytes(range(256)) * 5000)
    file, keys = tmp_path / "backup.zip", tmp_path / "keys.json"
    place.run("backup", "-o", file, "--with-keys", keys)
    assert written_meanwhile.poll() is None, "nobody was writing"
    there = new_place("there")
    told = restored(file, there, "--keys", keys)
    assert "核对一致" in told
    pairs, whole = there.python(PAIRS).split()
    assert int(pairs) > 20
    assert whole == "True"
    assert (there.home / "papers/ab/closed.bin").read_bytes() == bytes(range(256)) * 5000
    assert (there.home / "keys.json").read_bytes() == (place.home / "keys.json").read_bytes()
    number = there.python(  # what comes next gets a number of its own
        "from xinheng.org.models import Department; last = Department.objects.order_by('-pk')[0].pk\n"
        "print(Department.objects.create(code='next', name='新').pk > last)"
    )
    assert number == "True"


def test_a_backup_holds_no_keys_and_is_its_owners_alone(place: Place, tmp_path: Path):
    file = tmp_path / "backup.zip"
    told = place.run("backup", "-o", file)
    assert "备份里没有密钥" in told
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if "keys" in name or name.endswith(".toml")]
        everything = b"".join(archive.read(name) for name in archive.namelist())
    secret = json.loads((place.home / "keys.json").read_text())["index"].encode()
    assert secret not in everything
    assert "已经有了" in place.run("backup", "-o", file, wanted=2)


def test_a_restore_refuses_what_is_not_empty_damaged_or_no_backup(place: Place, new_place: NewPlace, tmp_path: Path):
    file = tmp_path / "backup.zip"
    place.run("backup", "-o", file)
    assert "不是空的" in place.run("restore", file, wanted=2)
    assert place.run("doctor", "--json", wanted=None).count('"level"') > 3, "the refusal harmed what was there"

    damaged = tmp_path / "damaged.zip"
    _with_a_byte_changed(file, damaged)
    there = new_place("there")
    assert "校验值不符" in restored(damaged, there, wanted=2)
    half = tmp_path / "half.zip"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "没有写完" in restored(half, there, wanted=2)
    assert not there.home.exists() or not any(there.home.iterdir())
    if ON_POSTGRES:
        taken = Place(tmp_path / "other", place.database_url)
        assert "不是空的" in restored(file, taken, wanted=2)
        assert not any(taken.home.iterdir())


def _with_a_byte_changed(file: Path, target: Path) -> None:
    """Write the backup anew with one byte of the database changed, so that only our own sum can tell."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        largest = max(
            (one for one in old.infolist() if one.filename.startswith("database/")), key=lambda one: one.file_size
        )
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name == largest.filename:
                data[len(data) // 2] ^= 1
            new.writestr(name, bytes(data))


@pytest.mark.skipif(ON_POSTGRES, reason="about the file of an SQLite database")
def test_a_plain_copy_of_a_live_database_file_lacks_rows_and_is_refused(
    place: Place, new_place: NewPlace, tmp_path: Path
):
    live = sqlite3.connect(place.home / "xinheng.sqlite3", isolation_level=None)
    live.execute("PRAGMA wal_autocheckpoint = 0")
    live.execute("INSERT INTO org_department (code, name, path, is_closed) VALUES ('LATE', '刚写的', '/9/', 0)")
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(place.home / "xinheng.sqlite3", copy)
    query = "SELECT count(*) FROM org_department WHERE code = 'LATE'"
    assert live.execute(query).fetchone()[0] == 1
    held = sqlite3.connect(copy)
    assert held.execute(query).fetchone()[0] == 0, "the copy has the row: the test proves nothing"
    held.close()
    assert "会漏掉最近的改动" in restored(copy, new_place("there"), wanted=2)

    file = tmp_path / "backup.zip"
    place.run("backup", "-o", file)
    live.close()
    with zipfile.ZipFile(file) as archive:
        archive.extract("database/xinheng.sqlite3", tmp_path)
    held = sqlite3.connect(tmp_path / "database/xinheng.sqlite3")
    assert held.execute(query).fetchone()[0] == 1
    held.close()


def test_a_database_older_than_its_folder_is_not_served(place: Place):
    """Somebody puts yesterday's database back by hand: the worker's serial in the folder is ahead of it."""
    place.python(
        "from xinheng.running.beating import beat; from django.utils import timezone\n"
        "beat('worker', at=timezone.now()); beat('worker', at=timezone.now())"
    )
    place.python("from xinheng.upkeep.models import Beat; Beat.objects.update(serial=1)")
    assert "数据库比这个文件夹旧" in place.run("serve", wanted=2, seconds=60)
    assert "数据库比这个文件夹旧" in place.run("doctor", wanted=1)
