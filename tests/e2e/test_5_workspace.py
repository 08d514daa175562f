"""Task 5 of a planner: can this order ship?"""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import dia_e_mes, iso, numero
from tests.e2e.navegacao import fotografar

BUSCA = "/admin/carteira/carteiraprincipal/workspace/"
QUANTIDADES = {
    "Pedida": "qtd_pedido",
    "Pré-separada": "qtd_pre_separada",
    "Separada": "qtd_separada",
    "Saldo": "qtd_saldo",
    "Est.Hoje": "estoque_hoje",
    "Est.Min.D+7": "menor_estoque_7d",
    "Prod.Hoje": "producao_hoje",
    "Est. na expedição": "estoque_na_expedicao",
    "Peso (kg)": "peso",
    "Pallets": "pallet",
}
DATAS = {
    "Expedição": "expedicao",
    "Disponível": "data_disponivel",
    "Data firme": "data_disponivel_firme",
}
LER_ITENS = """itens => itens.map(item => [
    item.querySelector("th a").innerText,
    Object.fromEntries([...item.rows[0].querySelectorAll("td")].map(c => [c.dataset.rotulo, c.innerText.trim()])),
])"""
NUM = "E2E/5 A?"


def em(n: int) -> str:
    return f"{exemplo.hoje() + timedelta(days=n):%d/%m/%Y}"


@pytest.fixture(scope="module")
def pedido(servidor) -> str:
    """100 of a product of which there are 60, and 100 more in 4 days; and 5 of another, of which there is plenty."""
    produtos = "cod_produto;nome_produto;palletizacao;peso_bruto\nE2E-5A;PICLES 5A;48;1,250\nE2E-5B;PICLES 5B;48;2\n"
    servidor.importar("produtos", produtos)
    servidor.importar(
        "movimentacoes",
        "tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\n"
        f"AJUSTE;E2E-5A;{em(0)};60\nAJUSTE;E2E-5B;{em(0)};900\n",
    )
    plano = f"data_programacao;cod_produto;linha_producao;qtd_programada\n{em(4)};E2E-5A;LINHA 2;100\n"
    servidor.importar("producao", plano)
    servidor.importar(
        "carteira",
        "num_pedido;cod_produto;raz_social_red;municipio;estado;quantidade;saldo;expedicao\n"
        f"{NUM};E2E-5A;LOJA DA TAREFA CINCO;RECIFE;PE;100;100;{em(2)}\n"
        f"{NUM};E2E-5B;LOJA DA TAREFA CINCO;RECIFE;PE;5;5;{em(2)}\n",
    )
    pre = f"num_pedido;cod_produto;qtd_selecionada_usuario;data_expedicao_editada\n{NUM};E2E-5A;70;{em(2)}\n"
    servidor.importar("pre_separacoes", pre)
    return NUM


def da_api(api, num: str) -> dict:
    return api.get(f"pedido/{quote(num, safe='')}/workspace")


def conferir(pagina: Page, esperado: dict) -> None:
    """Every number on the page is the API's."""
    lidos = pagina.locator("#workspace-vivo .workspace-item").evaluate_all(LER_ITENS)
    assert [cod for cod, _ in lidos] == [item["cod_produto"] for item in esperado["itens"]]
    for (_, celulas), item in zip(lidos, esperado["itens"], strict=True):
        for rotulo, campo in QUANTIDADES.items():
            assert (None if celulas[rotulo] == "-" else numero(celulas[rotulo])) == item[campo], rotulo
        for rotulo, campo in DATAS.items():
            sem_data = celulas[rotulo] in ("-", "nenhuma")
            assert (None if sem_data else dia_e_mes(celulas[rotulo])) == (
                item[campo] and f"{iso(item[campo]):%d/%m}"
            ), rotulo
    totais = dict(pagina.locator(".workspace-totais > div").evaluate_all("t => t.map(d => d.innerText.split('\\n'))"))
    assert numero(totais["Valor (R$)"]) == esperado["valor_total"]
    assert numero(totais["Peso (kg)"]) == esperado["peso_total"]
    assert numero(totais["Pallets"]) == esperado["pallet_total"]
    completa = esperado["data_completa"]
    inteiro = totais["Pedido inteiro a partir de"]
    assert inteiro == (f"{iso(completa):%d/%m/%Y}" if completa else "Nenhuma em 29 dias")


def item(pagina: Page, cod: str):
    return pagina.locator(".workspace-item", has=pagina.get_by_role("link", name=cod, exact=True))


def procurar(pagina: Page, busca: str) -> None:
    pagina.goto(BUSCA)
    pagina.get_by_label("Número do pedido ou nome do cliente").fill(busca)
    pagina.keyboard.press("Enter")
    pagina.wait_for_url("**q=*")


