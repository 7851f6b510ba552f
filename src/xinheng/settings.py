"""How the application is set up: from the environment, and from `xinheng.toml` in the data folder.

The data folder (`XINHENG_HOME`, else `xinheng-data` in the working folder) holds everything that must be kept: the
settings, the keys, the SQLite database where no other is named, the encrypted papers, the anchors of the record.
Each setting may stand in `xinheng.toml` or in the environment (`XINHENG_` and its name in capitals), which wins.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import dj_database_url

from creditpolicy.problems import Refusal
from xinheng.org.sign_in.outside import outside_apps, outside_origins, outside_providers

HOME = Path(os.environ.get("XINHENG_HOME", "xinheng-data")).resolve()
SETTINGS_FILE = HOME / "xinheng.toml"
PACKAGE = Path(__file__).resolve().parent


def _told() -> dict[str, Any]:
    if not SETTINGS_FILE.exists():
        return {}
    try:
        return tomllib.loads(SETTINGS_FILE.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Refusal(
            f"{SETTINGS_FILE}: 读不懂: {wrong}。请改正这一行, 或删去这个文件后重新运行 xinheng init。"
        ) from wrong


TOLD = _told()


def _setting(name: str, default: Any) -> Any:
    value = os.environ.get("XINHENG_" + name.upper())
    if value is None:
        return TOLD.get(name, default)
    if isinstance(default, bool):
        return value.lower() in {"1", "true", "yes", "on"}
    if isinstance(default, int):
        return int(value)
    if isinstance(default, list):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


DEMO = bool(_setting("demo", False))
"""A company made up for looking round: anybody may enter in any role. Never where real customers are kept."""
DEBUG = bool(_setting("debug", False))
SECRET_KEY = str(_setting("secret_key", "")) or ("xinheng-without-init-" + "0" * 32)
"""Signs sessions and links; `xinheng init` makes one. The command refuses to serve without."""
HAS_SECRET_KEY = not SECRET_KEY.startswith("xinheng-without-init-")
ALLOWED_HOSTS = list(_setting("allowed_hosts", ["127.0.0.1", "localhost", "[::1]"]))
HTTPS = bool(_setting("https", False))
"""Whether people reach the application by https (a proxy in front ends the TLS)."""
PUBLIC_URL = str(_setting("public_url", "http://127.0.0.1:8000")).rstrip("/")
"""How people reach the application from outside: links in messages begin with it."""
COMPANY = str(_setting("company", ""))
"""The company's name as it stands on pages and printed forms."""

# Rooms, lowest first: see the contract on imports in pyproject.toml.
ROOMS = [
    room
    for room in (
        "vault", "audit", "upkeep", "org", "workflow", "intake", "lists", "customers", "papers", "auditor",
        "privacy", "ledger", "policies", "ratings", "credit", "connect", "portal", "desk",
    )
    if (PACKAGE / room / "apps.py").exists()
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    *outside_apps(TOLD),
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "simple_history",
    "template_partials",
    *(f"xinheng.{room}" for room in ROOMS),
]

CSRF_FAILURE_VIEW = "xinheng.desk.views.stale"
MIDDLEWARE = [
    "xinheng.upkeep.access_log.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "xinheng.desk.walls.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "xinheng.desk.walls.NoNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "xinheng.audit.origin.OriginMiddleware",
    "xinheng.org.sign_in.walls.LanguageMiddleware",
    "xinheng.org.sign_in.walls.WallsMiddleware",
    "xinheng.org.access.AccessMiddleware",
]

ROOT_URLCONF = "xinheng.urls"
WSGI_APPLICATION = "xinheng.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "org" / "templates"],  # before allauth's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "xinheng.desk.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "xinheng.desk.rendering.HouseRenderer"
DJANGO_TABLES2_TEMPLATE = "desk/table.html"

