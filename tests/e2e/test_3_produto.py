"""Task 3 of a planner: why is this cell -120?"""

import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import dia_e_mes, iso, numero
from tests.e2e.navegacao import fotografar

LISTA = "/admin/projecao/estoqueprojecaocache/"
COLUNAS = ("estoque_inicial", "saidas", "saldo", "producao", "estoque_final")
NOMES = {
    "separacao": "Separação",
    "pre_separacao": "Pré-separação",
    "carteira": "Linha da carteira",
    "producao": "Programação de produção",
}
QUANTIDADES = {
    "separacao": "qtd_saldo",
    "pre_separacao": "qtd_selecionada_usuario",
    "producao": "qtd_programada",
}
"""The field of a document's quantity. A line of the carteira counts with what is left of it, which no field holds."""

LER_DIAS = """dias => {
    const celulas = linha => [...linha.cells].map(celula => celula.innerText.trim());
    return dias.map(dia => ({
        celulas: celulas(dia.rows[0]),
        documentos: [...dia.querySelectorAll(".produto-documentos > tbody > tr")].map(celulas),
        links: [...dia.querySelectorAll(".produto-documentos td:first-child a")].map(link => link.getAttribute("href")),
    }));
}"""


def abrir(pagina: Page, procurado: str, cod: str) -> None:
    """As a planner does: search, and choose."""
    pagina.goto(f"{LISTA}?q={quote(procurado)}")
    pagina.get_by_role("link", name=cod, exact=True).click()
    pagina.get_by_role("button", name="Abrir todos os dias").click()


def ler_dias(pagina: Page) -> list[dict]:
    return pagina.locator("#dias-da-projecao > tbody").evaluate_all(LER_DIAS)


def campo(pagina: Page, rotulo: str) -> str:
    linha = pagina.locator(".field-line", has=pagina.get_by_text(rotulo, exact=True))
    return linha.locator(".readonly").inner_text()


@pytest.fixture(scope="module")
def cods(api) -> dict[str, str]:
    """Of the demo: what breaks first, what has a unified code, what has most documents. And the example."""
    produtos = [produto["cod_produto"] for produto in api.tudo("estoque")]
    unificado = next(cod for cod in produtos if cod != exemplo.COD and len(api.produto(cod, "projecao")["codigos"]) > 1)
    quebra = api.get("estoque/rupturas", page_size=1)["results"][0]["cod_produto"]
    return {"quebra": quebra, "unificado": unificado, "exemplo": exemplo.COD}


@pytest.mark.parametrize("qual", ["quebra", "unificado", "exemplo"])
def test_29_days_and_their_documents_are_the_apis(pagina, api, cods, qual):
    cod = cods[qual]
    detalhe = api.produto(cod, "cardex-detalhado")
    abrir(pagina, cod, cod)
    mostrados = ler_dias(pagina)
    assert len(mostrados) == len(detalhe["cardex"]) == 29
    assert any(dia["documentos"] for dia in detalhe["cardex"])
    for mostrado, dia in zip(mostrados, detalhe["cardex"], strict=True):
        nome, data, *quantias, quantos = mostrado["celulas"]
        assert nome == ("Hoje" if dia["dia"] == 0 else f"D+{dia['dia']}")
        assert dia_e_mes(data) == f"{iso(dia['data']):%d/%m}"
        assert [numero(quantia) for quantia in quantias] == [dia[coluna] for coluna in COLUNAS]
        conferir_documentos(mostrado["documentos"], dia)
        atrasados = sum(documento["atrasado"] for documento in dia["documentos"])
        assert quantos.split() == contagem(len(dia["documentos"]), atrasados)
    fotografar(pagina, f"3-produto-{qual}")


def contagem(documentos: int, atrasados: int) -> list[str]:
    partes = [str(documentos or "–")]
    return partes + ([str(atrasados), "atrasado" if atrasados == 1 else "atrasados"] if atrasados else [])