def test_a_date_is_moved_and_its_effect_is_seen_at_once(pagina, api, pedido):
    procurar(pagina, "tarefa cinco")
    fotografar(pagina, "5-workspace-busca")
    pagina.get_by_role("link", name=NUM, exact=True).click()
    antes = da_api(api, pedido)
    conferir(pagina, antes)
    expect(pagina.locator("#resposta-do-pedido")).to_have_text("Na data, não inteiro.")
    expect(item(pagina, "E2E-5A")).to_contain_text(f"Sai em {em(4)[:5]}")
    expect(item(pagina, "E2E-5B")).to_contain_text("Sai na data")
    fotografar(pagina, "5-workspace")

    pagina.get_by_role("link", name="Alterar a pré-separação de 70 de E2E-5A").click()
    pagina.get_by_label("Quantidade").fill("100")
    pagina.get_by_label("Expedição").fill((exemplo.hoje() + timedelta(days=5)).isoformat())
    pagina.get_by_role("button", name="Ver efeito").click()
    efeito = pagina.locator(".workspace-efeito")
    expect(efeito).to_contain_text("nada foi salvo")
    expect(efeito.get_by_role("row", name=re.compile("Est.Min.D\\+7"))).to_contain_text("-40")
    fotografar(pagina, "5-workspace-efeito")
    conferir(pagina, da_api(api, pedido))
    assert da_api(api, pedido) == antes

    pagina.get_by_role("button", name="Salvar").click()
    pagina.wait_for_url("**alterado=*")
    depois = da_api(api, pedido)
    conferir(pagina, depois)
    assert [item["qtd_pre_separada"] for item in depois["itens"]] == [100, 0]
    assert (antes["itens"][0]["menor_estoque_7d"], depois["itens"][0]["menor_estoque_7d"]) == (-40, 60)
    expect(pagina.get_by_text("Est.Min.D+7 60 (antes -40)")).to_be_visible()
    expect(pagina.locator("#resposta-do-pedido")).to_have_text("Sim: o pedido inteiro sai na data.")
    expect(item(pagina, "E2E-5A")).to_contain_text("Sai na data")
    fotografar(pagina, "5-workspace-salvo")


def test_what_is_left_is_set_apart_and_given_back(pagina, api, pedido):
    pagina.goto(BUSCA + quote(pedido, safe="/"))
    pagina.get_by_role("link", name="Pré-separar E2E-5B").click()
    expect(pagina.get_by_label("Quantidade")).to_have_value("5")
    pagina.get_by_label("Quantidade").fill("5,5")
    pagina.get_by_role("button", name="Incluir").click()
    expect(pagina.get_by_role("alert")).to_contain_text("No máximo 5")
    pagina.get_by_label("Quantidade").fill("4,5")
    pagina.get_by_role("button", name="Incluir").click()
    pagina.wait_for_url("**alterado=*")
    conferir(pagina, da_api(api, pedido))
    assert str(da_api(api, pedido)["itens"][1]["qtd_pre_separada"]) == "4.5"
    pagina.get_by_role("link", name="Excluir a pré-separação de 4,5 de E2E-5B").click()
    fotografar(pagina, "5-workspace-excluir")
    pagina.get_by_role("button", name="Excluir").click()
    pagina.wait_for_url("**alterado=*")
    conferir(pagina, da_api(api, pedido))
    assert da_api(api, pedido)["itens"][1]["qtd_pre_separada"] == 0


def test_two_planners_do_not_overwrite_each_other(entrar, api, servidor):
    num = "E2E-52"
    linha = f"num_pedido;cod_produto;quantidade;saldo;expedicao\n{num};E2E-52;30;30;{em(2)}\n"
    servidor.importar("carteira", linha)
    pre = f"num_pedido;cod_produto;qtd_selecionada_usuario;data_expedicao_editada\n{num};E2E-52;10;{em(2)}\n"
    servidor.importar("pre_separacoes", pre)
    paginas = [entrar("planejador"), entrar("admin")]
    for pagina in paginas:
        pagina.goto(BUSCA + num)
        pagina.get_by_role("link", name="Alterar a pré-separação de 10").click()
    for pagina, quantidade in zip(paginas, ("11", "12"), strict=True):
        pagina.get_by_label("Quantidade").fill(quantidade)
        pagina.get_by_role("button", name="Salvar").click()
    primeiro, segundo = paginas
    primeiro.wait_for_url("**alterado=*")
    expect(segundo.get_by_role("alert")).to_contain_text("planejador em ")
    expect(segundo.get_by_role("alert")).to_contain_text("agora ela é de 11 para")
    assert da_api(api, num)["itens"][0]["qtd_pre_separada"] == 11
    fotografar(segundo, "5-workspace-conflito")


def test_the_demos_fullest_order_shows_the_apis_numbers(pagina, api):
    procurar(pagina, "VCD")
    num = pagina.locator(".pagina-tabela tbody th a").first.inner_text()
    pagina.get_by_role("link", name=num, exact=True).click()
    conferir(pagina, da_api(api, num))
    assert da_api(api, num)["itens"]


def test_an_unknown_order_leads_back_to_the_search(pagina, observador):
    observador.tolerar(404, f"{BUSCA}NADA")
    pagina.goto(f"{BUSCA}NADA/9")
    expect(pagina.get_by_role("heading", name="O pedido NADA/9 não existe na carteira")).to_be_visible()
    fotografar(pagina, "5-workspace-desconhecido")
    pagina.get_by_label("Número do pedido ou nome do cliente").fill("nada disso")
    pagina.get_by_role("button", name="Procurar").click()
    expect(pagina.get_by_text("Nenhum pedido tem isto")).to_be_visible()


def test_who_may_only_look_finds_nothing_to_change(entrar, pedido):
    pagina = entrar("consulta")
    pagina.goto(BUSCA + quote(pedido, safe="/"))
    expect(item(pagina, "E2E-5A")).to_contain_text("Pré-separação")
    expect(pagina.get_by_role("link", name=re.compile("^(Alterar|Excluir|Pré-separar) "))).to_have_count(0)
