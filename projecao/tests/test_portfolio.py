"""The portfolio's page and files: the same numbers as the API's, in the order and with the filters asked for."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from carteira.models import Separacao
from producao.models import ProgramacaoProducao
from projecao import consulta, fila, recalculo, servico
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache, Produto
from projecao.motor import DIAS
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db
PAGINA = "/admin/projecao/estoqueprojecaocache/portfolio"
FIGURAS = ("estoque_atual", "menor_estoque_7d", "producao_hoje")


@pytest.fixture
def planejador(client):
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(usuario)
    return client


def demanda(cod, qtd, n):
    Separacao.objects.create(
        separacao_lote_id=f"L{cod}{n}", num_pedido=f"P{cod}{n}", cod_produto=cod, qtd_saldo=qtd, expedicao=dia(n)
    )


def programar(cod, qtd, n, linha=""):
    ProgramacaoProducao.objects.create(
        cod_produto=cod, qtd_programada=qtd, data_programacao=dia(n), linha_producao=linha
    )


@pytest.fixture
def carteira():
    """A is short from tomorrow until production comes; B falls below its safety stock on D5; C, with D, is well."""
    for cod, nome, estoque, seguranca in (
        ("A", "PALMITO", "1489.5", None),
        ("B", "AZEITONA", "50", "30"),
        ("C", "MAÇÃ", "100", None),
    ):
        Produto.objects.create(cod_produto=cod, nome_produto=nome, estoque_seguranca=seguranca)
        movimentar(cod, estoque)
    unificar("D", "C")
    movimentar("D", "20")
    demanda("A", "1500", 1)
    programar("A", "12", 0, "ENVASE 1")
    programar("A", "2000", 9, "ENVASE 2")
    demanda("B", "30", 5)
    demanda("D", "5", 28)
    programar("D", "7", 3, "ENVASE 2")
    recalculo.drenar()


EXATOS = ["gravados", "na fila", "meio a meio"]


@pytest.fixture(params=[*EXATOS, "fila longa demais"])
def momento(request, carteira, settings):
    if request.param != "gravados":
        EstoqueProjecaoCache.objects.update(estoque_atual=-7, menor_estoque_7d=-7)  # to be seen if it is shown
        fila.marcar({"na fila": "ABC", "meio a meio": "AB"}.get(request.param, "ABC"), "teste")
    if request.param == "meio a meio":
        recalculo.recalcular(["C"])
    if request.param == "fila longa demais":
        settings.PROJECAO_PENDENTES_NA_LISTA = 2


def ver(cliente, **consulta):
    resposta = cliente.get(PAGINA, consulta)
    assert resposta.status_code == 200
    return resposta.context["portfolio"]


def cods(dados):
    return "".join(linha["cod"] for linha in dados["linhas"])


def quantia(texto):
    return Decimal(texto.replace(".", "").replace(",", "."))


def baixar(cliente, formato, **consulta) -> list[list]:
    resposta = cliente.get(f"{PAGINA}.{formato}", consulta)
    assert resposta.status_code == 200
    assert f'.{formato}"' in resposta["Content-Disposition"]
    conteudo = b"".join(resposta.streaming_content)
    if formato == "csv":
        assert conteudo.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(StringIO(conteudo.decode("utf-8-sig")), delimiter=";"))
    return [list(linha) for linha in load_workbook(BytesIO(conteudo))["Portfólio"].iter_rows(values_only=True)]


# The same numbers everywhere


def test_page_api_csv_and_xlsx_show_the_same_numbers(planejador, momento):
    dados = ver(planejador, ordering="cod_produto")
    da_api = planejador.get("/api/estoque?ordering=cod_produto").json()["results"]
    _, *do_csv = baixar(planejador, "csv", ordering="cod_produto")
    _, *do_xlsx = baixar(planejador, "xlsx", ordering="cod_produto")
    assert cods(dados) == "ABC" == "".join(item["cod_produto"] for item in da_api)
    for linha, item, csv_, xlsx in zip(dados["linhas"], da_api, do_csv, do_xlsx, strict=True):
        projecao = planejador.get(f"/api/estoque/{linha['cod']}/projecao").json()
        finais = [Decimal(str(um["estoque_final"])) for um in projecao["projecao"]]
        figuras = [Decimal(str(item[campo])) for campo in FIGURAS]
        assert figuras == [Decimal(str(projecao[campo])) for campo in FIGURAS]
        assert [quantia(figura["texto"]) for figura in linha["figuras"]] == figuras
        assert [quantia(celula["texto"]) for celula in linha["celulas"]] == finais
        assert csv_[:4] == xlsx[:4] == [linha["cod"], item["nome_produto"], linha["linha"], linha["status"]]
        assert [quantia(valor) for valor in csv_[5:]] == [Decimal(str(v)) for v in xlsx[5:]] == [*figuras, *finais]
        ruptura = xlsx[4] and xlsx[4].date().isoformat()
        assert ruptura == item["dia_ruptura"] == projecao["dia_ruptura"]


def test_a_file_says_which_date_each_day_is(planejador, carteira):
    for formato in ("csv", "xlsx"):
        cabecalho, *linhas = baixar(planejador, formato)
        assert cabecalho[:5] == ["Código", "Produto", "Linha", "Status", "Ruptura"]
        assert cabecalho[5:8] == ["Est.Hoje", "Est.Min.D+7", "Prod.Hoje"]
        assert cabecalho[8:] == [f"D{n} {dia(n):%d/%m/%Y}" for n in range(DIAS)]
        assert len(linhas) == 3


def test_a_file_is_the_filtered_list_in_the_page_s_order(planejador, momento):
    for consulta_ in ({"ordering": "-dia_3"}, {"linha_producao": "ENVASE 2", "ordering": "-nome_produto"}):
        na_pagina = cods(ver(planejador, **consulta_))
        for formato in ("csv", "xlsx"):
            assert "".join(linha[0] for linha in baixar(planejador, formato, **consulta_)[1:]) == na_pagina


def test_text_that_a_sheet_would_run_stays_text(planejador):
    Produto.objects.create(cod_produto="1", nome_produto="=CMD()|' /C calc'!A0")
    movimentar("1", 1)
    for formato in ("csv", "xlsx"):
        assert baixar(planejador, formato)[1][1] == "'=CMD()|' /C calc'!A0"


# Levels


def test_a_cell_is_negative_below_safety_or_comfortable(planejador, carteira):
    linhas = {linha["cod"]: linha for linha in ver(planejador)["linhas"]}
    niveis = {cod: [celula["nivel"] for celula in linha["celulas"]] for cod, linha in linhas.items()}
    assert niveis["A"] == ["confortavel", *["abaixo"] * 8, *["confortavel"] * 20]
    assert niveis["B"] == [*["confortavel"] * 5, *["abaixo"] * 24]
    assert niveis["C"] == ["confortavel"] * 29
    demanda("A", "10", 2)
    negativa = next(linha for linha in ver(planejador)["linhas"] if linha["cod"] == "A")["celulas"][2]
    assert (negativa["nivel"], negativa["texto"]) == ("negativo", "-8,5")


def test_colour_is_never_the_only_sign(planejador, carteira):
    corpo = planejador.get(PAGINA).content.decode()
    assert '20<span class="pagina-so-leitor"> abaixo da segurança</span>' in corpo


# Order


@pytest.mark.parametrize("momento", EXATOS, indirect=True)
@pytest.mark.parametrize(
    ("ordem", "esperada"),
    [
        ("", "ABC"),  # what breaks first, then by code
        ("estoque_atual", "BCA"),
        ("-estoque_atual", "ACB"),
        ("menor_estoque_7d", "ABC"),
        ("producao_hoje", "BCA"),
        ("dia_ruptura", "ABC"),
        ("-dia_ruptura", "ABC"),
        ("nome_produto", "BCA"),
        ("status_ruptura", "BAC"),
        ("dia_0", "BCA"),
        ("dia_1", "ABC"),
        ("-dia_1", "CBA"),
        ("dia_28", "BCA"),
    ],
)
def test_order(planejador, momento, ordem, esperada):
    demanda("A", "2", 1)  # -0,5 on D1, and marked
    assert cods(ver(planejador, ordering=ordem)) == esperada
    if ordem:
        itens = planejador.get("/api/estoque", {"ordering": ordem}).json()["results"]
        assert "".join(item["cod_produto"] for item in itens) == esperada


@pytest.mark.parametrize("na_fila", [False, True])
def test_every_day_sorts_by_the_engine_s_numbers(planejador, na_fila):
    """Stored rows by the database, those in the queue in Python, and both merged."""
    for posicao in range(12):
        movimentar(f"P{posicao}", Decimal(posicao * 37 % 11) + Decimal("0.001") * posicao)
        for n in range(0, DIAS, 3 + posicao % 4):
            demanda(f"P{posicao}", Decimal(posicao * 13 % 7) + Decimal("0.003"), n)
            programar(f"P{posicao}", posicao * 5 % 6, n + 1)
    recalculo.drenar()
    if na_fila:
        fila.marcar(["P1", "P4", "P7"], "teste")
    finais = {
        cod: retrato.projecao.estoque_final
        for cod, retrato in servico.retratar([f"P{posicao}" for posicao in range(12)]).items()
    }
    for n in range(DIAS):
        esperada = sorted(finais, key=lambda cod: (finais[cod][n], cod))
        assert [r.cod_produto for r in consulta.Retratos(consulta.Filtro(), consulta.Ordem(f"dia_{n}"))] == esperada
        decrescente = sorted(finais, key=lambda cod: (-finais[cod][n], cod))
        lista = consulta.Retratos(consulta.Filtro(), consulta.Ordem(f"-dia_{n}"))
        assert [r.cod_produto for inicio in range(0, 12, 5) for r in lista[inicio : inicio + 5]] == decrescente


def test_a_header_sorts_and_says_how(planejador, carteira):
    dados = ver(planejador, ordering="dia_5", busca="m", page="2")
    dia_5, dia_6 = dados["dias"][5:7]
    assert (dia_5["sentido"], dia_5["link"]) == ("ascending", "?ordering=-dia_5&busca=m")
    assert (dia_6["sentido"], dia_6["link"]) == ("", "?ordering=dia_6&busca=m")
    corpo = planejador.get(PAGINA, {"ordering": "-estoque_atual"}).content.decode()
    assert corpo.count("aria-sort") == 1
    assert 'aria-sort="descending"><a href="?ordering=estoque_atual">Est.Hoje' in corpo


# Filters


@pytest.mark.parametrize("momento", EXATOS, indirect=True)
@pytest.mark.parametrize(
    ("filtros", "esperados"),
    [
        ({"status_ruptura": "ATENÇÃO"}, "AB"),
        ({"status_ruptura": ["CRÍTICO", "OK"]}, "C"),
        ({"busca": "maca"}, "C"),
        ({"busca": "d"}, "C"),
        ({"linha_producao": "ENVASE 2"}, "AC"),
        ({"linha_producao": "ENVASE 1"}, ""),
        ({"linha_producao": "ENVASE 2", "busca": "palm"}, "A"),
        ({"linha_producao": "ENVASE 2", "status_ruptura": "OK"}, "C"),
        ({"linha_producao": "ENVASE 2", "status_ruptura": "OK", "busca": "palm"}, ""),
    ],
)
def test_filters(planejador, momento, filtros, esperados):
    """A's line is that of its latest plan; C's that of the code that is unified into it."""
    assert cods(ver(planejador, ordering="cod_produto", **filtros)) == esperados


@pytest.mark.parametrize("momento", EXATOS, indirect=True)
def test_rupture_until(planejador, momento):
    demanda("A", "2", 1)
    assert cods(ver(planejador, dia_ruptura_ate=dia(0).isoformat())) == ""
    assert cods(ver(planejador, dia_ruptura_ate=dia(1).isoformat())) == "A"
    assert cods(ver(planejador, dia_ruptura_ate=f"{dia(28):%d/%m/%Y}")) == "A"


@pytest.mark.parametrize("momento", EXATOS, indirect=True)
def test_the_api_filters_by_line_too(planejador, momento):
    itens = planejador.get("/api/estoque", {"linha_producao": "ENVASE 2"}).json()["results"]
    assert {item["cod_produto"] for item in itens} == {"A", "C"}
    assert planejador.get("/api/estoque", {"linha_producao": "ENVASE 9"}).json()["results"] == []


@pytest.mark.parametrize("na_fila", [False, True])
def test_the_line_shown_is_the_line_filtered_by(planejador, carteira, na_fila):
    """Of a product with plans under several codes: its own comes first, then its origins in their order."""
    unificar("B2", "B")
    unificar("B1", "B")
    programar("B2", 1, 2, "ENVASE 1")
    programar("B1", 1, 1, "ENVASE 3")
    programar("C", 1, 1, "ENVASE 1")
    programar("D", 1, 20, "ENVASE 3")
    if not na_fila:
        recalculo.drenar()
    dados = ver(planejador, ordering="cod_produto")
    assert [linha["linha"] for linha in dados["linhas"]] == ["ENVASE 2", "ENVASE 3", "ENVASE 1"]
    for linha, esperados in (("ENVASE 1", "C"), ("ENVASE 2", "A"), ("ENVASE 3", "B")):
        assert cods(ver(planejador, linha_producao=linha)) == esperados


def test_active_filters_can_be_taken_off_one_by_one(planejador, carteira):
    dados = ver(planejador, status_ruptura=["OK", "ATENÇÃO"], linha_producao="ENVASE 2", ordering="dia_3", page="9")
    assert [filtro["texto"] for filtro in dados["filtros"]] == ["Status: OK", "Status: Atenção", "Linha: ENVASE 2"]
    sem_linha = planejador.get(PAGINA + dados["filtros"][2]["sem"]).context["portfolio"]
    assert [filtro["texto"] for filtro in sem_linha["filtros"]] == ["Status: OK", "Status: Atenção"]
    assert sem_linha["ordem"] == "dia_3"


@pytest.mark.parametrize(
    ("consulta_", "recado"),
    [
        ("status_ruptura=PESSIMO", "Não há o status PESSIMO."),
        ("dia_ruptura_ate=31/02/2026", "Esta data não existe."),
        ("linha_producao=NENHUMA", "Nenhuma programação tem a linha NENHUMA."),
        ("ordering=preco", "A lista não se ordena por preco."),
        ("page_size=1000000", "Uma página tem 50, 100 ou 200 produtos."),
        ("busca=%00", "Caracteres nulos não são permitidos."),
        (f"busca={'x' * 201}", "A busca é longa demais."),
    ],
)
def test_what_cannot_be_understood_is_said(planejador, carteira, consulta_, recado):
    resposta = planejador.get(f"{PAGINA}?{consulta_}")
    assert resposta.status_code == 200
    assert recado in resposta.content.decode()
    assert 'id="portfolio-tabela"' not in resposta.content.decode()
    arquivo = planejador.get(f"{PAGINA}.csv?{consulta_}")
    assert (arquivo.status_code, arquivo["Location"].partition("?")[0]) == (302, PAGINA)


# Pages, states, doors


def test_pages(planejador):
    for posicao in range(120):
        movimentar(f"{posicao:03}", posicao)
    recalculo.drenar()
    primeira = ver(planejador, ordering="cod_produto")
    assert (primeira["total"], primeira["paginas"]["frase"], len(primeira["linhas"])) == (
        "120 produtos",
        "Página 1 de 3",
        50,
    )
    ultima = planejador.get(PAGINA + primeira["paginas"]["ultima"]).context["portfolio"]
    assert [linha["cod"] for linha in ultima["linhas"]] == [f"{posicao:03}" for posicao in range(100, 120)]
    assert len(ver(planejador, page_size="200")["linhas"]) == 120
    for pagina in ("0", "99", "abc", "-1"):
        assert ver(planejador, page=pagina)["linhas"]


def test_no_products_at_all(planejador):
    assert "Ainda não há produtos" in planejador.get(PAGINA).content.decode()


def test_first_projections_still_being_computed(planejador, settings):
    settings.PROJECAO_PENDENTES_NA_LISTA = 1
    for cod in "ABC":
        movimentar(cod, 1)
    corpo = planejador.get(PAGINA).content.decode()
    assert "As primeiras projeções estão sendo calculadas" in corpo
    assert "3 produtos esperam recálculo" in corpo


def test_nothing_matches(planejador, carteira):
    corpo = planejador.get(PAGINA, {"busca": "nada"}).content.decode()
    assert "Nenhum produto com estes filtros" in corpo
    assert f'<a href="{PAGINA}">veja todos os produtos</a>' in corpo


def test_a_product_in_the_queue_is_marked_and_counted_now(planejador, carteira):
    movimentar("B", "1000")
    movimentar("E", "3")  # nobody has its page yet
    dados = ver(planejador, ordering="cod_produto")
    b, e = dados["linhas"][1], dados["linhas"][3]
    assert (b["figuras"][0]["texto"], b["situacao"]["texto"]) == ("1.050", "Pendente")
    assert (e["cod"], e["link"]) == ("E", "")
    assert b["link"] == reverse("admin:projecao_estoqueprojecaocache_change", args=["B"])
    assert dados["aviso"] == "2 produtos na fila já contam com os números de agora."
    assert dados["linhas"][0]["situacao"] is None


def test_too_many_in_the_queue_is_said_as_on_the_home(planejador, carteira, settings):
    settings.PROJECAO_PENDENTES_NA_LISTA = 1
    fila.marcar("AB", "teste")
    assert ver(planejador)["aviso"] == (
        "2 produtos esperam recálculo: até lá, a ordem, os filtros e a contagem são das últimas projeções guardadas."
    )


def test_what_cannot_be_computed_is_shown_as_stored_and_says_so(planejador, carteira):
    Separacao.objects.bulk_create([Separacao(cod_produto="C", qtd_saldo=999999999999) for _ in range(2)])
    dados = ver(planejador, ordering="cod_produto")
    assert (dados["linhas"][2]["figuras"][0]["texto"], dados["linhas"][2]["situacao"]["texto"]) == (
        "120",
        "Números antigos",
    )
    assert dados["aviso"] == "1 produto não pôde ser recalculado, e conta com os últimos números guardados."


def test_what_is_shown_as_stored_on_another_day_keeps_its_dates(carteira):
    from projecao import portfolio

    retrato = servico.retratar(["B"])["B"]
    finais = retrato.projecao.estoque_final
    assert portfolio.estoques(retrato, hoje()) == list(finais)
    assert portfolio.estoques(retrato, dia(2)) == [*finais[2:], None, None]
    assert portfolio.estoques(retrato, dia(-1)) == [None, *finais[:-1]]


def test_a_sum_that_the_database_cannot_hold(planejador, carteira, monkeypatch):
    def estourar(*args, **kwargs):
        raise DataError("numeric field overflow")

    monkeypatch.setattr(servico, "retratar", estourar)
    fila.marcar("A", "teste")
    assert "não puderam ser calculados agora" in planejador.get(PAGINA).content.decode()


def test_only_who_may_see_projections(client, carteira):
    for endereco in (PAGINA, f"{PAGINA}.csv", f"{PAGINA}.xlsx"):
        assert client.get(endereco).status_code == 302  # to the login
    client.force_login(User.objects.create_user("ana", password="x", is_staff=True))
    for endereco in (PAGINA, f"{PAGINA}.csv", f"{PAGINA}.xlsx"):
        assert client.get(endereco).status_code == 403
    assert "Portfólio" not in client.get("/admin/").content.decode()


def test_it_is_in_the_sidebar_and_alone_is_lit(planejador, carteira):
    itens = planejador.get(PAGINA).context["sidebar_navigation"][0]["items"]
    assert (itens[0]["title"], itens[0]["link"]) == ("Portfólio", PAGINA)
    assert [item["title"] for item in itens if item["active"]] == ["Portfólio"]


def test_there_is_no_other_format(planejador):
    assert planejador.get(f"{PAGINA}.pdf").status_code == 404


@pytest.mark.parametrize("ordem", ["dia_ruptura", "-dia_14"])
def test_cost_does_not_grow_with_the_page(planejador, ordem):
    def custo():
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            ver(planejador, ordering=ordem, linha_producao="ENVASE 1", page_size="100")
        return [consulta_["sql"] for consulta_ in consultas]

    programar("001", 5, 1, "ENVASE 1")
    recalculo.drenar()
    com_um = custo()
    for posicao in range(60):
        cod = f"{posicao:03}"
        movimentar(cod, posicao)
        programar(cod, posicao, posicao % 29, "ENVASE 1")
        unificar(f"X{cod}", cod)
    recalculo.drenar()
    com_sessenta = custo()
    assert len(ver(planejador, linha_producao="ENVASE 1", page_size="100")["linhas"]) == 60
    assert len(com_um) == len(com_sessenta), "\n".join(com_sessenta)
