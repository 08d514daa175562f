"""Task 2 of a planner: show me everything at once."""

import csv
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import dia_e_mes, iso, numero
from tests.e2e.navegacao import fotografar
from tests.e2e.preparar import SEM_ACESSO

PORTFOLIO = "/admin/projecao/estoqueprojecaocache/portfolio"
FIGURAS = ("estoque_atual", "menor_estoque_7d", "producao_hoje")
ROTULOS = {"CRÍTICO": "Crítico", "ATENÇÃO": "Atenção", "OK": "OK"}
NIVEIS = {"negativo", "abaixo", "confortavel"}

LER = """linhas => linhas.map(linha => [...linha.cells].map(celula => {
    const dono = celula.querySelector("a") ?? celula.querySelector("span") ?? celula;
    return {texto: dono.firstChild?.textContent.trim() ?? "", nivel: celula.className,
            link: celula.querySelector("a")?.getAttribute("href")};
}))"""


def ler(pagina: Page) -> list[dict]:
    """The rows of the table, as they are read."""
    linhas = pagina.locator("#portfolio-tabela > tbody > tr").evaluate_all(LER)
    return [
        {
            "cod": celulas[0]["texto"],
            "nome": celulas[1]["texto"],
            "linha": celulas[2]["texto"],
            "status": celulas[3]["texto"],
            "ruptura": celulas[4]["texto"],
            "figuras": [numero(celula["texto"]) for celula in celulas[5:8]],
            "dias": celulas[8:37],
        }
        for celulas in linhas
    ]


def cods(linhas: list[dict]) -> list[str]:
    return [linha.get("cod") or linha["cod_produto"] for linha in linhas]


def rompe(texto: str) -> str | None:
    return None if texto == "–" else dia_e_mes(texto)


def test_every_number_is_the_apis(pagina, api):
    pagina.goto("/admin/")
    pagina.get_by_role("link", name="Portfólio").click()
    expect(pagina.locator("#portfolio-total")).to_be_visible()
    mostradas = ler(pagina)
    itens = api.get("estoque", ordering="dia_ruptura", page_size=50)
    assert pagina.locator("#portfolio-total").inner_text() == f"{itens['count']} produtos"
    assert cods(mostradas) == cods(itens["results"])
    vistos = set()
    for mostrada, item in zip(mostradas, itens["results"], strict=True):
        assert (mostrada["nome"], mostrada["status"]) == (item["nome_produto"], ROTULOS[item["status_ruptura"]])
        assert mostrada["figuras"] == [item[campo] for campo in FIGURAS]
        assert rompe(mostrada["ruptura"]) == (item["dia_ruptura"] and f"{iso(item['dia_ruptura']):%d/%m}")
        dias = api.produto(item["cod_produto"], "projecao")["projecao"]
        assert [numero(dia["texto"]) for dia in mostrada["dias"]] == [dia["estoque_final"] for dia in dias]
        for mostrado, dia in zip(mostrada["dias"], dias, strict=True):
            assert (mostrado["nivel"] == "negativo") == (dia["estoque_final"] < 0)
            vistos.add(mostrado["nivel"])
    assert vistos == NIVEIS
    fotografar(pagina, "2-portfolio")


@pytest.mark.parametrize(("titulo", "campo"), [("D+5", "dia_5"), ("Est.Min.D+7", "menor_estoque_7d")])
def test_a_header_sorts_both_ways(pagina, api, titulo, campo):
    pagina.goto(PORTFOLIO)
    for ordem, sentido in ((campo, "ascending"), (f"-{campo}", "descending")):
        coluna = pagina.locator("#portfolio-tabela thead th", has_text=titulo).first
        coluna.get_by_role("link").click()
        pagina.wait_for_url(f"**ordering={ordem}*")
        expect(pagina.locator("#portfolio-tabela thead th", has_text=titulo).first).to_have_attribute(
            "aria-sort", sentido
        )
        mostradas = ler(pagina)
        assert cods(mostradas) == cods(api.get("estoque", ordering=ordem, page_size=50)["results"])
        if campo == "dia_5":
            finais = [numero(linha["dias"][5]["texto"]) for linha in mostradas]
            assert finais == sorted(finais, reverse=sentido == "descending")


def test_filters_add_up_and_come_off_one_by_one(pagina, api):
    pagina.goto(f"{PORTFOLIO}?ordering=-dia_3&status_ruptura=CRÍTICO&page_size=200")
    alvo = next(mostrada for mostrada in ler(pagina) if "–" not in (mostrada["linha"], mostrada["ruptura"]))
    palavra, linha = alvo["nome"].split()[0].lower(), alvo["linha"]
    ate = iso(api.produto(alvo["cod"], "projecao")["dia_ruptura"])
    pagina.goto(f"{PORTFOLIO}?ordering=-dia_3")
    pagina.get_by_label("Código ou nome").fill(palavra)
    pagina.get_by_label("Crítico").check()
    pagina.get_by_label("Ruptura até").fill(ate.isoformat())
    pagina.get_by_label("Linha de produção").select_option(linha)
    pagina.get_by_role("button", name="Filtrar").click()
    pagina.wait_for_url("**status_ruptura=*")
    filtros = {"busca": palavra, "status_ruptura": "CRÍTICO", "dia_ruptura_ate": ate.isoformat()}
    conferir_lista(pagina, api, ordering="-dia_3", linha_producao=linha, **filtros)
    assert {mostrada["linha"] for mostrada in ler(pagina)} == {linha}
    fotografar(pagina, "2-portfolio-filtrado")
    pagina.get_by_role("link", name=f"Tirar o filtro Linha: {linha}").click()
    expect(pagina.get_by_role("link", name="Tirar o filtro")).to_have_count(3)
    conferir_lista(pagina, api, ordering="-dia_3", **filtros)
    pagina.get_by_role("link", name="Limpar filtros").click()
    expect(pagina.get_by_role("link", name="Tirar o filtro")).to_have_count(0)
    conferir_lista(pagina, api, ordering="dia_ruptura")


