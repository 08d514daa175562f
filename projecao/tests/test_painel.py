from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from carteira.models import Separacao
from projecao import execucoes, fila, painel, recalculo, tasks
from projecao.models import EstoqueProjecaoCache, ExecucaoJob, Produto, RecalculoPendente
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import dia, movimentar, unificar
from projecao.unidades import idade

pytestmark = pytest.mark.django_db
INICIO = "/admin/"


@pytest.fixture(autouse=True)
def com_painel(settings):
    settings.UNFOLD = {**settings.UNFOLD, "DASHBOARD_CALLBACK": "projecao.painel.callback"}
    fila.preparar()


@pytest.fixture
def planejador(client):
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(usuario)
    return client


def demanda(cod, qtd, n=0, **campos):
    expedicao = None if n is None else dia(n)
    return Separacao.objects.create(
        separacao_lote_id=f"L{cod}", num_pedido=f"P{cod}", cod_produto=cod, qtd_saldo=qtd, expedicao=expedicao, **campos
    )


def produto(cod, estoque, sai=0, n=0):
    Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}", estoque_seguranca=Decimal(0))
    movimentar(cod, estoque)
    if sai:
        demanda(cod, sai, n)


def recalcular_tudo():
    recalculo.drenar()
    assert not RecalculoPendente.objects.exists()


def ver(cliente):
    resposta = cliente.get(INICIO)
    assert resposta.status_code == 200
    return resposta.context["painel"]


def cartao(dados, chave):
    return next(cartao for cartao in dados["cartoes"] if cartao["chave"] == chave)


def negativos(dados):
    return [dia["negativos"] for dia in dados["grafico"]["dias"]]


def negativos_dos_servicos(*cods):
    dias = [0] * 29
    for projecao in ServicoProjecaoEstoque.obter_projecoes(cods).values():
        for um in projecao["projecao"]:
            dias[um["dia"]] += um["estoque_final"] < 0
    return dias


# Figures


def test_the_figures_are_those_of_the_projections(planejador):
    produto("1", "10", "15.5", 3)
    produto("2", "10", "1200", 20)
    produto("3", "100", "7", -2)
    produto("4", "5")
    recalcular_tudo()
    dados = ver(planejador)
    projecoes = ServicoProjecaoEstoque.obter_projecoes(["1", "2", "3", "4"])
    assert cartao(dados, "criticos")["valor"] == "1"
    assert cartao(dados, "em_atencao")["valor"] == "1"
    assert sum(p["saidas_atrasadas"] for p in projecoes.values()) == 7
    assert cartao(dados, "atrasada")["valor"] == "7"
    assert cartao(dados, "atrasada")["nota"] == "unidades, em 1 produto"
    assert negativos(dados) == negativos_dos_servicos("1", "2", "3", "4") == [0] * 3 + [1] * 17 + [2] * 9
    assert dados["manchete"]["titulo"].startswith("1 produto fica negativo até ")
    assert [(r["cod_produto"], r["falta"], r["quando"], r["status"]) for r in dados["rupturas"]] == [
        ("1", "5,5", "em 3 dias", "Crítico"),
        ("2", "1.190", "em 20 dias", "Atenção"),
    ]
    assert dados["rupturas"][0]["dia_ruptura"] == dia(3)


def test_the_cards_agree_with_the_api(planejador):
    for cod, estoque, sai in (("1", "10", "15"), ("2", "3", "5"), ("3", "90", "1")):
        produto(cod, estoque, sai, 2)
    recalcular_tudo()
    dados = ver(planejador)
    criticos = planejador.get("/api/estoque", {"status_ruptura": "CRÍTICO"}).json()
    assert cartao(dados, "criticos")["valor"] == str(criticos["count"]) == "2"
    rupturas = planejador.get("/api/estoque/rupturas").json()["results"]
    assert [r["cod_produto"] for r in dados["rupturas"]] == [r["cod_produto"] for r in rupturas]


