"""The keys: several that open, one that closes, and one more for blind indexes; in a file that only its owner can read.

The file (`settings.KEYS_FILE`) is JSON: `current` names the key that closes, `keys` holds each key with the time it
was made, `index` is the key of blind indexes. `XINHENG_KEYS` may hold the same JSON instead; then the place that sets it
is where keys are changed. A running process sees a changed file at its next use.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name in ciphertexts, its bytes, when it was made and when another took its place."""

    id: str
    secret: bytes
    made_at: datetime
    retired_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Key({self.id})"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys that open, the one that closes, and the one of blind indexes."""

    current: Key
    by_id: Mapping[str, Key]
    index: bytes

    def __repr__(self) -> str:
        return f"Keys(current={self.current.id}, {len(self.by_id)} in all)"


_held: tuple[object, Keys] | None = None


def keys() -> Keys:
    """Give the keys, read anew where the file has changed."""
    global _held  # noqa: PLW0603
    given = os.environ.get("XINHENG_KEYS")
    seen: object = given or _stamp(key_file())
    if _held is None or _held[0] != seen:
        if seen is None:
            make_when_missing()
            seen = _stamp(key_file())
        _held = (seen, _understood(given or key_file().read_text(encoding="utf-8")))
    return _held[1]


def key_file() -> Path:
    """Give the place of the keys."""
    return Path(settings.KEYS_FILE)


def are_in_environment() -> bool:
    """Say whether the keys come from `XINHENG_KEYS` rather than from the file."""
    return bool(os.environ.get("XINHENG_KEYS"))


def is_open_to_others() -> bool:
    """Say whether the key file may be read by anybody but its owner."""
    return not are_in_environment() and key_file().exists() and bool(key_file().stat().st_mode & 0o077)


def make() -> Path:
    """Make the key file with a first key; refuses where one is there, for writing over it would lose everything closed."""
    if key_file().exists():
        raise Refusal(_("{path}: 密钥文件已经有了, 不会覆盖。").format(path=key_file()))
    first = _new_key()
    _write(Keys(first, {first.id: first}, secrets.token_bytes(KEY_BYTES)), only_new=True)
    return key_file()


def make_when_missing() -> None:
    """Make the key file where settings allow it (tests, the demo); else refuse and say what to do."""
    if not getattr(settings, "KEYS_ON_DEMAND", False):
        raise Refusal(
            _("{path}: 没有密钥文件。新装时运行 xinheng init; 迁移或恢复时把原来的密钥文件放回这里。").format(
                path=key_file()
            )
        )
    try:
        make()
    except (Refusal, FileExistsError):
        assert key_file().exists()


def add_key() -> Key:
    """Make a new key and let it close from now on; the others still open."""
    held = _changeable()
    new = _new_key()
    retired = replace(held.current, retired_at=timezone.now())
    _write(Keys(new, {**held.by_id, retired.id: retired, new.id: new}, held.index))
    return new


def drop_key(key_id: str) -> None:
    """Remove a key for good; whoever calls has made sure that nothing is closed with it."""
    held = _changeable()
    if key_id == held.current.id:
        raise Refusal(_("密钥 {id} 正在使用, 不能删除。").format(id=key_id))
    _write(Keys(held.current, {name: key for name, key in held.by_id.items() if name != key_id}, held.index))


def _changeable() -> Keys:
    if are_in_environment():
        raise Refusal(
            _("密钥来自环境变量 XINHENG_KEYS, 请在设置它的地方更换, 或改用密钥文件 {path}。").format(path=key_file())
        )
    return keys()


def _new_key() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES), timezone.now())


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _understood(text: str) -> Keys:
    try:
        told = json.loads(text)
        held = {name: _key(name, one) for name, one in told["keys"].items()}
        return Keys(held[told["current"]], held, _secret(told["index"]))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as wrong:
        raise Refusal(
            _("密钥文件 {path} 读不懂 ({kind})。请放回备份的密钥文件; 没有它, 已加密的内容无法读出。").format(
                path=key_file(), kind=type(wrong).__name__
            )
        ) from None


def _key(name: str, told: Mapping[str, Any]) -> Key:
    retired = told.get("retired_at")
    made = datetime.fromisoformat(told["made_at"])
    return Key(name, _secret(told["secret"]), made, datetime.fromisoformat(retired) if retired else None)


def _secret(text: str) -> bytes:
    secret = base64.b64decode(text, validate=True)
    if len(secret) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return secret


def _written(held: Keys) -> str:
    def one(key: Key) -> dict[str, str]:
        retired = {"retired_at": key.retired_at.isoformat()} if key.retired_at else {}
        return {"secret": base64.b64encode(key.secret).decode(), "made_at": key.made_at.isoformat(), **retired}

    told = {
        "current": held.current.id,
        "keys": {name: one(key) for name, key in held.by_id.items()},
        "index": base64.b64encode(held.index).decode(),
    }
    return json.dumps(told, indent=2) + "\n"


def _write(held: Keys, *, only_new: bool = False) -> None:
    """Put the file in place whole or not at all, readable by its owner only."""
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(_written(held))
        file.flush()
        os.fsync(file.fileno())
    if only_new:
        try:
            os.link(draft, path)  # unlike a rename, fails where the file is there by now
        finally:
            draft.unlink()
    else:
        draft.replace(path)
