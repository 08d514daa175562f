"""What a line of the log looks like. Read by settings.py and, before Django is there, by deploy/gunicorn.conf.py."""

import json

import structlog

FORMATOS = ("texto", "json")

COMUNS = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.StackInfoRenderer(),
]
"""Of every line, whether structlog or plain logging wrote it: so ids of requests and tasks are on all of them."""


def configurar(formato: str, nivel: str) -> dict:
    """Django's LOGGING; structlog itself is configured on the way. One line an event, on stderr."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *COMUNS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "linha": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": COMUNS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_apresentar(formato)],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "linha"}},
        "root": {"handlers": ["console"], "level": nivel},
        "loggers": {
            "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # django-structlog says what these and gunicorn.access would, with the request's id.
            "django.request": {"level": "CRITICAL"},
            # gunicorn would give these a format of their own.
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
        },
    }


def _apresentar(formato: str) -> list:
    if formato == "texto":
        # Plain tracebacks: the pretty ones show local variables, which may be passwords.
        return [
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("mensagem"),
        structlog.processors.JSONRenderer(serializer=_em_json),
    ]


def _em_json(evento: dict, **opcoes) -> str:
    return json.dumps(evento, ensure_ascii=False, **opcoes)
