"""Task 7 of a planner: is this number fresh?"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.exemplo import hoje
from tests.e2e.leitura import numero
from tests.e2e.navegacao import fotografar

COD = "E2E-VIVO"
LISTA = "/admin/projecao/estoqueprojecaocache/"
PAGINA = f"{LISTA}{COD}/change/"
VIVO = f"{LISTA}vivo"
ESPERA = 40_000
"""Milliseconds: lists and the home look every 10 s, and the machine may be busy."""
MARCA = "window.mesmaPagina = true"


def movimentar(servidor, qtd: str) -> None:
    """Through another door than the browser's. Each quantity once: a movement that a file repeats is not new."""
    linha = f"AJUSTE;{COD};{hoje():%d/%m/%Y};{qtd}"
    servidor.importar("movimentacoes", f"tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\n{linha}\n")


@pytest.fixture(scope="module", autouse=True)
def produto(servidor):
    """100 in stock, 30 leave on D2."""
    servidor.importar("produtos", f"cod_produto;nome_produto\n{COD};PALMITO VIVO\n")
    movimentar(servidor, "100")
    servidor.importar(
        "pre_separacoes",
        "num_pedido;cod_produto;qtd_selecionada_usuario;data_expedicao_editada;status\n"
        f"E2E-V;{COD};30;{hoje() + timedelta(days=2):%d/%m/%Y};CRIADO\n",
    )
    servidor.manage("processar_recalculos")


def campo(pagina: Page, rotulo: str) -> Locator:
    linha = pagina.locator(".field-line", has=pagina.get_by_text(rotulo, exact=True))
    return linha.locator(".readonly")


def recado(pagina: Page) -> Locator:
    return pagina.locator("#vivo [role=status]")


def abrir(pagina: Page) -> Page:
    pagina.goto(PAGINA)
    pagina.evaluate(MARCA)
    return pagina


def mesma_pagina(pagina: Page) -> bool:
    return pagina.evaluate("window.mesmaPagina === true")


def br(valor) -> str:
    return str(valor).replace(".", ",")


