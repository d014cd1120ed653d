"""All settings of the portal, each from an environment variable with a safe default.

The deployment is `production` unless `DEPLOYMENT=demonstration` says otherwise; what only a demonstration may do
(captcha test mode, the demonstration CA) is refused in production by `parties/checks.py`.
"""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_VAR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var"))).resolve()
BUILD_DIR = BASE_DIR / "build"
DEPLOYMENT = env.str("DEPLOYMENT", default="production")
PRODUCTION = DEPLOYMENT != "demonstration"
PORT = env.int("PORT", default=8000)


def secret_key_from(path: Path) -> str:
    """Return the key kept in `path`; make one on the first run. Two processes starting at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(get_random_secret_key())
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key_from(PORTAL_VAR / "secret_key")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "guarantee_portal",
    "parties",
    "customs",
    "documents",
    "deposits",
    "general_guarantee",
    "axes",
    "crispy_forms",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "parties.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parties.middleware.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "parties.middleware.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guarantee_portal.urls"
WSGI_APPLICATION = "guarantee_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "documents.frame.frame",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal"
CRISPY_TEMPLATE_PACK = "portal"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{PORTAL_VAR / 'portal.sqlite3'}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A write transaction takes its lock at BEGIN and waits for it: with the defaults most parallel writers fail.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # One process serves a few requests at once; processes × max_size must stay below the server's max_connections.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 6}
    # The folder of a socket stands percent-encoded in the place of the host.
    DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/deposits/"
LOGOUT_REDIRECT_URL = "sign-in"

# Lock-out: 10 wrong guesses for one user from one address, for at most 15 minutes.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_CALLABLE = "parties.views.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # a lock ends by itself; its records are in the database
AXES_CLIENT_IP_CALLABLE = "parties.sign_in.client_address"
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SESSION_ENGINE = "parties.session_store"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
# Longer than a session may last: the server ends it, and keeps what was being sent.
SESSION_COOKIE_AGE = 2 * SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Two portals on one host (other ports) must not take each other's cookies.
SESSION_COOKIE_NAME = f"portal_session_{PORT}"
CSRF_COOKIE_NAME = f"portal_csrf_{PORT}"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "parties.views.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Forms are given back whole even when somebody pastes megabytes into every field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

CAPTCHA_TEST_MODE = env.bool("CAPTCHA_TEST_MODE", default=False)

# The e-key: where the clerk's own browser finds the card's client, and whose certificates are trusted.
EKEY_PORT = env.int("EKEY_PORT", default=61232)
EKEY_SOCKET_URL = env.str(
    "EKEY_SOCKET_URL",
    default="wss://wss.singlewindow.cn:61231/" if PRODUCTION else f"ws://127.0.0.1:{EKEY_PORT}/?user={{username}}",
)
EKEY_TRUSTED_CAS = Path(env.str("EKEY_TRUSTED_CAS", default=str(PORTAL_VAR / "ekey" / "trusted")))
EKEY_SIGNATURE_METHODS = env.list("EKEY_SIGNATURE_METHODS", default=["rsa-sha1", "rsa-sha256"])
# What an RSA card's client hashes with; clients in the field know SHA-1 only (EKEY: the local service).
EKEY_RSA_METHOD = env.str("EKEY_RSA_METHOD", default="rsa-sha1")
SIGNING_REQUEST_SECONDS = 10 * 60

CUSTOMS_EXCHANGE_ROOT = Path(env.str("CUSTOMS_EXCHANGE_ROOT", default=str(PORTAL_VAR / "exchange")))
CUSTOMS_RECEIVER = "CUS0000"
# A wrong check digit of a 统一社会信用代码 is a warning unless strict: old papers carry such codes.
STRICT_CREDIT_CODE = env.bool("STRICT_CREDIT_CODE", default=False)

# What a change of a general guarantee may change; the manuals disagree, so that a customs district may ask for less.
GUARANTEE_CHANGE_FIELDS = env.list("GUARANTEE_CHANGE_FIELDS", default=["letter_number", "letter_valid_until", "amount"])

_ekey_origin = "/".join(EKEY_SOCKET_URL.split("/")[:3])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF, _ekey_origin],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = f"portal_language_{PORT}"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BUILD_DIR / "static"
STORAGES = {"staticfiles": {"BACKEND": "guarantee_portal.storage.StaticStorage"}}

PRINT_FONTS = BUILD_DIR / "fonts"
PRINT_CACHE = PORTAL_VAR / "prints"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Forged fields, foreign objects, refused cards: who tried what.
        "security": {"level": "INFO"},
        # Who signs in and out is in the database; each success need not be told here.
        "axes": {"level": "WARNING"},
        # Each page of fonttools' and WeasyPrint's work is of no use to an operator.
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