def test_demand_without_a_date_is_added_up_exactly(planejador):
    """SQLite keeps decimals as floats, and 0.1 + 0.2 is not 0.3 there."""
    for cod in "12":
        produto(cod, "10")
    recalcular_tudo()
    for cod, sem_data in (("1", "0.1"), ("2", "0.2")):
        EstoqueProjecaoCache.objects.filter(pk=cod).update(saidas_sem_data=Decimal(sem_data))
    assert cartao(ver(planejador), "sem_data")["valor"] == "0,3"


def test_the_nearest_ruptures_are_ten(planejador):
    for n in range(12):
        produto(f"{n:02}", "1", "2", 12 - n)
    recalcular_tudo()
    rupturas = ver(planejador)["rupturas"]
    assert [r["cod_produto"] for r in rupturas] == [f"{n:02}" for n in range(11, 1, -1)]


def test_a_critical_product_that_only_reaches_zero_is_no_rupture(planejador):
    produto("1", "10", "10", 2)
    recalcular_tudo()
    dados = ver(planejador)
    assert cartao(dados, "criticos")["valor"] == "1"
    assert dados["rupturas"] == []
    assert negativos(dados) == [0] * 29
    assert dados["manchete"]["tom"] == "success"


def test_the_cards_lead_to_their_products(planejador):
    produto("1", "10", "15", 2)
    produto("2", "10", "15", 12)
    produto("3", "10")
    recalcular_tudo()
    dados = ver(planejador)
    for chave, cod in (("criticos", "1"), ("em_atencao", "2")):
        lista = planejador.get(cartao(dados, chave)["link"])
        assert [linha.pk for linha in lista.context["cl"].result_list] == [cod]
    todas = planejador.get(dados["todas_as_rupturas"])
    assert [linha.pk for linha in todas.context["cl"].result_list] == ["1", "2"]
    assert planejador.get(dados["rupturas"][0]["link"]).status_code == 200


def test_a_code_with_odd_characters_leads_to_its_page(planejador):
    produto("A/1 ?_%", "1", "2")
    recalcular_tudo()
    assert planejador.get(ver(planejador)["rupturas"][0]["link"]).status_code == 200


def test_bars_are_percents_of_the_tallest_and_never_vanish():
    altos = painel._grafico([400, 1, 0, *[200] * 26], dia(0))["dias"]
    assert [(d["altura"], d["topo"]) for d in altos[:4]] == [(100, 0), (1, 99), (0, 100), (50, 50)]
    assert [d["nesta_semana"] for d in altos] == [True] * 8 + [False] * 21


# What waits in the queue


def test_pending_products_count_with_their_figures_of_now(planejador):
    produto("1", "10", "5", 1)
    produto("2", "10", "50", 1)
    recalcular_tudo()
    demanda("1", "20", 4)
    movimentar("2", "100")
    produto("3", "1", "9", -1)
    dados = ver(planejador)
    assert negativos(dados) == negativos_dos_servicos("1", "2", "3") == [1] * 4 + [2] * 25
    assert [(r["cod_produto"], r["falta"]) for r in dados["rupturas"]] == [("3", "8"), ("1", "15")]
    assert cartao(dados, "criticos")["valor"] == "2"
    assert cartao(dados, "atrasada")["valor"] == "9"
    assert cartao(dados, "fila")["valor"] == "3"
    assert cartao(dados, "fila")["nota"].startswith("produtos esperam; o mais antigo, há ")
    assert dados["aviso"] == "3 produtos na fila já contam com os números de agora."
    assert dados["rupturas"][0]["link"] is None, "it has no row, so no page yet"


def test_a_row_of_another_day_is_not_shown_as_todays(planejador):
    produto("1", "10", "15", 0)
    recalcular_tudo()
    EstoqueProjecaoCache.objects.update(data_base=dia(-1))
    assert negativos(ver(planejador)) == [1] * 29


