"""The data folder and its settings file, before Django knows them."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from creditpolicy.language import _
from creditpolicy.problems import Refusal

SETTINGS = "xinheng.toml"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
HEAD = "# 信衡的设置。改后重新启动 xinheng serve 才生效。含签名密钥, 只给运行信衡的用户看。\n"


def home() -> Path:
    """Give the data folder: XINHENG_HOME, else `xinheng-data` in the working folder."""
    return Path(os.environ.get("XINHENG_HOME", "xinheng-data")).resolve()


def make_home(folder: Path, told: Mapping[str, str | bool | list[str]]) -> bool:
    """Make the data folder and its settings file with a secret key of its own; say whether the file is new."""
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
    except OSError as wrong:
        raise Refusal(
            _("不能建立或保护数据文件夹 {folder}: {error}。请换一个位置, 用环境变量 XINHENG_HOME 指明。").format(
                folder=folder, error=wrong.strerror
            )
        ) from wrong
    file = folder / SETTINGS
    if file.exists():
        return False
    settings = {"secret_key": secrets.token_urlsafe(48), **told}
    write_private(
        file,
        HEAD
        + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.items() if value),
    )
    return True


def written_settings(folder: Path) -> dict[str, object]:
    """Give what the settings file says; empty where there is none."""
    file = folder / SETTINGS
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def write_private(file: Path, content: str | bytes) -> None:
    """Write a new file that only its owner may read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    data = content.encode() if isinstance(content, str) else content
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