def conferir_lista(pagina: Page, api, **consulta) -> None:
    da_api = api.get("estoque", page_size=50, **consulta)
    assert da_api["count"] > 0
    assert cods(ler(pagina)) == cods(da_api["results"])
    assert numero(pagina.locator("#portfolio-total").inner_text().split()[0]) == da_api["count"]


def test_a_unified_code_finds_its_product_and_its_day_opens(pagina, api):
    pagina.goto(f"{PORTFOLIO}?busca={exemplo.ANTIGO}")
    [mostrada] = ler(pagina)
    assert (mostrada["cod"], mostrada["nome"], mostrada["linha"]) == (exemplo.COD, exemplo.NOME, "LINHA 2")
    pagina.locator("#portfolio-tabela td.negativo a").first.click()
    expect(pagina).to_have_url(re.compile(r"/change/#dia-3$"))
    assert api.produto(exemplo.COD, "projecao")["projecao"][3]["estoque_final"] == Decimal("-76.125")
    expect(pagina.locator("#dia-3")).to_be_in_viewport()
    expect(pagina.locator("#dia-3")).to_contain_text("-76,125")


@pytest.mark.parametrize("formato", ["CSV", "XLSX"])
def test_a_file_is_the_page(pagina, tmp_path, formato):
    pagina.goto(f"{PORTFOLIO}?ordering=-dia_7&status_ruptura=CRÍTICO&page_size=200")
    with pagina.expect_download() as esperado:
        pagina.get_by_role("link", name=f"Baixar {formato}").click()
    arquivo = tmp_path / esperado.value.suggested_filename
    assert arquivo.suffix == f".{formato.lower()}"
    esperado.value.save_as(arquivo)
    cabecalho, *linhas = ler_csv(arquivo) if formato == "CSV" else ler_xlsx(arquivo)
    assert (cabecalho[0], cabecalho[8]) == ("Código", f"D0 {exemplo.hoje():%d/%m/%Y}")
    mostradas = ler(pagina)
    assert 0 < len(mostradas) == len(linhas)
    for mostrada, linha in zip(mostradas, linhas, strict=True):
        textos = [mostrada[campo] for campo in ("cod", "nome", "linha", "status")]
        assert [linha[0], linha[1], linha[2] or "–", linha[3]] == textos
        assert linha[5:] == [*mostrada["figuras"], *(numero(dia["texto"]) for dia in mostrada["dias"])]


def ler_csv(arquivo):
    with arquivo.open(encoding="utf-8-sig", newline="") as texto:
        cabecalho, *linhas = csv.reader(texto, delimiter=";")
    return [cabecalho, *([*linha[:5], *(Decimal(valor.replace(",", ".")) for valor in linha[5:])] for linha in linhas)]


def ler_xlsx(arquivo):
    cabecalho, *linhas = load_workbook(arquivo)["Portfólio"].iter_rows(values_only=True)
    return [cabecalho, *([*linha[:5], *(Decimal(str(valor)) for valor in linha[5:])] for linha in linhas)]


def test_header_and_first_columns_stay_while_the_table_scrolls(pagina):
    pagina.goto(PORTFOLIO)
    fixos = [
        pagina.locator("#portfolio-tabela thead .portfolio-cod_produto"),
        pagina.locator("#portfolio-tabela thead .portfolio-nome_produto"),
    ]
    antes = [fixo.bounding_box() for fixo in fixos]
    pagina.locator(".portfolio-rolagem").evaluate("caixa => caixa.scrollTo(900, 400)")
    assert [fixo.bounding_box() for fixo in fixos] == antes
    do_dia = pagina.locator("#portfolio-tabela thead .portfolio-dia").first.bounding_box()
    assert do_dia["y"] == antes[0]["y"]


def test_what_finds_nothing_or_says_nothing_is_told(pagina):
    pagina.goto(f"{PORTFOLIO}?busca=nadadisso")
    expect(pagina.get_by_role("heading", name="Nenhum produto com estes filtros")).to_be_visible()
    fotografar(pagina, "2-portfolio-nada")
    pagina.goto(f"{PORTFOLIO}?dia_ruptura_ate=ontem")
    expect(pagina.get_by_role("alert")).to_contain_text("Esta data não existe")
    fotografar(pagina, "2-portfolio-recusado")
    pagina.get_by_role("link", name="Ver todos os produtos").click()
    expect(pagina.locator("#portfolio-tabela")).to_be_visible()


def test_on_a_phone_filters_are_folded(pagina):
    pagina.set_viewport_size({"width": 390, "height": 844})
    pagina.goto(PORTFOLIO)
    expect(pagina.get_by_label("Código ou nome")).to_be_hidden()
    pagina.locator(".portfolio-filtros summary").click()
    pagina.get_by_label("Código ou nome").fill("palmito")
    pagina.get_by_label("Código ou nome").press("Enter")
    pagina.wait_for_url("**busca=palmito*")
    expect(pagina.locator(".portfolio-filtros summary")).to_have_text("Filtros (1)")


def test_who_may_not_see_projections_is_refused(entrar, observador):
    pagina = entrar(SEM_ACESSO)
    pagina.goto("/admin/")
    expect(pagina.get_by_role("link", name="Portfólio")).to_have_count(0)
    observador.tolerar(403, PORTFOLIO)
    assert pagina.goto(PORTFOLIO).status == 403