def conferir_documentos(linhas: list[list[str]], dia: dict) -> None:
    """Each is the API's; together they are the cells, and their running balance ends at the last of these."""
    if not dia["documentos"]:
        assert not linhas
        assert dia["saidas"] == dia["producao"] == 0
        return
    (rotulo, inicial), *linhas = linhas
    assert (rotulo, numero(inicial)) == ("Estoque inicial", dia["estoque_inicial"])
    saldo, somas = dia["estoque_inicial"], {True: Decimal(0), False: Decimal(0)}
    for linha, documento in zip(linhas, dia["documentos"], strict=True):
        origem, pedido, cliente, local, data, qtd, depois = linha
        de_producao = documento["origem"] == "producao"
        assert origem.startswith(NOMES[documento["origem"]])
        assert origem.endswith(documento["separacao_lote_id"] or "")
        assert (pedido, cliente) == (documento["num_pedido"] or "–", documento["cliente"] or "–")
        lugar = "/".join(filter(None, (documento["cidade"], documento["uf"]))) or documento["linha_producao"] or "–"
        assert local == lugar
        original = documento["data_original"]
        assert data.startswith(f"{iso(original):%d/%m/%Y}" if original else "sem data")
        assert ("atrasado" in data) == documento["atrasado"]
        assert qtd[0] == ("+" if de_producao else "-")
        assert numero(qtd[1:]) == documento["qtd"]
        somas[de_producao] += documento["qtd"]
        saldo += documento["qtd"] if de_producao else -documento["qtd"]
        assert numero(depois) == saldo
    assert (somas[False], somas[True], saldo) == (dia["saidas"], dia["producao"], dia["estoque_final"])


def test_figures_and_chart_are_the_apis(pagina, api):
    projecao = api.produto(exemplo.COD, "projecao")
    abrir(pagina, "palmito vd 12x300", exemplo.COD)
    expect(pagina.locator(".produto-titulo")).to_have_text(f"{exemplo.COD} {projecao['nome_produto']}")
    assert projecao["nome_produto"] == exemplo.NOME
    assert campo(pagina, "Status").upper() == projecao["status_ruptura"] == "CRÍTICO"
    assert dia_e_mes(campo(pagina, "Ruptura")) == f"{iso(projecao['dia_ruptura']):%d/%m}"
    for rotulo, nome in {
        "Est.Hoje": "estoque_atual",
        "Est.Min.D+7": "menor_estoque_7d",
        "Est.Min.D+28": "menor_estoque_28d",
        "Prod.Hoje": "producao_hoje",
        "Saídas atrasadas": "saidas_atrasadas",
        "Saídas sem data": "saidas_sem_data",
    }.items():
        assert numero(campo(pagina, rotulo)) == projecao[nome]
    dicas = pagina.locator(".grafico-alvo title").all_text_contents()
    lidas = [re.fullmatch(r"(.*): saídas (.*), produção (.*), estoque final (.*)", dica).groups() for dica in dicas]
    assert [(dia_e_mes(data), *map(numero, quantias)) for data, *quantias in lidas] == [
        (f"{iso(dia['data']):%d/%m}", dia["saidas"], dia["producao"], dia["estoque_final"])
        for dia in projecao["projecao"]
    ]
    negativos = sum(dia["estoque_final"] < 0 for dia in projecao["projecao"])
    assert pagina.locator(".produto-grafico .grafico-negativo").count() == negativos == 2


def test_the_example_is_what_its_files_say(api):
    finais = [dia["estoque_final"] for dia in api.produto(exemplo.COD, "projecao")["projecao"]]
    assert [finais[dia] for dia in (0, 2, 3, 5, 10)] == [
        Decimal(final) for final in ("1504.25", "423.875", "-76.125", "1923.875", "1673.875")
    ]