def test_a_unified_code_counts_once(planejador):
    produto("1", "10", "15", 0)
    produto("2", "1", "2", 0)
    recalcular_tudo()
    unificar("2", "1")
    dados = ver(planejador)
    assert negativos(dados) == [1] * 29
    assert dados["produtos"] == 1
    recalcular_tudo()
    assert negativos(ver(planejador)) == [1] * 29


def test_too_many_waiting_count_as_stored_and_the_page_says_so(planejador, settings):
    for cod in "123":
        produto(cod, "10", "15", 5)
    recalcular_tudo()
    EstoqueProjecaoCache.objects.filter(pk="1").update(data_base=dia(-2))
    for cod in "123":  # the first is marked and of another day, and waits once
        movimentar(cod, "-1")
    settings.PROJECAO_PENDENTES_NA_LISTA = 2
    dados = ver(planejador)
    assert dados["aviso"].startswith("3 produtos esperam recálculo")
    # As stored; that of two days ago on its own dates.
    assert negativos(dados) == [0] * 3 + [1] * 2 + [3] * 22 + [2] * 2
    assert {r["falta"] for r in dados["rupturas"]} == {"6"}


def test_what_cannot_be_computed_counts_as_stored(planejador):
    for cod in "12":
        produto(cod, "10", "15", 0)
    recalcular_tudo()
    RecalculoPendente.objects.create(cod_produto="1", motivo="teste", erro="não cabe", tentativas=1)
    movimentar("2", "1")
    dados = ver(planejador)
    assert negativos(dados) == [2] * 29
    assert dados["aviso"].startswith("1 produto não pôde ser recalculado")
    assert "1 marca com erro" in cartao(dados, "fila")["nota"]


# The machine


def test_every_job_is_shown_with_its_last_outcome(planejador):
    produto("1", "10")
    agora = timezone.now()
    ExecucaoJob.objects.create(nome="job_avancar_dia", inicio=agora, duracao_ms=1234, produtos=2000)
    ExecucaoJob.objects.create(nome="compactar_projecoes", inicio=agora, erro="OSError: disco\ncheio")
    ExecucaoJob.objects.create(nome="processar_recalculos_pendentes", inicio=agora, falhas=2, erro="1: a\n2: b")
    jobs = {job["chave"]: job for job in ver(planejador)["jobs"]}
    assert {nome: job["resultado"] for nome, job in jobs.items()} == {
        "processar_recalculos_pendentes": "2 falhas",
        "job_atualizar_projecoes_antigas": "Nunca executado",
        "job_avancar_dia": "Concluído",
        "tratar_alertas": "Nunca executado",
        "compactar_projecoes": "Interrompido",
    }
    assert jobs["job_avancar_dia"]["detalhe"] == "2.000 produtos em 1,2 s"
    assert jobs["compactar_projecoes"]["erro"] == "OSError: disco"


def test_a_job_that_never_ran_worries_nobody_until_it_is_overdue():
    agora = timezone.now()
    tom = {atraso: execucoes.sem_execucao(agora - timedelta(seconds=atraso), agora)[1] for atraso in (-3600, 60, 180)}
    assert tom == {-3600: "", 60: "", 180: "warning"}
    assert execucoes.sem_execucao(None, agora)[1] == "warning", "nobody scheduled it"


def test_the_scheduled_jobs_have_a_name_for_planners():
    # What people asked for has a list of its own, and leaves no run here.
    assert execucoes.JOBS.keys() == tasks.AGENDA.keys() - {"executar_trabalhos"}


@pytest.mark.parametrize(
    ("estado", "valor"),
    [
        ({"estado": "ligada", "taxa_acerto": 0.9731, "acertos": 9731, "faltas": 269}, "97,3%"),
        ({"estado": "ligada", "taxa_acerto": 0.0, "acertos": 0, "faltas": 9}, "-"),
        ({"estado": "ligada", "taxa_acerto": None, "acertos": 0, "faltas": 0}, "-"),
        ({"estado": "indisponível", "taxa_acerto": None}, "Indisponível"),
        ({"estado": "desligada", "taxa_acerto": None}, "Desligada"),
    ],
)
def test_the_memory_tier_says_how_it_is(estado, valor):
    assert painel._memoria({"chaves": 3, "capacidade": 100, **estado})["valor"] == valor


