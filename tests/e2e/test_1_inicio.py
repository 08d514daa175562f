"""Task 1 of a planner: what breaks this week, and how badly?"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.leitura import dia_e_mes, iso, numero, tabela
from tests.e2e.navegacao import fotografar
from tests.e2e.preparar import SEM_ACESSO

TENTATIVAS = 10
DIAS_CURTO = 8  # D0 to D+7
JOBS = [
    "processar_recalculos_pendentes",
    "job_atualizar_projecoes_antigas",
    "job_avancar_dia",
    "compactar_projecoes",
]


def da_maquina(api) -> dict:
    """What of the status the home shows, and other tests or a job may change at any moment."""
    situacao = api.get("estoque/cache/status")
    memoria = {campo: situacao["memoria"][campo] for campo in ("estado", "chaves", "capacidade", "taxa_acerto")}
    return {"jobs": situacao["jobs"], "fila": situacao["fila"], "memoria": memoria}


@pytest.fixture
def inicio(pagina, api):
    """The home, and the status of the machine just before it, which was the same just after it."""
    for _ in range(TENTATIVAS):
        antes = da_maquina(api)
        pagina.goto("/admin/")
        if antes == da_maquina(api):
            return pagina, antes
    raise AssertionError("the machine is never quiet: something recalculates all the time")


@pytest.fixture
def projecoes(api):
    return [api.produto(produto["cod_produto"], "projecao") for produto in api.tudo("estoque")]


def cartao(pagina, chave: str):
    valor, nota = (pagina.locator(f"#cartao-{chave} .painel-{parte}") for parte in ("valor", "nota"))
    return valor.inner_text(), nota.inner_text()


def test_todays_figures_are_the_apis(projecoes, inicio, api):
    pagina, situacao = inicio
    fotografar(pagina, "1-inicio")
    for chave, status in (("criticos", "CRÍTICO"), ("em_atencao", "ATENÇÃO")):
        assert numero(cartao(pagina, chave)[0]) == api.get("estoque", status_ruptura=status)["count"] > 0
    for chave, campo in (("atrasada", "saidas_atrasadas"), ("sem_data", "saidas_sem_data")):
        quantidades = [projecao[campo] for projecao in projecoes if projecao[campo]]
        valor, nota = cartao(pagina, chave)
        assert numero(valor) == sum(quantidades) > 0
        assert nota == f"unidades, em {len(quantidades)} produtos"
    assert numero(cartao(pagina, "fila")[0]) == situacao["fila"]["produtos"]
    memoria = situacao["memoria"]
    acertos, nota = cartao(pagina, "memoria")
    # Written with one decimal.
    assert abs(numero(acertos.removesuffix("%")) - memoria["taxa_acerto"] * 100) <= Decimal("0.05")
    assert nota.endswith(f"{memoria['chaves']} de {memoria['capacidade']} produtos na memória")
    agora = datetime.now(ZoneInfo("America/Sao_Paulo"))
    [momento] = pagina.locator(".painel-momento").all_inner_texts()
    assert momento.startswith(f"Números de {agora:%d/%m/%Y} ")


def test_the_headline_counts_the_products_that_break_this_week(inicio, projecoes):
    pagina, _ = inicio
    quebram = [projecao for projecao in projecoes if projecao["menor_estoque_7d"] < 0]
    titulo = pagina.locator("#painel-manchete").inner_text()
    assert numero(titulo.split()[0]) == len(quebram)
    assert dia_e_mes(titulo) == f"{iso(projecoes[0]['projecao'][7]['data']):%d/%m}"


def test_the_nearest_ruptures_are_the_apis_first(inicio, api):
    pagina, _ = inicio
    esperadas = [ruptura for ruptura in api.tudo("estoque/rupturas") if ruptura["dia_ruptura"]][:10]
    mostradas = tabela(pagina.locator("#rupturas"))
    assert len(mostradas) == len(esperadas) == 10
    for (produto, dia, falta, status), esperada in zip(mostradas, esperadas, strict=True):
        assert produto.split("\n") == [esperada["cod_produto"], esperada["nome_produto"]]
        assert dia_e_mes(dia) == f"{iso(esperada['dia_ruptura']):%d/%m}"
        assert numero(falta) == -api.produto(esperada["cod_produto"], "projecao")["menor_estoque_28d"]
        assert status.upper() == esperada["status_ruptura"]


def test_the_chart_counts_the_products_that_are_negative_on_each_day(inicio, projecoes):
    pagina, _ = inicio
    negativos = [sum(projecao["projecao"][dia]["estoque_final"] < 0 for projecao in projecoes) for dia in range(29)]
    assert [numero(n) for n in pagina.locator(".painel-quantos").all_inner_texts()] == negativos
    alturas = [int(retangulo.get_attribute("height")) for retangulo in pagina.locator("rect.painel-em-pe").all()]
    assert [altura == 100 for altura in alturas] == [n == max(negativos) for n in negativos]
    assert pagina.locator(".painel-dia:not(.painel-depois)").count() == DIAS_CURTO
    pagina.get_by_text("Ver o gráfico como tabela").click()
    linhas = tabela(pagina.locator("#negativos-por-dia"))
    assert [(dia_e_mes(data), numero(produtos)) for _, data, produtos in linhas] == [
        (f"{iso(dia['data']):%d/%m}", n) for dia, n in zip(projecoes[0]["projecao"], negativos, strict=True)
    ]


def test_the_last_run_of_each_job_is_the_apis(inicio):
    pagina, situacao = inicio
    for job in JOBS:
        linha = pagina.locator(f"#job-{job}")
        execucao = situacao["jobs"].get(job)
        if execucao is None:
            expect(linha).to_contain_text("Nunca executado", ignore_case=True)
        else:
            inicio_local = datetime.fromisoformat(execucao["inicio"]).astimezone(ZoneInfo("America/Sao_Paulo"))
            expect(linha).to_contain_text(f"{inicio_local:%d/%m/%Y %H:%M:%S}")
            expect(linha).to_contain_text("Concluído", ignore_case=True)


def test_a_rupture_opens_its_product(inicio, api):
    pagina, _ = inicio
    primeira = api.get("estoque/rupturas", page_size=1)["results"][0]
    pagina.locator("#rupturas a").first.click()
    expect(pagina.get_by_role("heading", name="Os 29 dias")).to_be_visible()
    expect(pagina.locator("#main")).to_contain_text(primeira["nome_produto"])


def test_who_may_only_look_sees_the_same_figures(entrar, api):
    pagina = entrar("consulta")
    pagina.goto("/admin/")
    assert numero(cartao(pagina, "criticos")[0]) == api.get("estoque", status_ruptura="CRÍTICO")["count"]


def test_who_has_no_permission_yet_is_told_whom_to_ask(entrar):
    pagina = entrar(SEM_ACESSO)
    pagina.goto("/admin/")
    expect(pagina.get_by_text("ainda não pode ver as projeções de estoque")).to_be_visible()
    assert pagina.locator(".painel-valor, #rupturas").count() == 0
    fotografar(pagina, "1-inicio-sem-acesso")
