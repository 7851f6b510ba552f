"""A process of its own that changes keys, to be killed: `prepare`, `rotate` (batch by batch), `told` (what is there now)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]
os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "vault_tests"]
django.setup()

from django.db import connection  # noqa: E402

from vault_tests.models import Card  # noqa: E402
from xinheng.vault import files, keys, rotation  # noqa: E402

ROWS, FILES = 6_000, 25


def prepare() -> None:
    """Make keys, a table of closed values, and stored files."""
    keys.make()
    with connection.schema_editor() as editor:
        editor.create_model(Card)
        editor.create_model(Card.history.model)
    Card.objects.bulk_create(
        [Card(number=f"6222{n:015d}", phone=f"138{n:08d}", holder="甲") for n in range(ROWS)], batch_size=1000
    )
    names = [files.store([f"file {n} ".encode() * 20_000], place=f"p/{n}").name for n in range(FILES)]
    (settings.HOME / "names.json").write_text(json.dumps(names))


def rotate() -> None:
    """Change the keys, or go on; say each batch, and wait for leave to do the next."""
    for _progress in rotation.rotate(rotation.columns([Card])):
        sys.stdout.write("batch\n")
        sys.stdout.flush()
        sys.stdin.readline()


def told() -> None:
    """Say what is there, with every value and every file read."""
    names = json.loads((settings.HOME / "names.json").read_text())
    right = sum(
        one.number == f"6222{n:015d}" and one.phone == f"138{n:08d}"
        for n, one in enumerate(Card.objects.order_by("pk").iterator())
    )
    whole = sum(
        b"".join(files.read(name, place=f"p/{n}")) == f"file {n} ".encode() * 20_000 for n, name in enumerate(names)
    )
    used = {key: count for key, count in rotation.in_use(rotation.columns([Card])).items() if count}
    sys.stdout.write(
        json.dumps(
            {"right": right, "files": whole, "used": used, "keys": len(keys.keys().by_id), "current": keys.keys().current.id,
             "stored": len(list(files.names())), "unfinished": rotation.is_unfinished(rotation.columns([Card]))}
        )
    )  # fmt: skip


if __name__ == "__main__":
    {"prepare": prepare, "rotate": rotate, "told": told}[sys.argv[1]]()
