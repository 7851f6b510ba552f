"""The keys and the settings kept apart from the backups, in one small file that belongs in another safe place."""

from __future__ import annotations

import json
import os
from pathlib import Path

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.running.home import SETTINGS, write_private

KIND = "xinheng-keys-1"


def bundle() -> str:
    """Give the text of the file: the keys in use, and the settings."""
    from django.conf import settings

    from xinheng.vault import keys

    held = os.environ.get("XINHENG_KEYS") or keys.key_file().read_text(encoding="utf-8")
    told = settings.SETTINGS_FILE.read_text(encoding="utf-8") if settings.SETTINGS_FILE.exists() else ""
    return json.dumps({"kind": KIND, "keys": json.loads(held), "settings": told}, ensure_ascii=False, indent=1) + "\n"


def read_bundle(file: Path) -> tuple[str, str]:
    """Give the keys and the settings of such a file, or of a plain `keys.json` (then without settings)."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told.get("kind") == KIND:
            return json.dumps(told["keys"], indent=2) + "\n", str(told["settings"])
        if {"current", "keys", "index"} <= told.keys():
            return json.dumps(told, indent=2) + "\n", ""
    except (OSError, ValueError, KeyError, AttributeError) as wrong:
        raise Refusal(_("{file}: 密钥文件读不懂。").format(file=file)) from wrong
    raise Refusal(_("{file}: 不是 xinheng backup --with-keys 写的文件, 也不是 keys.json。").format(file=file))


def put_back(folder: Path, file: Path) -> bool:
    """Put the keys into a data folder, and the settings where the file has them; say whether it had."""
    held, told = read_bundle(file)
    write_private(folder / "keys.json", held)
    if told:
        write_private(folder / SETTINGS, told)
    return bool(told)