# The database: SQLite in the data folder, or what DATABASE_URL names.
DATABASE_URL = os.environ.get("DATABASE_URL") or TOLD.get("database_url") or f"sqlite:///{HOME / 'xinheng.sqlite3'}"
_SQLITE = {
    # The default, a transaction that begins as a reader, fails with "database is locked" once two write at a time.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}


def _database() -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    if database["ENGINE"].endswith("sqlite3"):
        return database | {"ENGINE": "xinheng.upkeep.sqlite3", "OPTIONS": _SQLITE}
    told: dict[str, Any] = database.get("OPTIONS", {})
    # What `upkeep.prepared` asks is prepared the third time; a pooler that cannot keep statements wants ?prepare_threshold=none.
    threshold = told.get("prepare_threshold", 2)
    prepare = None if str(threshold).lower() == "none" else int(threshold)
    return database | {"OPTIONS": {**told, "prepare_threshold": prepare, "pool": {"min_size": 1, "max_size": 16}}}


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sign-in: the rest stands in org.
AUTH_USER_MODEL = "org.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xinheng.org.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "password1*",
    "password2*",
]  # sign-up is closed; allauth wants it said all the same
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "xinheng.org.sign_in.forms.SignInForm",
    "reauthenticate": "xinheng.org.sign_in.forms.PasswordAgainForm",
    "change_password": "xinheng.org.sign_in.forms.NewPasswordForm",
    "reset_password": "xinheng.org.sign_in.forms.AskResetForm",
    "reset_password_from_key": "xinheng.org.sign_in.forms.ResetForm",
}
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "100/m/ip,10/900s/key"}  # SIGN_IN_LIMITS come before these
MFA_ADAPTER = "xinheng.org.sign_in.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "xinheng.org.sign_in.second_factor.CodeForm",
    "reauthenticate": "xinheng.org.sign_in.second_factor.CodeAgainForm",
    "activate_totp": "xinheng.org.sign_in.second_factor.SetUpForm",
}
SOCIALACCOUNT_ADAPTER = "xinheng.org.sign_in.outside_adapter.OutsideAdapter"
SOCIALACCOUNT_PROVIDERS = outside_providers(TOLD)
SOCIALACCOUNT_LOGIN_ON_GET = False
USERSESSIONS_ADAPTER = "xinheng.org.sign_in.adapter.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False  # walls.py marks the use of a session, once a minute
SECOND_FACTOR_ROLES = list(
    _setting(
        "second_factor_roles",
        ["system_admin", "security_admin", "audit_admin", "general_manager", "deputy_gm", "finance"],
    )
)
"""Who cannot work before he has set up a second factor; nobody in the demo."""
SIGN_IN_LIMITS = {"name": (5, 15 * 60), "address": (50, 15 * 60), "code": (5, 15 * 60)}
"""How many wrong tries are looked at in how many seconds: of one name, from one address, of one person's code."""
SESSIONS_AT_MOST = int(_setting("sessions_at_most", 5))
SESSION_IDLE_SECONDS = int(_setting("session_idle_minutes", 30)) * 60
SESSION_LONGEST_SECONDS = int(_setting("session_longest_hours", 12)) * 3600
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",  # the limits hold over all processes
        "LOCATION": "org_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MAIL = dict(TOLD.get("mail", {}))
"""The mail server, from `[mail]`: host, port, user, password, tls, sender. Without it no password is reset by mail."""
EMAIL_HOST, EMAIL_PORT = str(MAIL.get("host", "")), int(MAIL.get("port", 25))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = str(MAIL.get("user", "")), str(MAIL.get("password", ""))
EMAIL_USE_TLS, EMAIL_TIMEOUT = bool(MAIL.get("tls", False)), 10
DEFAULT_FROM_EMAIL = str(MAIL.get("sender", EMAIL_HOST_USER or "xinheng@localhost"))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "full_name", "email", "phone")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]

# Languages and time.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
USE_I18N = True
LOCALE_PATHS = [PACKAGE / "printing" / "locale"]  # a room that Django does not know of
USE_TZ = True
TIME_ZONE = str(_setting("time_zone", "Asia/Shanghai"))
USE_THOUSAND_SEPARATOR = True

# Files.
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
PAPERS_FOLDER = HOME / "papers"
PAPERS_MAX_MB = int(_setting("papers_max_mb", 20))
"""How large a file may be that is put into a customer's file."""
ANCHORS_FOLDER = Path(str(_setting("anchors_folder", HOME / "anchors")))
ANCHOR_COMMAND = str(_setting("anchor_command", ""))
"""Run with each new anchor on its standard input, to keep it elsewhere."""
ANCHOR_MAIL = list(_setting("anchor_mail", []))
"""Who gets each new anchor by mail."""
KEYS_FILE = Path(str(_setting("keys_file", HOME / "keys.json")))
KEYS_ON_DEMAND = DEMO
"""Whether keys are made where none are found; else `xinheng init` makes them, once."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "xinheng.vault.uploads.SealedUploadHandler",
]
UPLOAD_MAX_MB = 256
"""A request larger than this is refused before any of it is kept; a file for an import may have 200 MB."""

TRUSTED_PROXIES = list(_setting("trusted_proxies", ["127.0.0.1", "::1"]))
"""Whose word is taken for the address and the scheme of a request: the proxies in front, as addresses or networks."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "xinheng": {"level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}

# Jobs.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# What is told outside, and which inside addresses may be reached for it.
NOTIFY_URLS = list(_setting("notify_urls", []))
"""Groups that are told how many tasks wait, as Apprise writes them: dingtalk://…, wecombot://…, feishu://…."""
OUTGOING_ALLOWED = list(_setting("outgoing_allowed", []))
"""Inside addresses that may be connected to all the same, as address:port, as where a message server of its own stands."""

# Walls.
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *outside_origins(TOLD)],
    }
}
