"""How large a file may be, packed and unpacked, and what its reading may cost."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one reading. A web page may set them lower; a file above them is better given as Parquet.

    `file_bytes` and `text_bytes` bound a workbook and a text file as they lie on the disk, `unpacked_bytes` the content
    of a zip or gzip, `ratio` how many times an entry above one mebibyte may grow, `cells` the cells of a sheet and
    `sent_bytes` their text (one shared string may stand in every cell), `bad_cells` the faults told of one file,
    `seconds` the time and `memory_bytes` the address space of the child process.
    """

    file_bytes: int = 100 * MEBIBYTE
    text_bytes: int = 200 * MEBIBYTE
    unpacked_bytes: int = 800 * MEBIBYTE
    entries: int = 5_000
    ratio: int = 250
    sheets: int = 300
    cells: int = 5_000_000
    sent_bytes: int = 128 * MEBIBYTE
    bad_cells: int = 300_000
    seconds: int = 60
    memory_bytes: int = 2048 * MEBIBYTE
