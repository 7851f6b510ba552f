"""Files under a password."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opening_zips import opened
from xinheng.privacy.sealed_zip import sealed_zip

AT = datetime(2026, 3, 2, 8, 30, 10, tzinfo=UTC)
PASSWORD = "correct horse"


@given(st.dictionaries(st.sampled_from(["a.txt", "客户.xlsx", "档案/1.pdf"]), st.binary(max_size=300), min_size=1))
def test_what_went_in_comes_out(files: dict[str, bytes]):
    assert opened(sealed_zip(files, PASSWORD, at=AT), PASSWORD) == files


def test_a_wrong_password_or_a_changed_byte_opens_nothing():
    made = sealed_zip({"a.txt": b"secret" * 50}, PASSWORD, at=AT)
    assert b"secret" not in made
    with pytest.raises(ValueError, match="password"):
        opened(made, "wrong password")
    changed = bytearray(made)
    changed[30 + 5 + 11 + 16 + 2 + 4] ^= 1
    with pytest.raises(ValueError, match="changed"):
        opened(bytes(changed), PASSWORD)


def test_the_same_file_is_closed_differently_each_time():
    assert sealed_zip({"a": b"x"}, PASSWORD, at=AT) != sealed_zip({"a": b"x"}, PASSWORD, at=AT)


@pytest.mark.skipif(
    shutil.which("7z") is None and shutil.which("bsdtar") is None, reason="neither 7z nor bsdtar is here"
)
def test_a_tool_that_people_have_opens_it(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(sealed_zip({"a.txt": b"hello"}, PASSWORD, at=AT))
    if shutil.which("7z"):
        command = ["7z", "e", "-y", f"-p{PASSWORD}", f"-o{tmp_path}", str(tmp_path / "a.zip")]
    else:
        command = ["bsdtar", "-x", "--passphrase", PASSWORD, "-C", str(tmp_path), "-f", str(tmp_path / "a.zip")]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "a.txt").read_bytes() == b"hello"