def test_a_product_page_follows_its_product(pagina, api, servidor):
    abrir(pagina)
    dia_2 = pagina.locator("#dia-2")
    dia_2.get_by_role("button").click()
    documentos = pagina.locator("#dia-2-documentos")
    expect(documentos).to_be_visible()
    antes = api.produto(COD, "projecao")
    expect(campo(pagina, "Est.Hoje")).to_have_text(br(antes["estoque_atual"]))

    movimentar(servidor, "-80")  # and it breaks

    expect(campo(pagina, "Est.Hoje")).to_have_text(br(antes["estoque_atual"] - 80), timeout=ESPERA)
    expect(recado(pagina)).to_have_text(f"Atualizado às {datetime.now(ZoneInfo('America/Sao_Paulo')):%H:%M}.")
    expect(campo(pagina, "Situação")).to_have_text("Em dia", ignore_case=True, timeout=ESPERA)
    depois = api.produto(COD, "projecao")
    assert numero(campo(pagina, "Est.Min.D+7").inner_text()) == depois["menor_estoque_7d"] == -10
    assert campo(pagina, "Status").inner_text().upper() == depois["status_ruptura"] == "CRÍTICO"
    calculo = datetime.fromisoformat(depois["data_calculo"]).astimezone(ZoneInfo("America/Sao_Paulo"))
    assert campo(pagina, "Calculado em").inner_text() == f"{calculo:%d/%m/%Y %H:%M:%S}"
    celulas = pagina.locator("#dias-da-projecao > tbody > tr:first-child").evaluate_all(
        "linhas => linhas.map(linha => linha.cells[6].innerText)"
    )
    assert [numero(celula) for celula in celulas] == [dia["estoque_final"] for dia in depois["projecao"]]
    # What was open is open, on its new numbers; what had the focus has it; and the page was never left.
    expect(documentos).to_be_visible()
    assert documentos.locator("tr").last.inner_text().split()[-1] == "-10"
    expect(pagina.locator("#dia-0-documentos")).to_have_count(0)
    expect(dia_2.get_by_role("button")).to_be_focused()
    expect(dia_2.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    assert mesma_pagina(pagina)
    fotografar(pagina, "7-produto-atualizado")


def test_what_is_being_typed_stays_and_what_was_promised_is_asked_again(pagina, servidor):
    pagina.goto(f"{PAGINA}?quantidade=500&data=")
    pagina.evaluate(MARCA)
    antes = numero(campo(pagina, "Est.Hoje").inner_text())
    resposta = pagina.locator("#promessa-resposta .produto-nao")
    faltam = resposta.inner_text()
    pagina.get_by_label("Quantidade").fill("12,5")
    movimentar(servidor, "7")
    expect(campo(pagina, "Est.Hoje")).to_have_text(br(antes + 7), timeout=ESPERA)
    expect(pagina.get_by_label("Quantidade")).to_have_value("12,5")
    expect(pagina.get_by_label("Quantidade")).to_be_focused()
    assert resposta.inner_text() != faltam
    assert mesma_pagina(pagina)


def test_who_writes_inside_of_what_is_replaced_is_not_disturbed(pagina, servidor):
    abrir(pagina)
    antes = campo(pagina, "Est.Hoje").inner_text()
    pagina.locator("#figuras").evaluate(
        "figuras => figuras.insertAdjacentHTML('beforeend', '<input aria-label=\"Rascunho\">')"
    )
    pagina.get_by_label("Rascunho").fill("a meio")
    movimentar(servidor, "1")
    expect(recado(pagina)).to_contain_text("quando você terminar de escrever", timeout=ESPERA)
    assert campo(pagina, "Est.Hoje").inner_text() == antes
    expect(pagina.get_by_label("Rascunho")).to_have_value("a meio")
    pagina.get_by_label("Rascunho").blur()
    expect(campo(pagina, "Est.Hoje")).not_to_have_text(antes, timeout=ESPERA)


def test_home_portfolio_and_machine_follow_all_products(entrar, api, servidor):
    inicio, portfolio, saude = abertas = [entrar() for _ in range(3)]
    inicio.goto("/admin/")
    portfolio.goto(f"{LISTA}portfolio?busca={COD}")
    saude.goto(f"{LISTA}saude")
    for pagina in abertas:
        pagina.evaluate(MARCA)
    inicio.get_by_text("Ver o gráfico como tabela").click()
    movimentar(servidor, "2")
    for pagina in abertas:
        expect(recado(pagina)).to_contain_text("Atualizado às", timeout=ESPERA)
        assert mesma_pagina(pagina)
    expect(inicio.locator("#negativos-por-dia")).to_be_visible()  # open as it was
    expect(portfolio.locator("#portfolio-tabela")).to_contain_text(br(api.produto(COD, "projecao")["estoque_atual"]))


def test_a_list_tells_of_new_numbers_and_leaves_its_boxes_alone(pagina, api, servidor):
    pagina.goto(f"{LISTA}?q={COD}")
    caixa = pagina.locator("input.action-select")
    caixa.check()
    movimentar(servidor, "3")
    expect(recado(pagina)).to_have_text("Há números novos.", timeout=ESPERA)
    expect(caixa).to_be_checked()
    pagina.get_by_role("link", name="Atualizar").click()
    estoque = pagina.locator("#result_list td[class*=field-numero_estoque_atual]")
    expect(estoque).to_have_text(br(api.produto(COD, "projecao")["estoque_atual"]))
    expect(recado(pagina)).to_contain_text("Números de")


def test_without_an_answer_it_says_how_old_the_numbers_are_and_goes_on_by_itself(pagina, observador):
    observador.tolerar(503, VIVO)
    abrir(pagina)
    pagina.route(f"**{VIVO}*", lambda rota: rota.fulfill(status=503))
    expect(recado(pagina)).to_contain_text("Sem resposta do servidor; estes números são de", timeout=ESPERA)
    fotografar(pagina, "7-produto-sem-resposta")
    pagina.unroute(f"**{VIVO}*")
    expect(recado(pagina)).not_to_contain_text("Sem resposta", timeout=ESPERA)
    assert mesma_pagina(pagina)


def test_when_the_session_has_ended_it_says_so_and_leads_back(pagina):
    abrir(pagina)
    pagina.context.clear_cookies()
    expect(recado(pagina)).to_contain_text("Sua sessão terminou; estes números são de", timeout=ESPERA)
    pagina.get_by_role("link", name="Entrar de novo").click()
    pagina.wait_for_url(f"**/admin/login/?next={PAGINA}")
