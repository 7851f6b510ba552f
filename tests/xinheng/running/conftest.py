"""Data folders and databases of their own, in which the real command runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from processes import Place, new_database, processes_of

NewPlace = Callable[[str], Place]


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[NewPlace]:
    """Make a place whose folder does not exist yet; at the end nothing may run in it."""
    with ExitStack() as stack:
        made: list[Place] = []

        def make(name: str) -> Place:
            made.append(Place(tmp_path / name, stack.enter_context(new_database())))
            return made[-1]

        yield make
        left = {place.home.name: processes_of(place.home) for place in made}
        assert not any(left.values()), left


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    """A place in which `xinheng init` was run, and what it printed: to be copied, for the tables take seconds."""
    with new_database() as database:
        place = Place(tmp_path_factory.mktemp("once") / "data", database)
        yield place, place.init("--public-url", "http://127.0.0.1:8000")


@pytest.fixture
def place(set_up_once: tuple[Place, str], tmp_path: Path) -> Iterator[Place]:
    """A place in which `xinheng init` was run; at the end nothing may run in it."""
    first, _told = set_up_once
    with new_database(first.database_url) as database:
        made = Place(tmp_path / "data", database)
        shutil.copytree(first.home, made.home)
        settings = made.home / "xinheng.toml"
        text = settings.read_text(encoding="utf-8").replace(first.database_url or "\0", database)
        settings.write_text(text, encoding="utf-8")
        yield made
        left = processes_of(made.home)
        assert not left, left
