"""Reading a policy file: YAML text → `Policy`, or problems with file, line and column; and the policies that are shipped."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from creditpolicy.language import _, listed
from creditpolicy.model import Policy
from creditpolicy.problems import Place, Problem, Refusal, faults
from creditpolicy.reader.json_schema import schema
from creditpolicy.reader.offsets import line_and_column
from creditpolicy.reader.source import MAX_BYTES, Source, shortened, source_of
from creditpolicy.reader.tree import Path as TreePath
from creditpolicy.reader.tree import Tree, tree_of
from creditpolicy.reader.wording import problems_of, unknown_without_value

_PACK_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file gave: the policy, where it has no fault; the problems; and where everything stands.

    `sha256` is that of the file's bytes. `problems` may hold warnings beside a policy.
    """

    policy: Policy | None
    problems: tuple[Problem, ...]
    text: str = field(repr=False)
    sha256: str
    file: str
    source: Source = field(repr=False)
    tree: Tree = field(repr=False)

    def place(self, path: TreePath) -> Place:
        """Give the place of a path such as `("scorecard", "base", 0, "bands", 1, "from")`, or of its nearest ancestor.

        Names are those of the file; a model's own `from_` and `is_` are understood too.
        """
        spot = self.tree.spot(_as_written(path))
        return self.source.place(spot.line, spot.column) if spot else self.source.place(1)

    def place_in(self, path: TreePath, offset: int) -> Place:
        """Give the place of the character at `offset` (from 0) in the text at `path`, not counting blanks around the text."""
        written = _as_written(path)
        spot, value = self.tree.values.get(written), self.tree.at(written)
        if spot is None or not isinstance(value, str):
            return self.place(path)
        return self.source.place(*line_and_column(self.source.text, spot, value, offset))


def read_policy(source: str | Path | bytes, *, file: str = "") -> Reading:
    """Read a policy from its text (str), its bytes, or a file (Path); whatever is wrong with it comes back as problems.

    `file` is the name that problems give as their place; by default the path. Raises `Refusal` only where a file
    cannot be opened.
    """
    if isinstance(source, Path):
        return read_policy(_bytes_of(source), file=file or str(source))
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    sha256 = hashlib.sha256(data).hexdigest()
    made, problems, readable = source_of(data, file)
    tree, policy = Tree(), None
    if readable:
        tree, more = tree_of(made)
        problems += more
        if tree.data is not None:
            policy, more = _validated(tree, made)
            problems += more
    if faults(problems):
        policy = None
    ordered = tuple(
        sorted(_told_once(problems), key=lambda problem: (problem.where.line or 0, problem.where.column or 0))
    )
    return Reading(policy, ordered, made.text, sha256, file, made, tree)


def load_policy(name_or_path: str | Path) -> Reading:
    """Read a shipped policy by its id, or a policy file (or a folder with a `policy.yaml`) by its path.

    Raises `Refusal`, with all faults, where there is no such policy or it has faults that keep it from being read.
    """
    reading = open_policy(name_or_path)
    wrong = faults(reading.problems)
    if wrong:
        message = _("制度文件 {file} 有 {count} 处问题, 不能使用。").format(file=reading.file, count=len(wrong))
        raise Refusal(message, wrong)
    return reading


def open_policy(name_or_path: str | Path) -> Reading:
    """Read a policy as `load_policy` does, faults and all; raises `Refusal` only where there is none or it cannot be opened."""
    data, file = _found(name_or_path)
    return read_policy(data, file=file)


def shipped() -> list[str]:
    """List the ids of the policies that come with this library."""
    packs = files("creditpolicy") / "packs"
    if not packs.is_dir():
        return []
    return sorted(pack.name for pack in packs.iterdir() if pack.is_dir() and (pack / "policy.yaml").is_file())


def _found(name_or_path: str | Path) -> tuple[bytes, str]:
    name = str(name_or_path)
    if isinstance(name_or_path, str) and _PACK_ID.fullmatch(name) and name in shipped():
        resource = files("creditpolicy") / "packs" / name / "policy.yaml"
        return resource.read_bytes(), f"packs/{name}/policy.yaml"
    path = Path(name_or_path)
    if path.is_dir():
        path = path / "policy.yaml"
    if "\0" in name or not path.exists():
        near = difflib.get_close_matches(name, shipped(), n=1, cutoff=0.5)
        hint = _("是否要用“{name}”?").format(name=near[0]) if near else ""
        known = _("随附的制度: {names}。").format(names=listed(shipped()))
        raise Refusal(
            _("没有叫“{name}”的随附制度, 也没有这个文件。{hint}{known}").format(
                name=shortened(name), hint=hint, known=known
            )
        )
    return _bytes_of(path), str(path)


def _bytes_of(path: Path) -> bytes:
    """Read a file, but never more than just past the limit: a device or an endless pipe is no policy."""
    if not path.is_file():
        raise Refusal(_("没有 {file} 这个文件。").format(file=path))
    try:
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refusal(_("打不开 {file}: {reason}。").format(file=path, reason=error.strerror or error)) from error


def _validated(tree: Tree, source: Source) -> tuple[Policy | None, list[Problem]]:
    problems = unknown_without_value(tree, source)
    try:
        return Policy.model_validate(tree.data, by_alias=True, by_name=False), problems
    except ValidationError as error:
        return None, problems + problems_of(error.errors(include_url=False), tree, source)


def _told_once(problems: list[Problem]) -> list[Problem]:
    """Leave out the warning of a value not written where there is a fault at the same place."""
    wrong = {problem.where for problem in faults(problems)}
    return [problem for problem in problems if problem.code != "empty-value" or problem.where not in wrong]


def _as_written(path: TreePath) -> TreePath:
    return tuple(
        step.rstrip("_") if isinstance(step, str) and step in {"from_", "is_", "for_"} else step for step in path
    )


__all__ = ["Reading", "load_policy", "open_policy", "read_policy", "schema", "shipped"]
