"""Fetch the style sheets, scripts and icons that pages use, as `vendor.json` names them; for maintainers, with npm.

What it writes is committed, so that neither a user nor CI needs npm or a network for it. `hashes.json` holds the hash
of every file written; a test compares.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WANTED = ROOT / "scripts/vendor.json"
HASHES = ROOT / "scripts/vendor-hashes.json"
SVG = "{http://www.w3.org/2000/svg}"
SOURCE_MAP = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")
MIT = """MIT License

{holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> int:
    """Fetch every package named, write its files, and the list of hashes."""
    written: list[Path] = []
    for package in json.loads(WANTED.read_text(encoding="utf-8"))["packages"]:
        written += fetched(package)
    HASHES.write_text(json.dumps({name(path): digest(path) for path in sorted(written)}, indent=1) + "\n")
    print(f"{len(written)} files", file=sys.stderr)
    return 0


def fetched(package: dict[str, Any]) -> list[Path]:
    """Write the files of one package; refuse a package whose hash is not the one named."""
    into = ROOT / package["into"]
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asked = f"{package['name']}@{package['version']}"
        told = subprocess.run(
            ["npm", "pack", "--silent", asked], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        archive = Path(folder) / told.split()[-1]
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != package["integrity"]:
            sys.exit(f"{asked}: hash {found}, not {package['integrity']}")
        with tarfile.open(archive) as members:
            contents = {
                wanted: members.extractfile(f"package/{wanted}").read()  # type: ignore[union-attr]
                for wanted in [*package["files"], *(f"icons/outline/{icon}.svg" for icon in package.get("icons", ()))]
            }
    files = {Path(wanted).name: SOURCE_MAP.sub(b"\n", contents[wanted]) for wanted in package["files"]}
    if "licence" in package:
        files["LICENSE"] = MIT.format(holders=package["licence"].removeprefix("MIT, ")).encode()
    if "icons" in package:
        files["sprite.svg"] = sprite({icon: contents[f"icons/outline/{icon}.svg"] for icon in package["icons"]})
    for file, data in files.items():
        (into / file).write_bytes(data)
    return [into / file for file in files]


def sprite(icons: dict[str, bytes]) -> bytes:
    """Join icons to one file of symbols, each found by its name."""
    symbols = []
    for icon, drawing in sorted(icons.items()):
        paths = [path.get("d") for path in ET.fromstring(drawing).iter(f"{SVG}path") if path.get("stroke") != "none"]  # noqa: S314 - a file whose hash was compared
        lines = "".join(f'<path d="{path}"/>' for path in paths)
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{lines}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def name(path: Path) -> str:
    """Give the path from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
