"""XML read as a stream of events; a document type, the door to every entity trick, is refused where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol
from xml.parsers import expat

from .refused import Refused

SEPARATOR = "\n"
"""Between a namespace and a name: no namespace can hold a line end."""


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Handler(Protocol):
    """What listens to the events of a part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of an element that begins; names carry their namespace in front, on a line of its own."""

    def end(self, name: str) -> None:
        """Hear of an element that ends."""


def local(name: str) -> str:
    """Give a name without its namespace: the two editions of the format, and its prefixes, differ only there."""
    return name.rpartition(SEPARATOR)[2]


def unescape(text: str) -> str:
    """Undo the `_x000D_` escapes of Excel's strings."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def parser(handler: Handler) -> expat.XMLParserType:
    """Make a parser that tells `handler`; character data is asked for by setting `CharacterDataHandler`."""
    made = expat.ParserCreate(namespace_separator=SEPARATOR)
    made.buffer_text = True
    made.StartElementHandler = handler.start
    made.EndElementHandler = handler.end
    made.StartDoctypeDeclHandler = _refuse_doctype
    made.EntityDeclHandler = _refuse_doctype
    return made


def feed(made: expat.XMLParserType, chunks: Iterable[bytes], enough: Callable[[], bool] = lambda: False) -> None:
    """Parse the chunks until they end or `enough` says so."""
    try:
        for chunk in chunks:
            made.Parse(chunk, False)
            if enough():
                return
        made.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("broken-xml", line=error.lineno) from error


def _refuse_doctype(*_rest: object) -> None:
    raise Refused("doctype")