@pytest.mark.parametrize(
    ("segundos", "texto"), [(12.3, "12 s"), (125, "2 min"), (7300, "2 h"), (90000, "1 dia"), (190000, "2 dias")]
)
def test_ages_are_read_at_a_glance(segundos, texto):
    assert idade(segundos) == texto


# The page


def test_the_page_shows_the_chart_twice(planejador):
    produto("1", "10", "15", 2)
    recalcular_tudo()
    pagina = planejador.get(INICIO).content.decode()
    assert pagina.count('class="painel-quantos"') == 29
    assert pagina.count('<th scope="row">D+') == 28
    assert "Números de" in pagina
    assert reverse("admin:projecao_estoqueprojecaocache_change", args=["1"]) in pagina
    assert 'style="' not in pagina[pagina.index('class="painel"') :], "a strict CSP would drop it"


def test_the_sidebar_stays_and_the_list_of_apps_does_not(planejador):
    resposta = planejador.get(INICIO)
    assert "Projeções de estoque" in resposta.content.decode()
    assert "unfold/helpers/app_list_default.html" not in [modelo.name for modelo in resposta.templates]


def test_without_products_the_page_says_what_to_do(planejador):
    assert ver(planejador)["vazio"]
    assert "assim que um planejador importar" in planejador.get(INICIO).content.decode()


def test_a_first_import_that_is_still_being_computed_is_not_empty(planejador, settings):
    for cod in "12":
        produto(cod, "1")
    settings.PROJECAO_PENDENTES_NA_LISTA = 1
    dados = ver(planejador)
    assert dados["calculando"] and not dados["vazio"]
    assert "2 produtos esperam" in planejador.get(INICIO).content.decode()


def test_without_the_permission_there_are_no_figures(client):
    produto("1", "10", "15", 2)
    recalcular_tudo()
    client.force_login(User.objects.create_user("novo", password="x", is_staff=True))
    resposta = client.get(INICIO)
    assert "painel" not in resposta.context
    assert "ainda não pode ver as projeções" in resposta.content.decode()
    assert "PALMITO" not in resposta.content.decode()


def test_links_only_lead_where_one_may_go(client):
    produto("1", "10", "15", 2)
    usuario = User.objects.create_user("consulta", password="x", is_staff=True)
    usuario.user_permissions.add(Permission.objects.get(codename="view_estoqueprojecaocache"))
    client.force_login(usuario)
    dados = ver(client)
    assert cartao(dados, "criticos")["link"]
    assert cartao(dados, "fila")["link"] is None
    assert dados["link_dos_jobs"] is None


def test_a_sum_that_the_database_cannot_hold_is_no_error_page(planejador, monkeypatch):
    def estourar(usuario):
        raise DataError("bigint out of range")

    monkeypatch.setattr(painel, "painel", estourar)
    assert "não puderam ser calculados agora" in planejador.get(INICIO).content.decode()


@pytest.mark.parametrize("pendentes", [False, True])
def test_the_number_of_queries_does_not_depend_on_the_products(planejador, pendentes):
    def consultas():
        with CaptureQueriesContext(
            connection,
        ) as capturadas:
            ver(planejador)
        return len(capturadas)

    produto("00", "10", "15", 2)
    if not pendentes:
        recalcular_tudo()
    ver(planejador)
    com_um = consultas()
    for n in range(1, 30):
        produto(f"{n:02}", "10", "15", n % 20)
    if not pendentes:
        recalcular_tudo()
    assert EstoqueProjecaoCache.objects.count() == (0 if pendentes else 30)
    assert consultas() == com_um
