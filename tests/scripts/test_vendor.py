"""What was fetched for pages is what was committed, with its licences; no template writes what the policy stops."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import vendor

TEMPLATES = sorted((vendor.ROOT / "src/xinheng").rglob("templates/**/*.html"))
ICON = re.compile(r"""\{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']|\.icon\|default:["']([\w-]+)["']""")
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son[a-z]+=["']|javascript:""",
    re.IGNORECASE,
)


def test_every_file_is_the_one_that_was_fetched():
    told = json.loads(vendor.HASHES.read_text(encoding="utf-8"))
    folders = {
        vendor.ROOT / package["into"] for package in json.loads(vendor.WANTED.read_text(encoding="utf-8"))["packages"]
    }
    here = {
        vendor.name(path): vendor.digest(path) for folder in folders for path in folder.rglob("*") if path.is_file()
    }
    assert here == told


def test_nothing_else_lies_among_what_was_fetched():
    named = {
        Path(package["into"]).name for package in json.loads(vendor.WANTED.read_text(encoding="utf-8"))["packages"]
    }
    for folder in ("src/xinheng/desk/static/vendor", "tests/browser/vendor"):
        assert {path.name for path in (vendor.ROOT / folder).iterdir()} <= named


def test_every_package_has_its_licence_beside_it():
    for package in json.loads(vendor.WANTED.read_text(encoding="utf-8"))["packages"]:
        assert (vendor.ROOT / package["into"] / "LICENSE").stat().st_size > 900


def test_every_icon_that_a_template_names_is_there():
    wanted = {
        name for path in TEMPLATES for found in ICON.findall(path.read_text(encoding="utf-8")) for name in found if name
    }
    sprite = next((vendor.ROOT / "src/xinheng/desk/static/vendor").rglob("sprite.svg")).read_text(encoding="utf-8")
    assert len(wanted) > 30
    assert wanted <= set(re.findall(r'id="([^"]+)"', sprite))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_script_or_style_inline(path: Path):
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


def test_the_check_for_inline_script_finds_it():
    for bad in ("<script>", '<p style="x">', '<a onclick="x">', "<style>", '<a href="javascript:x">'):
        assert INLINE.search(bad), bad
    assert not INLINE.search('<script src="a.js" defer></script>')
