"""Uploads too large for memory: they wait on the disk, encrypted, in a file without a name, until they are stored or dropped.

The framework's own way leaves them in the system's temporary folder in clear, and after a crash for ever.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

BLOCK = 16


class PassingFile(io.RawIOBase):
    """Bytes on the disk that nobody can read but whoever holds this object: its key is nowhere else, and goes with it.

    Written from the beginning to the end, read from anywhere. The file has no name, so that nothing of it outlives the
    process; as the key is of this one file and its bytes are written once, counting from 0 is safe.
    """

    def __init__(self) -> None:
        super().__init__()
        self._key = AES256(secrets.token_bytes(32))
        self._disk: IO[bytes] = tempfile.TemporaryFile(buffering=0, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
        self._at = self._size = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read from anywhere."""
        return True

    def _stream(self) -> CipherContext:
        """Give what closes and opens bytes from the present place on."""
        skipped = self._at % BLOCK
        stream = Cipher(self._key, CTR((self._at // BLOCK).to_bytes(BLOCK))).encryptor()
        stream.update(bytes(skipped))
        return stream

    def write(self, data: Any, /) -> int:
        """Write at the end."""
        if self._at != self._size:
            raise io.UnsupportedOperation("this file is written from the beginning to the end")
        whole = bytes(data)
        closed = self._stream().update(whole)
        while closed:
            closed = closed[self._disk.write(closed) :]
        self._at = self._size = self._size + len(whole)
        return len(whole)

    def readinto(self, buffer: Any, /) -> int:
        """Read from the present place."""
        data = os.pread(self._disk.fileno(), len(buffer), self._at)
        buffer[: len(data)] = self._stream().update(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to another place."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        """Say at which place it is."""
        return self._at

    def close(self) -> None:
        """Give the file up."""
        if not self.closed:
            self._disk.close()
        super().close()


class SealedUploadHandler(FileUploadHandler):
    """Takes what the handler in memory does not, up to `settings.UPLOAD_MAX_MB` for a whole request."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: Mapping[str, str],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, Any] | None:
        """Refuse a request that is larger than anything we take, before any of it is kept."""
        if content_length > settings.UPLOAD_MAX_MB * 2**20:
            raise RequestDataTooBig("the request is larger than UPLOAD_MAX_MB")
        return None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.passing = PassingFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece."""
        self.passing.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """Give the whole file."""
        self.passing.seek(0)
        return UploadedFile(
            file=io.BufferedReader(self.passing), name=self.file_name, content_type=self.content_type,
            size=file_size, charset=self.charset, content_type_extra=self.content_type_extra,
        )  # fmt: skip

    def upload_interrupted(self) -> None:
        """Drop a file whose sender went away."""
        if hasattr(self, "passing"):
            self.passing.close()
