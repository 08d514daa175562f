"""Settings of the installation: everything that varies comes from the environment, read strictly.

A value that cannot be understood stops the start with a sentence that names the variable.
The table of variables is in README.md; those of the projection itself are in `projecao/conf.py`.
"""

import logging
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from redis.backoff import NoBackoff
from redis.retry import Retry

from estoque_site import registros, vagas
from estoque_site.csp import POLITICA
from projecao.conf import AJUSTES

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()


def inteiro(nome: str, padrao: int, minimo: int = 1) -> int:
    texto = env.str(nome, "") or str(padrao)
    if not texto.isdecimal() or int(texto) < minimo:
        raise ImproperlyConfigured(f"{nome}={texto!r} is not a whole number of at least {minimo}")
    return int(texto)


def sim_ou_nao(nome: str, padrao: bool) -> bool:
    texto = (env.str(nome, "") or str(padrao)).lower()
    if texto not in ("1", "true", "0", "false"):
        raise ImproperlyConfigured(f"{nome}={texto!r} is neither 1 nor 0")
    return texto in ("1", "true")


def endereco(nome: str, esquemas: tuple[str, ...]) -> str:
    texto = env.str(nome, "")
    if texto and not texto.startswith(tuple(f"{esquema}://" for esquema in esquemas)):
        raise ImproperlyConfigured(f"{nome} must begin with one of {', '.join(f'{e}://' for e in esquemas)}")
    return texto


if (VAR_DIR / "make-run.env").exists():
    # What `make run` chose on this machine, so that commands typed beside it are of the same installation:
    # the same key, database and Redis. The environment has the last word.
    environ.Env.read_env(VAR_DIR / "make-run.env")

DEBUG = sim_ou_nao("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "only-for-debugging-never-for-serving" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set in the environment (only DEBUG=1 has a default)")
# Here, since the first metric that is imported decides where all of them count.
METRICAS_DIR = Path(env.str(vagas.VARIAVEL, "") or VAR_DIR / "metricas")
vagas.ligar(METRICAS_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "django_structlog",
    "axes",
    "csp",
    "projecao",
    "carteira",
    "producao",
    "estoque_site",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "estoque_site.rastro.Pedidos",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "estoque_site.csp.Politica",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "estoque_site.metricas.PorTela",
]

ROOT_URLCONF = "estoque_site.urls"
WSGI_APPLICATION = "estoque_site.wsgi.application"

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
            ],
        },
    },
]

# Database

