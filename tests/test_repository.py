"""What holds for the repository as a whole: it starts anywhere, and it names no machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-spark.lock")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MACHINE = re.compile("|".join(rf"(?<![\w.~$}}])/{folder}/\w" for folder in ("home", "root", "work", "Users")))


def files_of(repo: Path) -> list[Path]:
    """Give the files that git keeps, or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout of git")
    return [repo / name for name in listed.stdout.split("\0") if name and (repo / name).is_file()]


def test_no_file_names_a_folder_of_somebodys_machine(repo: Path):
    found = []
    for path in files_of(repo):
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(repo)}: {hit[0]}" for hit in MACHINE.finditer(text)]
    assert not found


def test_every_link_between_the_pages_leads_to_a_file(repo: Path):
    pages = {page: page.read_text(encoding="utf-8") for page in files_of(repo) if page.suffix == ".md"}
    links = [(page, target) for page, text in pages.items() for target in LINK.findall(text) if "://" not in target]
    broken = [f"{page.relative_to(repo)}: {target}" for page, target in links if not (page.parent / target).exists()]
    assert links
    assert not broken


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_package_and_names_no_registry(repo: Path, lock: str):
    text = (repo / lock).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert all("--hash=sha256:" in package for package in packages)
    assert not re.search(r"://|--index|--find-links|--extra|@ ", text)


def test_the_locks_give_what_the_project_asks_for(repo: Path):
    project = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": [*project["dependencies"], *extras["frames"], *extras["dev"]],
        "requirements-spark.lock": [*project["dependencies"], *extras["spark"]],
    }
    for lock, requirements in asked.items():
        pinned = {normal(name): version for name, version in PINNED.findall((repo / lock).read_text(encoding="utf-8"))}
        for requirement in map(Requirement, requirements):
            version = pinned.get(normal(requirement.name))
            assert version, f"{lock} lacks {requirement.name}: run `make lock`"
            assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {requirement.name} {version}"


def normal(name: str) -> str:
    """Give a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
