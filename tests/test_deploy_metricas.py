"""Alert rules and dashboard in deploy/ ask only for what a scrape has: names, labels, values they are held to."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from projecao import telemetria
from projecao.execucoes import JOBS
from projecao.models import EntregaWebhook, EventoDeRuptura

pytestmark = pytest.mark.django_db

DEPLOY = Path(settings.BASE_DIR) / "deploy"
DO_PROMETHEUS = {"up"}
PALAVRAS = {"by", "without", "on", "ignoring", "and", "or", "unless", "bool", "offset"}


def regras() -> list[dict]:
    grupos = yaml.safe_load((DEPLOY / "prometheus" / "alertas.yml").read_text(encoding="utf-8"))["groups"]
    return [regra for grupo in grupos for regra in grupo["rules"]]


def painel() -> dict:
    return json.loads((DEPLOY / "grafana" / "estoque.json").read_text(encoding="utf-8"))


def dos_paineis() -> list[tuple[str, str]]:
    return [(p["title"], alvo["expr"]) for p in painel()["panels"] for alvo in p.get("targets", [])]


EXPRESSOES = [*((regra["alert"], regra["expr"]) for regra in regras()), *dos_paineis()]


@pytest.fixture
def amostras(monkeypatch, cliente_logado, settings) -> list:
    """A scrape after everything that can be counted has happened once."""
    settings.METRICAS_TOKEN = "t" * 32
    telemetria.lote_recalculado(telemetria.Relogio.agora(), 1, 1, [])
    for job in JOBS:
        telemetria.job_terminou(job, 0.1, telemetria.Desfecho.ERRO)
    telemetria.eventos_gravados(EventoDeRuptura.Tipo.values)
    for estado in EntregaWebhook.Estado.values:
        telemetria.entrega_tentada(estado, 0.1)
    telemetria.arquivo_importado("produtos", False, {"com_erro": 1})

    def quebrar(*args):
        raise RuntimeError("quebrou")

    with monkeypatch.context() as parcial:
        parcial.setattr("projecao.servico.corpo", quebrar)
        cliente_logado.raise_request_exception = False
        cliente_logado.get("/api/estoque/X/projecao")
    texto = Client().get("/metrics", headers={"Authorization": f"Bearer {settings.METRICAS_TOKEN}"}).text
    return [amostra for familia in text_string_to_metric_families(texto) for amostra in familia.samples]


def seletores(expr: str) -> list[tuple[str, dict[str, str]]]:
    """Each metric that the expression names, with the labels it is held to by equality (others as "")."""
    sem_grupos = re.sub(r"\b(by|without)\s*\([^)]*\)", " ", expr)
    achados = []
    for nome, _, rotulos in re.findall(
        r"([a-zA-Z_:][\w:]*)\s*(?!\w*\s*\()(\{([^}]*)\})?", re.sub(r"\[[^]]*\]", "", sem_grupos)
    ):
        if nome not in PALAVRAS and not re.search(rf"{nome}\s*\(", sem_grupos):
            pares = re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', rotulos)
            achados.append((nome, {rotulo: valor if sinal == "=" else "" for rotulo, sinal, valor in pares}))
    return achados


def test_the_parser_finds_what_is_named():
    expr = 'sum by (le, view) (rate(a_bucket{x="1",y=~"2.."}[5m])) / (max(b) > 0) or 60 * c_total'
    assert seletores(expr) == [("a_bucket", {"x": "1", "y": ""}), ("b", {}), ("c_total", {})]


def test_every_metric_label_and_value_exists_in_a_scrape(amostras):
    faltam = []
    for onde, expr in EXPRESSOES:
        assert seletores(expr), onde
        for nome, rotulos in seletores(expr):
            da_metrica = [amostra.labels for amostra in amostras if amostra.name == nome]
            serve = any(
                all(rotulo in ls and valor in ("", ls[rotulo]) for rotulo, valor in rotulos.items())
                for ls in da_metrica
            )
            if nome not in DO_PROMETHEUS and not serve:
                faltam.append((onde, nome, rotulos))
    assert not faltam


def test_what_is_grouped_by_is_a_label_of_what_is_summed(amostras):
    for onde, expr in EXPRESSOES:
        for grupo in re.findall(r"\bby\s*\(([^)]*)\)", expr):
            rotulos = {rotulo.strip() for rotulo in grupo.split(",")}
            nomes = {nome for nome, _ in seletores(expr)}
            assert any(rotulos <= amostra.labels.keys() for amostra in amostras if amostra.name in nomes), (onde, grupo)


@pytest.mark.parametrize(("onde", "expr"), EXPRESSOES)
def test_expressions_are_well_formed(onde, expr):
    aberto = []
    for sinal in re.sub(r'"[^"]*"', "", expr):
        if sinal in "([{":
            aberto.append(sinal)
        elif sinal in ")]}":
            assert aberto and aberto.pop() + sinal in ("()", "[]", "{}")
    assert not aberto
    # A rate is of a range of a counter; a quantile is of buckets, by their bound.
    for nome in re.findall(r"(?:rate|increase)\(([\w:]+)(?:\{[^}]*\})?", expr):
        assert nome.endswith(("_total", "_bucket", "_sum", "_count")), nome
        assert re.search(rf"{nome}(\{{[^}}]*\}})?\[[\w$]+\]", expr)
    for grupo, nome in re.findall(r"histogram_quantile\([\d.]+, sum by \(([^)]*)\) \(rate\(([\w:]+)", expr):
        assert "le" in grupo.replace(" ", "").split(",") and nome.endswith("_bucket")


def test_rules_say_how_bad_it_is_and_what_it_is():
    nomes = [regra["alert"] for regra in regras()]
    assert len(nomes) == len(set(nomes))
    for regra in regras():
        assert regra["labels"]["severidade"] in ("critica", "aviso", "informacao"), regra["alert"]
        assert regra["annotations"]["summary"], regra["alert"]


def test_panels_have_a_place_of_their_own():
    ids = [p["id"] for p in painel()["panels"]]
    assert len(ids) == len(set(ids))
    ocupados = set()
    for p in painel()["panels"]:
        x, y, w, h = (p["gridPos"][lado] for lado in "xywh")
        lugar = {(coluna, linha) for coluna in range(x, x + w) for linha in range(y, y + h)}
        assert x + w <= 24 and not lugar & ocupados, p["title"]
        ocupados |= lugar


def test_prometheus_is_told_of_the_rules():
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["alertas.yml"]
    assert config["scrape_configs"][0]["metrics_path"] == "/metrics"


def test_everything_that_is_measured_is_shown_or_watched(amostras):
    mostrados = {re.sub(r"_(bucket|sum|count)$", "", nome) for _, expr in EXPRESSOES for nome, _ in seletores(expr)}
    medidos = {re.sub(r"_(bucket|sum|count)$", "", amostra.name) for amostra in amostras}
    assert {nome for nome in medidos if nome.startswith("estoque_")} <= mostrados