def test_every_document_opens_its_record(pagina, api):
    detalhe = api.produto(exemplo.COD, "cardex-detalhado")
    documentos = [documento for dia in detalhe["cardex"] for documento in dia["documentos"]]
    assert {documento["origem"] for documento in documentos} == set(NOMES)
    abrir(pagina, exemplo.COD, exemplo.COD)
    links = [link for dia in ler_dias(pagina) for link in dia["links"]]
    for link, documento in zip(links, documentos, strict=True):
        pagina.goto(link)
        expect(pagina.locator("#id_cod_produto")).to_have_value(documento["cod_produto"])
        if documento["num_pedido"]:
            expect(pagina.locator("#id_num_pedido")).to_have_value(documento["num_pedido"])
        if documento["origem"] in QUANTIDADES:
            quantidade = pagina.locator(f"#id_{QUANTIDADES[documento['origem']]}").input_value()
            assert numero(quantidade) == documento["qtd"]


def test_a_day_is_closed_until_it_is_asked_about(pagina):
    pagina.goto(f"{LISTA}?q={quote(exemplo.COD)}")
    pagina.get_by_role("link", name=exemplo.COD, exact=True).click()
    dia = pagina.get_by_role("button", name="D+3", exact=True)
    pedido = pagina.get_by_role("cell", name="VCD99004", exact=True)
    expect(pedido).to_be_hidden()
    dia.focus()
    pagina.keyboard.press("Enter")
    expect(pedido).to_be_visible()
    expect(dia).to_have_attribute("aria-expanded", "true")
    endereco = pagina.url
    pagina.goto("/admin/")
    pagina.goto(f"{endereco}#dia-3")
    expect(pedido).to_be_visible()


def test_what_has_no_date_adds_up_apart(pagina, api):
    detalhe = api.produto(exemplo.COD, "cardex-detalhado")
    abrir(pagina, exemplo.COD, exemplo.COD)
    total = sum(documento["qtd"] for documento in detalhe["sem_data"])
    assert numero(pagina.locator("#titulo-sem-data").inner_text().removeprefix("Sem data: ")) == total
    assert total == api.produto(exemplo.COD, "projecao")["saidas_sem_data"]
    expect(pagina.locator("#sem-data")).to_contain_text("VCD99006")


def test_an_old_code_answers_as_the_product_that_it_is_now(pagina, api):
    abrir(pagina, exemplo.ANTIGO, exemplo.COD)
    pagina.get_by_text("Cálculo", exact=True).click()
    assert campo(pagina, "Códigos contados").split(", ") == api.produto(exemplo.ANTIGO, "projecao")["codigos"]
    do_antigo = pagina.locator("tr", has_text=f"código {exemplo.ANTIGO}").last
    expect(do_antigo).to_contain_text("VCD99003")
    assert api.produto(exemplo.ANTIGO, "cardex-detalhado") == api.produto(exemplo.COD, "cardex-detalhado")


def test_what_was_just_imported_is_there_at_once(pagina, servidor):
    servidor.importar(
        "movimentacoes",
        "tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\n"
        f"AJUSTE;45902-B;{exemplo.hoje():%d/%m/%Y};12,5\n",
    )
    # Its row is written by the worker, in moments: only then is it in the list.
    for _ in range(20):
        pagina.goto(f"{LISTA}?q=45902-B")
        if pagina.get_by_role("link", name="45902-B", exact=True).count():
            break
    pagina.get_by_role("link", name="45902-B", exact=True).click()
    assert campo(pagina, "Est.Hoje") == "12,5"
    linha = f"num_pedido;cod_produto;quantidade;saldo;expedicao\nVCD99007;45902-B;20;20;{exemplo.hoje():%d/%m/%Y}\n"
    servidor.importar("carteira", linha)
    pagina.reload()
    assert campo(pagina, "Est.Min.D+7") == "-7,5"
    pagina.get_by_role("button", name="Hoje", exact=True).click()
    expect(pagina.get_by_role("cell", name="VCD99007", exact=True)).to_be_visible()
