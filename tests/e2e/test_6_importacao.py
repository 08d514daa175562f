"""Task 6 of a planner: import what the ERP sent me. The worker is real: nothing here runs a work."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exemplo
from tests.e2e.leitura import numero, tabela
from tests.e2e.navegacao import fotografar

LISTA, ENVIAR = "/admin/projecao/importacao/", "/admin/projecao/importacao/add/"
MOVIMENTOS = "tipo_movimentacao;cod_produto;nome_produto;data_movimentacao;qtd_movimentacao\n"
ESPERA_DO_WORKER = 60_000
"""Milliseconds: the sweep that begins what no bell rang for comes every 30 s."""
SOLTAR = """([alvo, nome, texto]) => {
    const transporte = new DataTransfer();
    transporte.items.add(new File([texto], nome));
    for (const evento of ["dragenter", "dragover", "drop"]) {
        alvo.dispatchEvent(new DragEvent(evento, { dataTransfer: transporte, bubbles: true, cancelable: true }));
    }
}"""


@pytest.fixture
def arquivo(tmp_path):
    def escrever(nome: str, texto: str) -> Path:
        (tmp_path / nome).write_text(texto, encoding="cp1252")
        return tmp_path / nome

    return escrever


def enviar(pagina: Page, arquivo: Path, **opcoes: str) -> None:
    pagina.goto(ENVIAR)
    pagina.get_by_label("Arquivo", exact=True).set_input_files(arquivo)
    for rotulo in opcoes.values():
        pagina.get_by_label(rotulo).check()
    pagina.get_by_role("button", name="Enviar e conferir").click()
    pagina.wait_for_url(re.compile(rf"{LISTA}\d+/change/"))


def esperar(pagina: Page, situacao: str) -> None:
    """The page comes anew by itself."""
    expect(pagina.locator("#importacao")).to_have_attribute("data-situacao", situacao, timeout=ESPERA_DO_WORKER)


def figuras(pagina: Page) -> dict[str, Decimal]:
    lidas = pagina.locator(".importacao-figuras > li").evaluate_all(
        "itens => itens.map(item => [item.id, item.querySelector('.importacao-valor').innerText])"
    )
    return {chave.removeprefix("figura-"): numero(valor) for chave, valor in lidas if valor != "0"}


def movimentos(*linhas: tuple[str, str, str]) -> str:
    dia = f"{exemplo.hoje() - timedelta(days=1):%d/%m/%Y}"
    return MOVIMENTOS + "".join(f"{tipo};{cod};PALMITO {cod};{dia};{qtd}\n" for tipo, cod, qtd in linhas)


def test_from_the_file_to_the_stock(pagina, api, arquivo):
    recusado = api.recusa(404, "estoque/IMP-1/atual")
    assert recusado["status"] == 404
    enviar(pagina, arquivo("maio.csv", movimentos(("ENTRADA", "IMP-1", "1.489,5"), ("SAÍDA", "IMP-1", "-89,25"))))
    esperar(pagina, "a_confirmar")
    assert figuras(pagina) == {"novas": 2}
    assert "IMP-1" in tabela(pagina.locator("#diferencas"))[0][2]
    fotografar(pagina, "6-importacao-conferida")
    api.recusa(404, "estoque/IMP-1/atual")  # nothing is stored yet
    pagina.get_by_role("button", name="Confirmar e gravar").click()
    esperar(pagina, "gravada")
    assert figuras(pagina) == {"novas": 2}
    assert api.produto("IMP-1", "atual")["estoque"] == Decimal("1400.25")
    fotografar(pagina, "6-importacao-gravada")

    # Found again later, and the same file has nothing to store.
    pagina.goto(f"{LISTA}?q=maio")
    pagina.get_by_role("link", name="maio.csv").click()
    expect(pagina.get_by_role("heading", name="Importado: 2 novas")).to_be_visible()
    enviar(pagina, arquivo("outra vez.csv", movimentos(("ENTRADA", "IMP-1", "1.489,5"), ("SAÍDA", "IMP-1", "-89,25"))))
    esperar(pagina, "sem_mudancas")
    assert figuras(pagina) == {"iguais": 2}


def test_bad_rows_are_named_and_the_good_ones_may_come_in(pagina, api, arquivo):
    linhas = movimentos(("ENTRADA", "IMP-2", "10"), ("ENTRADA", "IMP-2", "muito"), ("ENTRADA", "IMP-2", "-5"))
    enviar(pagina, arquivo("ruim.csv", linhas))
    esperar(pagina, "recusada")
    erros = tabela(pagina.locator("#erros"))
    assert erros[0] == ["3", "qtd_movimentacao", '"muito" não é um número']
    assert erros[1][:2] == ["4", "qtd_movimentacao"]
    expect(pagina.get_by_role("button", name="Confirmar e gravar")).to_have_count(0)
    fotografar(pagina, "6-importacao-recusada")
    with pagina.expect_download() as baixado:
        pagina.get_by_role("link", name="Baixar os erros em CSV").click()
    assert Path(baixado.value.path()).read_text("utf-8-sig").count("qtd_movimentacao") == 2
    pagina.get_by_role("button", name="Importar só as linhas boas").click()
    esperar(pagina, "a_confirmar")
    pagina.get_by_role("button", name="Confirmar e gravar").click()
    esperar(pagina, "gravada")
    assert figuras(pagina) == {"novas": 1, "linhas_com_erro": 2}
    assert api.produto("IMP-2", "atual")["estoque"] == 10


def test_a_changed_plan_shows_old_and_new_and_what_goes(pagina, api, servidor, arquivo):
    dia = exemplo.hoje() + timedelta(days=25)
    cabecalho = "data_programacao;cod_produto;linha_producao;qtd_programada\n"
    servidor.importar("producao", cabecalho + f"{dia:%d/%m/%Y};IMP-3;L1;1.489\n{dia:%d/%m/%Y};IMP-4;L1;7\n")
    # The plan of that day is the demo's too: all of it that the file lacks goes, and is put back.
    restantes = figuras_do_dia(api, dia)
    novo = cabecalho + f"{dia:%d/%m/%Y};IMP-3;L1;1.500,5\n"
    enviar(pagina, arquivo("plano.csv", novo), tudo="O arquivo é tudo o que existe")
    esperar(pagina, "a_confirmar")
    lidas = tabela(pagina.locator("#diferencas"))
    acoes = [linha[0] for linha in lidas]
    assert acoes == sorted(acoes, key=["Retirada", "Alterada", "Nova"].index)
    assert re.search(r"1\.489\s*→\s*(passa a\s*)?1\.500,5", lidas[acoes.index("Alterada")][3])
    assert any("IMP-4" in linha[2] for linha in lidas if linha[0] == "Retirada")
    pagina.get_by_role("button", name="Descartar").click()
    esperar(pagina, "descartada")
    assert figuras_do_dia(api, dia) == restantes


def figuras_do_dia(api, dia) -> list[Decimal]:
    projecoes = [api.produto(cod, "projecao")["projecao"] for cod in ("IMP-3", "IMP-4")]
    return [dia_["producao"] for projecao in projecoes for dia_ in projecao if dia_["data"] == dia.isoformat()]


def test_a_file_is_dropped(pagina):
    pagina.goto(ENVIAR)
    fotografar(pagina, "6-importacao-envio")
    alvo = pagina.locator("[data-alvo]").element_handle()
    pagina.evaluate(SOLTAR, [alvo, "solto.csv", movimentos(("ENTRADA", "IMP-5", "1"))])
    expect(pagina.locator("[data-escolhido]")).to_have_text("solto.csv")
    pagina.get_by_role("button", name="Enviar e conferir").click()
    esperar(pagina, "a_confirmar")
    expect(pagina.get_by_role("heading", name="A gravar: 1 nova")).to_be_visible()


def test_progress_is_shown_while_the_worker_is_at_it(pagina, arquivo):
    produtos = "cod_produto;nome_produto\n" + "".join(f"IMPP{n};PRODUTO {n}\n" for n in range(60_000))
    enviar(pagina, arquivo("muitos.csv", produtos))
    expect(pagina.get_by_role("progressbar", name="Andamento")).to_be_visible()
    expect(pagina.get_by_role("status")).to_contain_text(re.compile(r"(Lendo|Comparando): [\d.]+ de 60\.000"))
    esperar(pagina, "a_confirmar")
    assert figuras(pagina) == {"novas": 60_000}
    expect(pagina.get_by_text("Mostrando 200 de 60.000 mudanças")).to_be_visible()
    pagina.get_by_role("button", name="Descartar").click()
    esperar(pagina, "descartada")


def test_what_cannot_be_a_file_is_said_at_the_form(pagina, arquivo):
    for nome, texto, motivo in (
        ("foto.png", "x", "Um arquivo .png não pode ser importado"),
        ("outro.csv", "a;b\n1;2\n", "não são de nenhum tipo de arquivo conhecido"),
    ):
        pagina.goto(ENVIAR)
        pagina.get_by_label("Arquivo", exact=True).set_input_files(arquivo(nome, texto))
        pagina.get_by_role("button", name="Enviar e conferir").click()
        expect(pagina.get_by_role("alert")).to_contain_text(motivo)
    fotografar(pagina, "6-importacao-erro-no-envio")


def test_consulta_looks_and_decides_nothing(entrar, observador):
    pagina = entrar("consulta")
    pagina.goto(LISTA)
    fotografar(pagina, "6-importacao-lista")
    expect(pagina.get_by_role("link", name="Importar arquivo")).to_have_count(0)
    observador.tolerar(403, ENVIAR)
    assert pagina.goto(ENVIAR).status == 403
