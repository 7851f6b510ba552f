"""Find the browser of the browser tests, or install Debian's, with a Chinese font, where this is root on such a system.

Says at the end which browser it is; leaves 1, with the reason, where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> int:
    """Make the browser ready."""
    if (not browser() or not has_chinese()) and can_install():
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(["apt-get", "-qq", "update"], check=False, env=quiet)
        subprocess.run(
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES], check=False, env=quiet
        )
    reason = why_not()
    print(reason or f"browser: {browser()}", file=sys.stderr)
    return 1 if reason else 0


def browser() -> str:
    """Give the browser's path: $CHROMIUM, else the first of the usual names; empty where there is none."""
    told = os.environ.get("CHROMIUM", "")
    return told or next((path for name in NAMES if (path := shutil.which(name))), "")


def has_chinese() -> bool:
    """Say whether some font draws Chinese; without one, pages show boxes and widths mean nothing."""
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    return bool(subprocess.run([listing, ":lang=zh-cn", "family"], capture_output=True, check=False).stdout.strip())


def can_install() -> bool:
    """Say whether packages of the system can be installed here."""
    return shutil.which("apt-get") is not None and os.name == "posix" and os.geteuid() == 0


def why_not() -> str:
    """Say what the browser tests lack here; nothing where they can run."""
    if not browser():
        return "no Chromium: install it (Debian: apt-get install chromium), or name one in CHROMIUM"
    if not Path(browser()).exists():
        return f"CHROMIUM names {browser()}, which is not there"
    return "" if has_chinese() else "no Chinese font: install one (Debian: apt-get install fonts-noto-cjk)"


if __name__ == "__main__":
    sys.exit(main())
