"""The order of a restore: look at the backup first, then make the folder, and take it away again if anything fails."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.running import home
from xinheng.running.backup_format import Manifest, opened, read_manifest, verify_sums
from xinheng.running.keeping_keys import put_back


def restored(
    file: Path, folder: Path, *, keys: Path | None, database_url: str | None, start: Callable[[], None]
) -> Manifest:
    """Restore `file` into `folder`, which must be empty; `start` sets Django up once the settings are there."""
    with opened(file) as archive:
        manifest = read_manifest(archive)
        verify_sums(archive, manifest)
        if folder.exists() and any(folder.iterdir()):
            raise Refusal(
                _("{folder} 不是空的。恢复从不覆盖已有的数据: 请用 XINHENG_HOME 指明一个空文件夹。").format(
                    folder=folder
                )
            )
        try:
            _settle(folder, keys, database_url)
            start()
            from xinheng.running import restoring

            restoring.demand_fitting(manifest)
            restoring.unpack_folders(archive, manifest)
            restoring.restore_database(archive, manifest)
        except BaseException:
            _empty(folder)
            raise
    return manifest


def _settle(folder: Path, keys: Path | None, database_url: str | None) -> None:
    """Make the folder with its keys and settings; a database that is named now goes before the one in the old settings."""
    folder.mkdir(mode=home.PRIVATE_FOLDER, parents=True, exist_ok=True)
    had = put_back(folder, keys) if keys else False
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    url = database_url or os.environ.get("DATABASE_URL", "")
    if not had:
        home.make_home(folder, {"database_url": url})
    elif url:
        file = folder / home.SETTINGS
        text = re.sub(r"^database_url\s*=.*\n?", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        home.write_private(file, f'database_url = "{url}"\n{text}')
    (folder / "static").mkdir(exist_ok=True)


def _empty(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else []:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
