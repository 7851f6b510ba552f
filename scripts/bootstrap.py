"""Make `.venv` ready for work: `bootstrap.py` for the project and its tools, `bootstrap.py --spark` for Spark besides.

Needs only a Python and its standard library, even an old one: it looks for Python 3.11 or newer by itself. Installs
from the hashed locks with uv where there is one (or one can be had), else with pip, and stamps what it did, so that
the next call returns at once and asks no network. `.venv` is made anew where it belongs to another folder or Python.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import typing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
CANDIDATES = ("python3", "python3.13", "python3.12", "python3.11", "python3.14", "python")
LOCKS = {"project": "requirements-dev.lock", "spark": "requirements-spark.lock"}
JAVA = 17


def main(arguments: "list[str]") -> "str | None":
    """Make ready what is asked for; give the reason where that cannot be done."""
    wanted = ["project", "spark"] if "--spark" in arguments else ["project"]
    if all(_is_current(part) for part in wanted):
        return _no_java() if "spark" in wanted else None
    with _alone():
        for part in wanted:
            if not _is_current(part):
                reason = _make(part)
                if reason:
                    return reason
    return _no_java() if "spark" in wanted else None


def _make(part: str) -> "str | None":
    if part == "project" and not _venv_is_ours():
        reason = _create_venv()
        if reason:
            return reason
    installer, pip = _installer(), _pip()
    _say("installing " + LOCKS[part])
    _install(installer, pip, ["--require-hashes", "-r", str(ROOT / LOCKS[part])])
    if part == "project":
        _install(installer, pip, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    _stamp(part).write_text(json.dumps(_state(part)), encoding="utf-8")
    return None


def _stamp(part: str) -> Path:
    return VENV / (".made-" + part + ".json")


def _state(part: str) -> "dict[str, str]":
    digest = hashlib.sha256()
    for name in (LOCKS[part], "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return {"folder": str(ROOT), "installed": digest.hexdigest()}


def _is_current(part: str) -> bool:
    try:
        return PYTHON.exists() and json.loads(_stamp(part).read_text(encoding="utf-8")) == _state(part)
    except (OSError, ValueError):
        return False


def _venv_is_ours() -> bool:
    """Whether `.venv` was made in this folder (its scripts name it) and its Python still runs."""
    try:
        made = json.loads(_stamp("project").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return made.get("folder") == str(ROOT) and _is_new_enough(str(PYTHON))


def _create_venv() -> "str | None":
    python = next((found for found in map(shutil.which, CANDIDATES) if found and _is_new_enough(found)), None)
    if python is None:
        return "Python 3.11 or newer is needed, and none was found on PATH (python3, python3.11 … python3.14)."
    _say("creating .venv with " + python)
    shutil.rmtree(str(VENV), ignore_errors=True)
    # Debian's python3 makes no pip in it unless python3-venv is installed.
    if not _succeeds([python, "-m", "venv", str(VENV)]):
        shutil.rmtree(str(VENV), ignore_errors=True)
        if not shutil.which("uv"):
            return "`python3 -m venv` failed. On Debian or Ubuntu: apt-get install python3-venv"
        _run([python, "-m", "venv", "--without-pip", str(VENV)])
    return None


def _is_new_enough(python: str) -> bool:
    return _succeeds([python, "-c", "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)])


def _installer() -> "list[str]":
    """Give the words before `install`: uv from PATH, or from the lock into `.venv`, or else pip."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
    if uv is None and _install_uv():
        uv = shutil.which("uv", path=str(PYTHON.parent))
    if uv is None:
        return _pip()
    for setting in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):
        os.environ.setdefault(setting, "1")  # a company's own certificates stand in the system's store
    os.environ.setdefault("UV_LINK_MODE", "copy")  # the cache may lie on another disk; uv then warns of each package
    os.environ["VIRTUAL_ENV"] = str(VENV)
    return [uv, "--quiet", "pip"]


def _pip() -> "list[str]":
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet"]


def _install(installer: "list[str]", pip: "list[str]", what: "list[str]") -> None:
    """Install with uv, and where that fails (it reads pip's settings only in part) once more with pip."""
    if installer != pip and _succeeds([*installer, "install", *what]):
        return
    if installer != pip:
        _say("uv could not; trying pip")
    _run([*pip, "install", *what])


def _install_uv() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        only = Path(folder) / "uv.lock"
        only.write_text(_locked_uv(), encoding="utf-8")
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        return _succeeds([*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(only)])


def _locked_uv() -> str:
    """Give the lines of the lock that are about uv: its version and its hashes."""
    lock = (ROOT / LOCKS["project"]).read_text(encoding="utf-8")
    lines = re.search(r"^uv==.*(?:\n[ \t]+.*)*", lock, re.MULTILINE)
    return lines.group() + "\n" if lines else ""


def _no_java() -> "str | None":
    """Look for a Java run-time for Spark, install Debian's where we may, else say what to install."""
    if _java_version() >= JAVA:
        return None
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _say("installing a Java run-time with apt-get")
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        _succeeds(["apt-get", "update", "-qq"], env=quiet)
        _succeeds(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "default-jre-headless"], env=quiet)
    if _java_version() >= JAVA:
        return None
    return "Spark needs Java {} or newer. On Debian or Ubuntu: apt-get install default-jre-headless".format(JAVA)


def _java_version() -> int:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=os.path.join(home, "bin")) if home else shutil.which("java")  # noqa: PTH118
    if java is None:
        return 0
    told = subprocess.run([java, "-version"], stderr=subprocess.PIPE, check=False).stderr.decode("utf-8", "replace")
    found = re.search(r'version "(\d+)', told)
    return int(found.group(1)) if found else 0


@contextlib.contextmanager
def _alone() -> "typing.Iterator[None]":
    """Let one call at a time install, where two were started at once."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (ROOT / ".venv.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _run(command: "list[str]") -> None:
    subprocess.run(command, check=True, cwd=str(ROOT))


def _succeeds(command: "list[str]", env: "dict[str, str] | None" = None) -> bool:
    try:
        return subprocess.run(command, check=False, env=env, stdout=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _say(text: str) -> None:
    print("xinheng: " + text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as failed:
        sys.exit("xinheng: `{}` failed, see above.".format(" ".join(failed.cmd)))
