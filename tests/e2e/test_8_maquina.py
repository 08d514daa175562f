"""Task 8 of a planner: is the machine healthy?"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import numero, tabela
from tests.e2e.navegacao import fotografar

SAUDE = "/admin/projecao/recalculopendente/saude"
COD = "E2E-08"
TRABALHO = re.compile(r"/admin/projecao/trabalho/\d+/change/")
LER_FIGURAS = """itens => Object.fromEntries(itens.map(
    item => [item.querySelector("dt").innerText, item.querySelector("dd").innerText]
))"""


@pytest.fixture(scope="module")
def desviado(servidor):
    """A product whose stored stock somebody changed past the system: 7, where its ledger says 1.489,5."""
    dia = f"{exemplo.hoje():%d/%m/%Y}"
    servidor.importar("produtos", f"cod_produto;nome_produto\n{COD};PEPINO E2E\n")
    servidor.importar(
        "movimentacoes",
        f"tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\nENTRADA;{COD};{dia};1.489,5\n",
    )
    servidor.manage("processar_recalculos")
    desvio = f"from projecao.models import EstoqueAtual; EstoqueAtual.objects.filter(pk='{COD}').update(estoque=7)"
    servidor.manage("shell", "-c", desvio)


def abrir(pagina: Page) -> Page:
    pagina.goto("/admin/")
    pagina.get_by_role("link", name=re.compile("Saúde do sistema$")).click()
    pagina.wait_for_url(f"**{SAUDE}")
    return pagina


def figuras(pagina: Page, onde: str) -> dict[str, str]:
    return pagina.locator(f"{onde} dl > div").evaluate_all(LER_FIGURAS)


def titulo(pagina: Page) -> str:
    """Of the outcome, once there is one."""
    expect(pagina.locator("[data-andamento]")).to_have_count(0, timeout=60_000)
    return pagina.locator(".pagina-quadro h2").inner_text()


def test_the_figures_are_the_apis(pagina, api, servidor):
    servidor.manage("processar_recalculos")
    lidas = figuras(abrir(pagina), "section[aria-labelledby=saude-linhas]")
    linhas = api.get("estoque/cache/status")["linhas"]
    assert [numero(lidas[nome]) for nome in ("Projeções gravadas", "Mais velhas que a validade", "De outro dia")] == [
        linhas["total"],
        linhas["expiradas"],
        linhas["de_outro_dia"],
    ]
    expect(pagina.locator("#problemas")).to_contain_text("trabalhadores ativos")
    fotografar(pagina, "8-maquina")


def test_the_jobs_have_run_and_say_when_again(pagina, api, servidor):
    servidor.manage("processar_recalculos")
    abrir(pagina)
    jobs = {linha[0]: linha for linha in tabela(pagina.locator("#jobs table").first)}
    assert set(jobs) == {
        "Recálculo dos produtos na fila",
        "Atualização das projeções antigas",
        "Virada do dia",
        "Alertas de ruptura",
        "Limpeza diária",
    }
    _, inicio, _, duracao, media, proxima = jobs["Recálculo dos produtos na fila"]
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", inicio)
    for tempo in (duracao, media):
        assert re.fullmatch(r"[\d,]+ (ms|s)", tempo)
    assert proxima == "agora" or proxima.startswith("em ")
    pagina.get_by_role("link", name="Recálculo dos produtos na fila", exact=True).click()
    expect(pagina.locator("#result_list")).to_contain_text("Recálculo dos produtos na fila")
    fotografar(pagina, "8-execucoes")


def test_the_memory_holds_what_was_just_read(pagina, api):
    api.produto(exemplo.COD, "projecao")
    api.produto(exemplo.COD, "projecao")
    abrir(pagina)
    (codigo_e_nome, uso, resta, tamanho), *_ = tabela(pagina.locator("#na-memoria"))
    assert codigo_e_nome.split("\n") == [exemplo.COD, exemplo.NOME]
    assert uso.startswith("há ") and resta in ("4 min", "5 min") and tamanho.endswith(" kB")
    memoria, lidas = api.get("estoque/cache/status")["memoria"], figuras(pagina, "#memoria")
    assert numero(lidas["Acertos"]) == memoria["acertos"] >= 1
    assert numero(lidas["Faltas"]) == memoria["faltas"]
    assert lidas["Produtos guardados"] == f"{memoria['chaves']} de {memoria['capacidade']}"


def test_a_drift_is_found_shown_and_only_then_corrected(pagina, api, desviado):
    abrir(pagina).get_by_role("button", name="Conferir agora").click()
    pagina.wait_for_url(TRABALHO)
    assert titulo(pagina) == "1 divergência em 1 produto."
    ((produto, campo, guardado, correto),) = tabela(pagina.locator("#divergencias"))
    assert (produto.split("\n"), campo) == ([COD, "PEPINO E2E"], "Estoque")
    assert (numero(guardado), numero(correto)) == (api.produto(COD, "atual")["estoque"], numero("1.489,5"))
    fotografar(pagina, "8-conferencia")
    confirmar = pagina.get_by_role("button", name="Confirmar a correção")
    expect(confirmar).to_be_hidden()
    pagina.get_by_text("Corrigir 1 produto").click()
    confirmar.click()
    expect(pagina.get_by_role("button", name="Conferir de novo")).to_be_visible(timeout=60_000)
    assert titulo(pagina).startswith("1 produto recalculado")
    assert api.produto(COD, "atual")["estoque"] == api.produto(COD, "projecao")["estoque_atual"] == numero("1.489,5")
    pagina.get_by_role("button", name="Conferir de novo").click()
    expect(pagina.get_by_role("heading", name="Tudo confere")).to_be_visible(timeout=60_000)
    fotografar(pagina, "8-tudo-confere")


def test_what_waits_and_fails_is_named(pagina, incalculavel):
    abrir(pagina)
    expect(pagina.locator("#problemas")).to_contain_text("1 produto não pôde ser recalculado.")
    (linha,) = tabela(pagina.locator("#falham"))
    assert linha[0] == incalculavel and "mais de 12 dígitos" in linha[1]
    assert [linha[:4] for linha in tabela(pagina.locator("#motivos"))] == [["Separação", "1", "1", "1"]]
    fotografar(pagina, "8-maquina-com-falha")


def test_who_may_not_see_the_queue_has_no_page(entrar, observador):
    observador.tolerar(403, SAUDE)
    pagina = entrar("novato")
    pagina.goto(SAUDE)
    expect(pagina.get_by_role("heading", name="Você não tem permissão para isto.")).to_be_visible()