ESQUEMAS_DE_BANCO = ("sqlite", "postgres", "postgresql")
endereco("DATABASE_URL", ESQUEMAS_DE_BANCO)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'estoque.sqlite3'}")}
_banco = DATABASES["default"]
if _banco["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers are several processes: only this combination never answered "database is locked".
    _banco["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        **_banco.get("OPTIONS", {}),
    }
    Path(_banco["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    # django-q2's broker polls and enqueues on this connection: without persistence it reconnects each time.
    _banco.setdefault("CONN_MAX_AGE", 60)
    _banco["CONN_HEALTH_CHECKS"] = True
    # The one thing of ours that PgBouncer's transaction mode would forbid (docs/desempenho.md).
    _banco["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The projection

for _ajuste in AJUSTES.values():
    if env.str(_ajuste.variavel, ""):
        try:
            globals()[_ajuste.variavel] = _ajuste.interpretar(env.str(_ajuste.variavel))
        except ValueError as erro:
            raise ImproperlyConfigured(str(erro)) from None
    else:
        globals()[_ajuste.variavel] = _ajuste.padrao

# Hosts of our own network, or without https, that webhooks may be sent to.
PROJECAO_WEBHOOK_HOSTS = env.list("PROJECAO_WEBHOOK_HOSTS", default=[])

PROJECAO_FONTES = [
    "carteira.fontes.Separacoes",
    "carteira.fontes.PreSeparacoes",
    "carteira.fontes.Carteira",
    "producao.fontes.Producao",
]
PROJECAO_PLANILHAS = [
    "projecao.planilhas.Produtos",
    "projecao.planilhas.Unificacao",
    "projecao.planilhas.Movimentacoes",
    "carteira.resources.Carteira",
    "carteira.resources.Pedidos",
    "carteira.resources.PreSeparacoes",
    "carteira.resources.Separacoes",
    "producao.resources.Producao",
]

# Redis: the memory tier, and Django's cache. Without it the memory tier is off and says so.

REDIS_URL = endereco("REDIS_URL", ("redis", "rediss", "unix"))
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "estoque",
            "OPTIONS": {
                "CLIENT_CLASS": "django_redis.client.DefaultClient",
                "SOCKET_CONNECT_TIMEOUT": float(globals()["PROJECAO_REDIS_TIMEOUT_SEGUNDOS"]),
                "SOCKET_TIMEOUT": float(globals()["PROJECAO_REDIS_TIMEOUT_SEGUNDOS"]),
                # redis-py's default retries three times with seconds between: a hung server would hang us.
                "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)},
                "IGNORE_EXCEPTIONS": True,
            },
        }
    }
else:
    # On disk, so that web and workers share it: throttles, and how far an import is.
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
    }

# Background work. The queue of marked products is our own table, so a task is only a bell:
# it is acknowledged whatever happens to it, and never retried (docs/decisions/0003).

# Three: one may be importing and one telling others of ruptures, and the queue of products still has one.
Q_WORKERS = inteiro("Q_WORKERS", 3)
Q_CLUSTER = {
    "name": "estoque",
    "orm": "default",
    "workers": Q_WORKERS,
    "queue_limit": Q_WORKERS,
    "bulk": 1,
    "poll": 0.2,
    "timeout": 900,
    "retry": 1200,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 200,
    "recycle": 500,
    "label": "Tarefas",
}

# E-mail: EMAIL_URL=smtp+tls://user:password@host:587. Without it nobody is written to, and the screens say so.

vars().update(env.email_url_config(endereco("EMAIL_URL", tuple(env.EMAIL_SCHEMES)) or "dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_REMETENTE", "estoque@localhost")
ENDERECO_PUBLICO = endereco("ENDERECO_PUBLICO", ("http", "https")).rstrip("/")
"""Where people reach the system: for links in e-mails and webhooks."""

# HTTP API. PROXY_HTTPS=1: a proxy ends TLS, and says who calls and how.

PROXY_HTTPS = sim_ou_nao("PROXY_HTTPS", False)
REST_FRAMEWORK = {
    # The token comes first: its challenge is what makes an anonymous call a 401 and not a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["projecao.api.formato.RenderizadorJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Who calls is whoever our proxy says; without one, nobody may say it of himself (X-Forwarded-For).
    "NUM_PROXIES": 1 if PROXY_HTTPS else 0,
    "EXCEPTION_HANDLER": "projecao.api.erros.tratar",
    "DEFAULT_THROTTLE_RATES": {
        "recalcular": f"{globals()['PROJECAO_RECALCULAR_POR_MINUTO']}/min",
        "login": f"{globals()['PROJECAO_LOGIN_POR_MINUTO']}/min",
    },
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(hours=inteiro("TOKEN_HORAS", 24 * 30)),
    "USER_SERIALIZER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Estoque projetado",
    "DESCRIPTION": "Projeção de estoque de 29 dias, cardex e pedidos.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "StatusRupturaEnum": "projecao.models.EstoqueProjecaoCache.Status",
        "EstadoDaOcorrenciaEnum": "projecao.models.Ocorrencia.Estado",
        "EstadoDoEventoEnum": "projecao.models.EventoDeRuptura.Estado",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Language and time

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português (Brasil)")]
TIME_ZONE = env.str("TIME_ZONE", "America/Sao_Paulo")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE={TIME_ZONE!r} is no time zone (America/Sao_Paulo is one)")
USE_I18N = True
# Here, and not only as an app's catalogue: these win over Django's own, whose sentences guess a gender.
LOCALE_PATHS = [BASE_DIR / "estoque_site" / "locale"]
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Static files

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security. HTTPS=0 is for an installation that is only reached on its own machine, such as `make run`.

HTTPS = sim_ou_nao("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^saude$", r"^metrics$"]  # asked for beside the web server, past the proxy
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if PROXY_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {"DIRECTIVES": POLITICA}  # relaxed by path: csp.py
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nome}"}
    for nome in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# The first refuses who has typed too many wrong passwords; it needs no Redis.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = globals()["PROJECAO_LOGIN_TENTATIVAS"]
AXES_COOLOFF_TIME = timedelta(minutes=globals()["PROJECAO_LOGIN_BLOQUEIO_MINUTOS"])
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together: nobody can lock a colleague out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "estoque_site.login.endereco"
AXES_USERNAME_CALLABLE = "estoque_site.login.usuario"
AXES_LOCKOUT_CALLABLE = "estoque_site.login.bloqueado"
AXES_DISABLE_ACCESS_LOG = True  # a row a login, for ever
AXES_ENABLE_ADMIN = False  # estoque_site/admin.py registers it
AXES_VERBOSE = False
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Telemetry. Who may read /metrics: whoever brings this token, and superusers (estoque_site/metricas.py).

METRICAS_TOKEN = env.str("METRICAS_TOKEN", "")
if METRICAS_TOKEN and len(METRICAS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICAS_TOKEN must have at least 32 characters: it is all that guards /metrics")
PROMETHEUS_LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, float("inf"))
# Traces, if there is a collector: the variable's name and meaning are OpenTelemetry's own (estoque_site/tracos.py).
TRACOS = bool(endereco("OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https")))
if TRACOS:
    MIDDLEWARE.insert(0, "estoque_site.tracos.Pedidos")

# The log. One line a request (INFO), with an id that its tasks carry on (estoque_site/rastro.py).

LOG_FORMATO = env.str("LOG_FORMATO", "") or "texto"
if LOG_FORMATO not in registros.FORMATOS:
    raise ImproperlyConfigured(f"LOG_FORMATO={LOG_FORMATO!r} is neither of {', '.join(registros.FORMATOS)}")
LOGGING = registros.configurar(LOG_FORMATO, env.str("LOG_LEVEL", "") or "INFO")
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = PROXY_HTTPS
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # it believes X-Forwarded-For, whoever sends it
DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # it would look the user up when nobody else does

UNFOLD = {
    "SITE_TITLE": "Estoque projetado",
    "SITE_HEADER": "Estoque projetado",
    "SITE_SUBHEADER": "29 dias, sempre verdadeiros",
    "SITE_SYMBOL": "inventory_2",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("estoque_site/favicon.svg")},
    ],
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "projecao.painel.callback",
    "STYLES": [lambda request: static("estoque_site/admin.css")],
    "SCRIPTS": [lambda request: static("estoque_site/admin.js")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "SIDEBAR": {"show_search": True, "navigation": "estoque_site.menu.menu"},
}
