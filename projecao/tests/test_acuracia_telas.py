"""Accuracy's page, API and files: the same numbers, those of `projecao.acuracia`, and for whom."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from projecao import acuracia, recalculo
from projecao.acuracia import Filtro
from projecao.acuracia_tabela import ordenar
from projecao.admin.acuracia_texto import frase
from projecao.models import Produto, ProjecaoDiaria, ResumoMensal
from projecao.models.historico import HORIZONTES
from projecao.tests.fabrica import movimentar
from projecao.tests.test_acuracia import FIM, INICIO, vida, vivida  # noqa: F401 (fixtures)
from projecao.tests.test_historico import em

PAGINA = "/admin/projecao/projecaodiaria/acuracia"
MEDIDAS = ("previsoes", "vies", "erro_absoluto_medio", "erro_relativo")

pytestmark = pytest.mark.usefixtures("vida")


@pytest.fixture
def planejador(client):
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(usuario)
    return client


def ver(cliente, **consulta):
    resposta = cliente.get(PAGINA, consulta)
    assert resposta.status_code == 200
    return resposta.context["acuracia"]


def api(cliente, endereco="/api/acuracia", **consulta):
    resposta = cliente.get(endereco, consulta)
    assert resposta.status_code == 200, resposta.content
    return resposta.json()


def exato(valor):
    return None if valor is None else Decimal(str(valor))


def lido(texto):
    """What the page writes, as a number."""
    return None if texto == "-" else Decimal(texto.strip("+%").replace(".", "").replace(",", "."))


def nucleo(dela: acuracia.Acuracia):
    return [getattr(dela, medida) for medida in MEDIDAS]


def da_pagina(medidas):
    previsoes, vies, erro, relativo = [lido(medida["texto"]) for medida in medidas]
    return [previsoes, vies, erro, None if relativo is None else relativo / 100]


def da_api(item):
    return [exato(item[medida]) for medida in MEDIDAS]


def baixar(cliente, formato, **consulta):
    resposta = cliente.get(f"{PAGINA}.{formato}", consulta)
    assert resposta.status_code == 200
    conteudo = b"".join(resposta.streaming_content)
    if formato == "csv":
        return list(csv.reader(StringIO(conteudo.decode("utf-8-sig")), delimiter=";"))
    return [list(linha) for linha in load_workbook(BytesIO(conteudo))["Acurácia"].iter_rows(values_only=True)]


@pytest.mark.parametrize("consulta", [{}, {"horizonte": 1}, {"busca": "d", "horizonte": 1, "de": "2026-01-12"}])
def test_page_api_and_files_say_the_same(planejador, consulta):
    horizonte = consulta.get("horizonte", 7)
    de = date.fromisoformat(consulta["de"]) if "de" in consulta else None
    filtro = Filtro(*acuracia.periodo(de), busca=consulta.get("busca", ""))
    produtos = ordenar(acuracia.por_produto(filtro, horizonte))
    dados = ver(planejador, **consulta)
    resposta = api(planejador, por="produto", **consulta)
    _, *do_csv = baixar(planejador, "csv", **consulta)
    _, *do_xlsx = baixar(planejador, "xlsx", **consulta)
    assert [linha["cod"] for linha in dados["produtos"]] == [cod for cod, _ in produtos]
    for (cod, dela), na_pagina, item, csv_, xlsx in zip(
        produtos, dados["produtos"], resposta["results"], do_csv, do_xlsx, strict=True
    ):
        assert da_pagina(na_pagina["medidas"]) == da_api(item) == nucleo(dela)
        nome, linha = ("", "ENVASE 1") if cod == "D" else (f"ITEM {cod}", item["linha_producao"])
        identidade = [cod, nome, linha, "B" if cod == "D" else ""]
        assert csv_[:4] == identidade
        assert [valor or "" for valor in xlsx[:4]] == identidade
        assert [item["cod_produto"], item["nome_produto"], item["linha_producao"]] == identidade[:3]
        assert (item["unificado_em"] or "") == na_pagina["unificado"] == identidade[3]
        relativo = None if dela.erro_relativo is None else dela.erro_relativo * 100
        esperado = [horizonte, *nucleo(dela)[:3], relativo]
        assert [lido(valor or "-") for valor in csv_[4:]] == [exato(v) for v in xlsx[4:]] == esperado
    por_linha = api(planejador, por="linha", **consulta)["results"]
    assert [(item["linha_producao"], *da_api(item)) for item in por_linha] == [
        (linha["nome"], *da_pagina(linha["medidas"])) for linha in dados["linhas"]
    ]
    por_horizonte = api(planejador, **consulta)["results"]
    medidas = acuracia.por_horizonte(filtro)
    esperados = [h for h in HORIZONTES if "horizonte" not in consulta or h == horizonte]
    assert [(i["horizonte"], *da_api(i)) for i in por_horizonte] == [(h, *nucleo(medidas[h])) for h in esperados]


def test_the_api_pages_and_orders_products(planejador):
    primeira = api(planejador, por="produto", horizonte=1, ordering="grupo", page_size=3)
    assert [item["cod_produto"] for item in primeira["results"]] == ["A", "B", "C"]
    assert (primeira["count"], primeira["previous"]) == (4, None)
    assert [item["cod_produto"] for item in api(planejador, primeira["next"])["results"]] == ["D"]
    assert (primeira["de"], primeira["ate"]) == ("2026-01-20", "2026-02-18")


@pytest.mark.parametrize(
    ("consulta", "campo"),
    [
        ({"por": "cliente"}, "por"),
        ({"horizonte": "2"}, "horizonte"),
        ({"de": "ontem"}, "de"),
        ({"de": "2026-02-10", "ate": "2026-02-09"}, "ate"),
        ({"de": "2027-01-01"}, "ate"),
        ({"ordering": "nome"}, "ordering"),
        ({"busca": "\x00"}, "busca"),
    ],
)
def test_bad_parameters_are_problems(planejador, consulta, campo):
    resposta = planejador.get("/api/acuracia", consulta)
    assert (resposta.status_code, resposta["Content-Type"]) == (400, "application/problem+json")
    assert list(resposta.json()["errors"]) == [campo]


def test_one_product_in_the_api(planejador, vida):  # noqa: F811
    b = api(planejador, "/api/produto/B/acuracia")
    assert (b["cod_produto"], b["nome_produto"], b["unificado_em"]) == ("B", "ITEM B", None)
    assert len(b["dias"]) == 31
    dias = acuracia.dias_de("B")
    for dia, item in zip(dias, b["dias"], strict=True):
        assert item["data"] == dia.data.isoformat()
        for h in HORIZONTES:
            assert exato(item[f"projetado_{h}"]) == dia.projetado[h]
            assert exato(item[f"erro_{h}"]) == vida.get(("B", dia.data, h), [None])[0]
    todos = acuracia.por_horizonte(Filtro(dias[0].data, dias[-1].data, produto="B"))
    assert [da_api(item) for item in b["horizontes"]] == [nucleo(dela) for dela in todos.values()]
    meses = {mes.horizonte: mes for mes in ResumoMensal.objects.filter(cod_produto="B")}
    for item in b["meses"]:
        mes = meses[item["horizonte"]]
        for campo in ("media", "minimo", "maximo", "desvio", "vies", "erro_absoluto_medio"):
            assert exato(item[campo]) == getattr(mes, campo)
    d = api(planejador, "/api/produto/D/acuracia")
    assert (d["unificado_em"], d["dias"][-1]["data"]) == ("B", "2026-02-01")
    assert planejador.get("/api/produto/NADA/acuracia").status_code == 404


def test_one_product_on_the_page(planejador):
    dados = ver(planejador, produto="B", horizonte=1)
    assert "produtos" not in dados
    dias = dados["produto"]["dias"]
    assert len(dias) == len(dados["produto"]["grafico"]["pontos"]) == 30
    ultimo = acuracia.dias_de("B")[-1]
    assert [lido(dias[0][c]) for c in ("projetado", "realizado", "erro")] == [
        ultimo.projetado[1],
        ultimo.realizado,
        ultimo.erro(1),
    ]
    assert dados["produto"]["link"].endswith("/B/change/")
    corpo = planejador.get(PAGINA, {"produto": "D", "horizonte": 1}).content.decode()
    assert "Este código hoje conta como" in corpo
    assert "acuracia?produto=B" in planejador.get(dados["produto"]["link"]).content.decode()


def test_words_of_the_bias():
    assert frase(acuracia.Acuracia(2, 240_000, 300_000, 1)) == "Prometemos em média 120 a mais do que havia."
    assert frase(acuracia.Acuracia(2, -3_000, 3_000, 1)) == "Prometemos em média 1,5 a menos do que havia."
    assert frase(acuracia.Acuracia(2, 0, 3_000, 1)) == "Em média, prometemos o que havia."
    assert frase(acuracia.Acuracia()) == "Nada a comparar ainda."


def test_columns_sort_both_tables_and_links_turn_them_round(planejador):
    dados = ver(planejador, ordering="grupo", horizonte=1)
    assert [linha["cod"] for linha in dados["produtos"]] == list("ABCD")
    assert [linha["nome"] for linha in dados["linhas"]] == ["ENVASE 1", "ENVASE 2"]
    assert dados["colunas"][0]["sentido"] == "ascending"
    assert "ordering=-grupo" in dados["colunas"][0]["link"]
    assert "ordering=-vies" in dados["colunas"][2]["link"]


def test_what_there_is_nothing_of(planejador):
    assert "Nenhuma previsão conferida" in planejador.get(PAGINA, {"busca": "nada"}).content.decode()
    for consulta, erro in (
        ({"de": "2026-02-10", "ate": "2026-02-09"}, "termina antes de começar"),
        ({"horizonte": "3"}, "Não se guarda"),
        ({"ate": "31/02/2026"}, "Esta data não existe"),
    ):
        assert erro in planejador.get(PAGINA, consulta).content.decode()
        assert planejador.get(f"{PAGINA}.csv", consulta).status_code == 302
    assert planejador.get(f"{PAGINA}.pdf").status_code == 404
    antigo = planejador.get(PAGINA, {"de": "2026-01-12"}).content.decode()
    assert "só existem somados por mês" in antigo
    ResumoMensal.objects.all().delete()
    ProjecaoDiaria.objects.exclude(data_base=INICIO.replace(day=19)).delete()
    ProjecaoDiaria.objects.update(projetado_1=None, projetado_7=None)
    assert "aparece amanhã" in planejador.get(PAGINA).content.decode()
    ProjecaoDiaria.objects.all().delete()
    assert "aparece um dia depois" in planejador.get(PAGINA).content.decode()


def test_only_who_may_see_them(client):
    enderecos = (PAGINA, f"{PAGINA}.csv", f"{PAGINA}.xlsx")
    assert [client.get(endereco).status_code for endereco in enderecos] == [302] * 3
    assert client.get("/api/acuracia").status_code == client.get("/api/produto/B/acuracia").status_code == 401
    ana = User.objects.create_user("ana", password="x", is_staff=True)
    client.force_login(ana)
    assert [client.get(endereco).status_code for endereco in enderecos] == [403] * 3
    ana.user_permissions.add(Permission.objects.get(codename="view_estoqueprojecaocache"))
    produto = "/admin/projecao/estoqueprojecaocache/B/change/"
    assert "produto-acuracia" not in client.get(produto).content.decode()
    assert "Acurácia" not in client.get("/admin/").content.decode()
    ana.user_permissions.set([Permission.objects.get(codename="view_projecaodiaria")])
    assert "Acurácia" in client.get("/admin/").content.decode()
    assert ver(client, produto="B")["produto"]["link"] == ""


def test_cost_does_not_grow(planejador):
    def custo(*chamar):
        with CaptureQueriesContext(connection) as consultas:
            for um in chamar:
                um()
        return [consulta["sql"] for consulta in consultas]

    def tudo():
        return custo(
            lambda: ver(planejador, horizonte=1),
            lambda: api(planejador, por="produto", horizonte=1),
            lambda: api(planejador, por="linha"),
            lambda: baixar(planejador, "csv", horizonte=1),
        )

    antes = tudo()
    for n in range(40):
        Produto.objects.create(cod_produto=f"X{n}", nome_produto="OUTRO")
        movimentar(f"X{n}", n)
    recalculo.drenar()
    modelo = ProjecaoDiaria.objects.filter(cod_produto="A", projetado_1__isnull=False)[:5]
    ProjecaoDiaria.objects.bulk_create(
        ProjecaoDiaria(
            cod_produto=f"X{n}", data_base=dia.data_base, realizado=n, projetado_1=2 * n, dias=[], projetado_7=n
        )
        for dia in modelo
        for n in range(40)
    )
    depois = tudo()
    assert len(ver(planejador, horizonte=1)["produtos"]) == 44
    assert len(antes) == len(depois), "\n".join(depois)


def test_tomorrow_is_another_day(planejador):
    with em(FIM.replace(day=28)):
        assert ver(planejador)["periodo"] == "Dias de 29/01/2026 a 27/02/2026."
