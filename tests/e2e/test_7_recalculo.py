"""Task 7 of a planner: is this number fresh? Do it again."""

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import tabela
from tests.e2e.navegacao import fotografar

LISTA = "/admin/projecao/estoqueprojecaocache/"
SAUDE = "/admin/projecao/recalculopendente/saude"
TRABALHO = re.compile(r"/admin/projecao/trabalho/\d+/change/")


def titulo(pagina: Page) -> str:
    """Of the outcome, once there is one."""
    expect(pagina.locator("[data-andamento]")).to_have_count(0, timeout=60_000)
    return pagina.locator(".pagina-quadro h2").inner_text()


def test_one_product(pagina, api):
    antes = api.produto(exemplo.COD, "projecao")
    pagina.goto(f"{LISTA}?q={quote(exemplo.COD)}")
    pagina.get_by_role("link", name=exemplo.COD, exact=True).click()
    pagina.get_by_role("link", name="Forçar recálculo").click()
    pagina.get_by_role("button", name="Recalcular", exact=True).click()
    expect(pagina.get_by_text("1 produto recalculado.")).to_be_visible()
    depois = api.produto(exemplo.COD, "projecao")
    assert depois["data_calculo"] > antes["data_calculo"]
    assert (depois["versao"], depois["projecao"]) == (antes["versao"], antes["projecao"])


def test_a_selection(pagina, api):
    cods = [produto["cod_produto"] for produto in api.get("estoque", page_size=3, ordering="cod_produto")["results"]]
    antes = {cod: api.produto(cod, "projecao")["data_calculo"] for cod in cods}
    pagina.goto(LISTA)
    for cod in cods:
        pagina.get_by_role("row", name=cod).get_by_role("checkbox").check()
    pagina.locator("select[name=action]").select_option("forcar_recalculo")
    pagina.get_by_role("button", name="Executar").click()
    expect(pagina.get_by_text("3 produtos recalculados.")).to_be_visible()
    for cod in cods:
        assert api.produto(cod, "projecao")["data_calculo"] > antes[cod]


def test_all_of_them_with_progress_and_an_outcome_that_stays(pagina, api, incalculavel):
    pagina.goto(LISTA)
    pagina.get_by_role("link", name="Recalcular todos").click()
    expect(pagina.get_by_role("heading", name="Forçar recálculo de todos os produtos")).to_be_visible()
    pagina.get_by_role("button", name="Recalcular todos").click()
    pagina.wait_for_url(TRABALHO)
    endereco = pagina.url
    produtos = len(api.tudo("estoque"))
    frase = titulo(pagina)
    assert frase.startswith(f"{produtos} produtos recalculados, ")
    assert frase.endswith("; 1 não pôde ser recalculado.")
    ((cod, motivo),) = tabela(pagina.locator("#falhas"))
    assert cod == incalculavel and "mais de 12 dígitos" in motivo
    fotografar(pagina, "7-recalculo-de-todos")
    pagina.goto("/admin/projecao/trabalho/")
    expect(pagina.get_by_text(frase).first).to_be_visible()
    fotografar(pagina, "7-trabalhos")
    pagina.goto(endereco)
    assert titulo(pagina) == frase


def test_by_keyboard_alone(pagina):
    pagina.goto(SAUDE)
    pagina.get_by_text("Forçar recálculo de todos").focus()
    pagina.keyboard.press("Enter")
    pagina.keyboard.press("Tab")
    pagina.keyboard.press("Enter")
    pagina.wait_for_url(TRABALHO)
    assert "produtos recalculados" in titulo(pagina)


def test_who_may_only_look_has_no_button_and_is_refused(entrar, observador):
    pagina = entrar("consulta")
    pagina.goto(LISTA)
    expect(pagina.get_by_text("Recalcular todos")).to_have_count(0)
    pagina.goto(SAUDE)
    for texto in ("Conferir agora", "Forçar recálculo de todos"):
        expect(pagina.get_by_text(texto)).to_have_count(0)
    sinal = pagina.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    for caminho in (f"{SAUDE}/conferir", f"{SAUDE}/recalcular-tudo", f"{LISTA}recalcular-todos/"):
        observador.tolerar(403, caminho)
        resposta = pagina.request.post(
            caminho, form={"csrfmiddlewaretoken": sinal, "_form_submitted": "True"}, headers={"Referer": pagina.url}
        )
        assert resposta.status == 403, caminho
        assert "CSRF" not in resposta.text()
