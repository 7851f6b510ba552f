"""Uploads too large for memory lie on the disk encrypted and without a name; what is far too large is not taken at all."""

from __future__ import annotations

import hashlib
import io
import os
import random
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import RequestFactory

from xinheng.vault.uploads import PassingFile

SECRET = b"a secret that stands in the paper "
LARGE = SECRET * (3 * 2**20 // len(SECRET))


def sent(content: bytes, name: str = "合同.pdf"):
    request = RequestFactory().post("/", {"file": SimpleUploadedFile(name, content, "application/pdf")})
    return request, request.FILES["file"]


def on_the_disk() -> bytes:
    """The bytes of every file that this process holds open and that has no name any more."""
    found = b""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not str(entry.readlink()).endswith(" (deleted)"):
                continue
        except FileNotFoundError:
            continue
        found += entry.read_bytes()
    return found


def test_a_large_upload_comes_whole_and_lies_nowhere_in_clear(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request, file = sent(LARGE)
    assert (file.name, file.size, file.content_type) == ("合同.pdf", len(LARGE), "application/pdf")
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    assert digest.hexdigest() == hashlib.sha256(LARGE).hexdigest()
    assert file.read() == b""
    file.seek(0)
    assert file.read() == LARGE
    assert list(tmp_path.iterdir()) == [], "the file must have no name"
    disk = on_the_disk()
    assert len(disk) >= len(LARGE), "the file must lie on the disk, or the test proves nothing"
    assert SECRET not in disk
    request.close()
    assert len(on_the_disk()) < len(LARGE)


def test_the_control_with_the_framework_s_own_handler_shows_it_in_clear(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    request, _file = sent(LARGE)
    assert any(SECRET in path.read_bytes() for path in tmp_path.iterdir())
    request.close()


def test_a_small_upload_stays_in_memory(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")
    _request, file = sent(SECRET)
    assert isinstance(file, InMemoryUploadedFile)
    assert file.read() == SECRET


def test_what_is_larger_than_anything_we_take_is_refused_before_it_is_kept(settings, tmp_path):
    settings.UPLOAD_MAX_MB, settings.FILE_UPLOAD_TEMP_DIR = 2, str(tmp_path)
    before = len(on_the_disk())
    with pytest.raises(RequestDataTooBig):
        sent(LARGE)
    assert len(on_the_disk()) == before


def test_a_request_that_is_far_too_large_is_answered_and_not_a_fault(client, db, settings):
    settings.UPLOAD_MAX_MB = 2
    answer = client.post("/accounts/login/", {"file": SimpleUploadedFile("x", LARGE)})
    assert answer.status_code in {400, 413}


def test_it_is_read_from_anywhere_as_an_ordinary_file():
    draw, plain, passing = random.Random(1), io.BytesIO(), PassingFile()
    while plain.tell() < 300_000:
        piece = draw.randbytes(draw.randint(0, 70_000))
        assert passing.write(piece) == plain.write(piece)
    reader = io.BufferedReader(passing)
    for _turn in range(300):
        place, count = draw.randint(0, 310_000), draw.randint(0, 40_000)
        assert reader.seek(place) == plain.seek(place)
        assert reader.read(count) == plain.read(count)
    assert reader.seek(0, io.SEEK_END) == plain.seek(0, io.SEEK_END)
    passing.seek(3)
    with pytest.raises(io.UnsupportedOperation):
        passing.write(b"x")


def test_two_files_with_the_same_bytes_look_different():
    before = on_the_disk()
    first, second = PassingFile(), PassingFile()
    first.write(SECRET)
    second.write(SECRET)
    closed = {os.pread(one._disk.fileno(), 99, 0) for one in (first, second)}
    assert len(closed) == 2
    first.close()
    second.close()
    assert len(on_the_disk()) == len(before)
