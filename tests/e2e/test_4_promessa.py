"""Task 4 of a planner: can I promise 500 for Friday?"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import dia_e_mes, iso, numero
from tests.e2e.navegacao import fotografar

LISTA = "/admin/projecao/estoqueprojecaocache/"
NENHUM = "Em nenhum dos 29 dias"
LER_RESPOSTA = """itens => Object.fromEntries(itens.map(
    item => [item.querySelector("dt").innerText, item.querySelector("dd").innerText]
))"""


@pytest.fixture
def produto(pagina):
    pagina.goto(LISTA + "?q=4590/1")
    pagina.get_by_role("link", name=exemplo.COD, exact=True).click()
    return pagina


def resposta_de(pagina: Page):
    return pagina.get_by_role("region", name="Posso prometer?").get_by_role("status")


def perguntar(pagina: Page, quantidade: str, dia: date | None) -> None:
    pagina.get_by_label("Quantidade").fill(quantidade)
    pagina.get_by_label("Data", exact=True).fill(dia.isoformat() if dia else "")
    pagina.get_by_role("button", name="Ver disponibilidade").click()
    pagina.wait_for_url("**quantidade=*")


def conferir(pagina: Page, resposta: dict) -> None:
    """What the page answers is what /disponibilidade did."""
    lida = pagina.locator(".produto-resposta dl > div").evaluate_all(LER_RESPOSTA)
    do_dia = f"{iso(resposta['data']):%d/%m}"
    assert set(lida) == {"Disponível", "Data firme", f"Estoque em {do_dia}", f"Falta em {do_dia}"}
    assert numero(lida[f"Estoque em {do_dia}"]) == resposta["estoque_na_data"]
    assert numero(lida[f"Falta em {do_dia}"]) == resposta["falta"]
    for rotulo, campo in (("Disponível", "data_disponivel"), ("Data firme", "data_disponivel_firme")):
        if resposta[campo] is None:
            assert lida[rotulo] == NENHUM
        else:
            assert dia_e_mes(lida[rotulo]) == f"{iso(resposta[campo]):%d/%m}"


@pytest.mark.parametrize(
    ("qtd", "n", "frase"),
    [
        ("500", 0, "Há 500 em .*, mas parte já tem destino"),
        ("500", 3, r"Não: em .* faltam 576,125 para 500\."),
        ("1.489,5", 6, "Sim: 1.489,5 em .*, sem faltar a nenhum outro pedido"),
        ("5.000", 28, r"Não: em .* faltam 3\.326,125 para 5\.000\."),
    ],
)
def test_the_answer_is_the_apis(produto, api, qtd, n, frase):
    dia = exemplo.hoje() + timedelta(days=n)
    perguntar(produto, qtd, dia)
    conferir(produto, api.produto(exemplo.COD, "disponibilidade", qtd=str(numero(qtd)), data=dia.isoformat()))
    expect(resposta_de(produto)).to_contain_text(re.compile(frase))


def test_how_answers_look(produto):
    for nome, dias in {"com-destino": 0, "nao": 3, "sim": 6, "recusada": 29}.items():
        perguntar(produto, "500", exemplo.hoje() + timedelta(days=dias))
        fotografar(produto, f"4-promessa-{nome}")


def test_without_a_date_it_is_today(produto, api):
    perguntar(produto, "1.504,251", None)
    resposta = api.produto(exemplo.COD, "disponibilidade", qtd="1504.251")
    assert iso(resposta["data"]) == exemplo.hoje()
    conferir(produto, resposta)
    expect(resposta_de(produto)).to_contain_text("faltam 0,001")


def test_every_product_of_the_demo_promises_what_the_api_does(pagina, api):
    for ruptura in api.get("estoque/rupturas", page_size=5)["results"]:
        cod, dia = ruptura["cod_produto"], exemplo.hoje() + timedelta(days=7)
        pagina.goto(f"{LISTA}{cod}/change/?quantidade=77&data={dia}")
        conferir(pagina, api.produto(cod, "disponibilidade", qtd="77", data=dia.isoformat()))


def test_the_enter_key_asks(produto):
    produto.get_by_label("Quantidade").fill("1")
    produto.keyboard.press("Enter")
    expect(resposta_de(produto)).to_contain_text("1 em")


@pytest.mark.parametrize(
    ("qtd", "erro"),
    [
        ("", "Escreva a quantidade."),
        ("muito", "Escreva um número, como 500 ou 1.489,5."),
        ("12.5", "Escreva os decimais com vírgula"),
        ("0", "A quantidade deve ser maior que zero."),
        ("-3", "A quantidade deve ser maior que zero."),
        ("1.234.567.890.123", "12 dígitos"),
    ],
)
def test_what_is_no_quantity_is_said_beside_it(produto, qtd, erro):
    perguntar(produto, qtd, exemplo.hoje())
    expect(produto.get_by_label("Quantidade")).to_have_accessible_description(re.compile(erro))
    expect(produto.locator(".produto-resposta")).to_have_count(0)


@pytest.mark.parametrize("dias", [-1, 29])
def test_a_day_that_is_not_projected_is_refused_as_by_the_api(produto, api, dias):
    dia = exemplo.hoje() + timedelta(days=dias)
    perguntar(produto, "5", dia)
    problema = api.recusa(400, f"estoque/{exemplo.COD}/disponibilidade", qtd="5", data=dia.isoformat())
    expect(produto.get_by_role("alert")).to_have_text(problema["detail"])
    expect(produto.locator(".produto-resposta")).to_have_count(0)
