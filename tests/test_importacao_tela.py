"""The import screen (issue 3, task 6) with the files of every app: form, preview, confirmation, permissions."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from carteira.models import CarteiraPrincipal
from producao.models import ProgramacaoProducao
from projecao import exportacao, importacoes, trabalhos
from projecao.admin import importacao_envio
from projecao.conf import hoje
from projecao.importacao.registro import planilhas
from projecao.models import Importacao, Produto, Situacao, Trabalho

pytestmark = pytest.mark.django_db

ENVIAR, LISTA = "/admin/projecao/importacao/add/", "/admin/projecao/importacao/"
PRODUTOS = "cod_produto;nome_produto;peso_bruto\nA;Palmito;1.489,5\nB;Azeitona;2\n"
RUIM = PRODUTOS + "C;Cogumelo;muito\n"
CARTEIRA = "num_pedido;cod_produto;qtd_produto_pedido;qtd_saldo_produto_pedido\n"
ORDEM = ("produtos", "unificacao", "movimentacoes", "carteira", "pedidos", "separacoes", "pre_separacoes", "producao")


def entrar(*nomes_de_grupos, nome="pessoa"):
    usuario = User.objects.create_user(nome, password="x", is_staff=True)
    usuario.groups.set(Group.objects.filter(name__in=nomes_de_grupos))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


@pytest.fixture
def planejador():
    return entrar("Planejadores")


def enviar(cliente, conteudo, nome="arquivo.csv", **dados):
    conteudo = conteudo.encode() if isinstance(conteudo, str) else conteudo
    return cliente.post(ENVIAR, {"arquivo": SimpleUploadedFile(nome, conteudo), "tipo": "", **dados})


def conferir(cliente, conteudo, nome="arquivo.csv", **dados) -> Importacao:
    resposta = enviar(cliente, conteudo, nome, **dados)
    assert resposta.status_code == 302, erros(resposta)
    trabalhos.executar_pendentes()
    importacao = ultima()
    assert resposta.url == url(importacao)
    return importacao


def ultima() -> Importacao:
    return Importacao.objects.com_situacao().latest("id")


def reler(importacao) -> Importacao:
    return Importacao.objects.com_situacao().get(pk=importacao.pk)


def url(importacao, acao="change"):
    return reverse(f"admin:projecao_importacao_{acao}", args=[importacao.pk])


def confirmar(cliente, importacao):
    resposta = cliente.post(url(importacao, "confirmar"), {"conferencia": importacao.conferencia_id})
    trabalhos.executar_pendentes()
    return resposta


def pagina(cliente, importacao) -> str:
    resposta = cliente.get(url(importacao))
    assert resposta.status_code == 200
    return re.sub(r"\s+", " ", unescape(resposta.content.decode()))


def figuras(cliente, importacao) -> dict[str, str]:
    dados = cliente.get(url(importacao)).context["dados"]
    return {figura["chave"]: figura["valor"] for figura in dados["figuras"] if figura["valor"] != "0"}


def erros(resposta) -> dict:
    return {campo: list(mensagens) for campo, mensagens in resposta.context["envio"].errors.items()}


def texto(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# Each kind


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_every_kind_of_file_comes_in_through_the_page(planejador, settings, formato):
    for tipo in ORDEM:
        arquivo = settings.BASE_DIR / "docs" / "exemplos" / f"{tipo}.{formato}"
        importacao = conferir(planejador, arquivo.read_bytes(), arquivo.name)
        modelo = planilhas()[tipo].modelo
        assert (importacao.tipo, importacao.situacao) == (tipo, Situacao.A_CONFIRMAR)
        assert not modelo.objects.exists()
        previstas = figuras(planejador, importacao)
        confirmar(planejador, importacao)
        importacao = reler(importacao)
        assert importacao.situacao == Situacao.GRAVADA
        assert figuras(planejador, importacao) == previstas
        assert previstas["novas"] == str(modelo.objects.count())
        assert f"Importado: {previstas['novas']} novas" in pagina(planejador, importacao)


def test_the_preview_shows_what_is_new_what_changes_and_what_goes(planejador):
    for num, saldo in (("P1", 1489), ("P2", 5), ("P3", 7)):
        CarteiraPrincipal.objects.create(num_pedido=num, cod_produto="A", qtd_saldo_produto_pedido=saldo)
    conteudo = CARTEIRA + "P1;A;2000;1500,5\nP3;A;;7\nP4;B;10;10\n"
    importacao = conferir(planejador, conteudo, tipo="carteira", substituir="on")
    assert figuras(planejador, importacao) == {"novas": "1", "alteradas": "1", "iguais": "1", "retiradas": "1"}
    html = pagina(planejador, importacao)
    linhas = [texto(linha) for linha in re.findall(r"<tr>.*?</tr>", html.split('id="diferencas"')[1])[1:]]
    assert [linha.split()[0] for linha in linhas] == ["Retirada", "Alterada", "Nova"]
    assert "P2 · A não está no arquivo" in linhas[0]
    assert "2 P1 · A" in linhas[1] and "Saldo: 1.489 → passa a 1.500,5" in linhas[1]
    assert "4 P4 · B" in linhas[2]
    assert "as linhas da carteira que o arquivo não traz ficam inativas" in html
    confirmar(planejador, importacao)
    assert set(CarteiraPrincipal.objects.filter(ativo=True).values_list("num_pedido", flat=True)) == {"P1", "P3", "P4"}
    assert "Importado: 1 nova, 1 alterada e 1 retirada" in pagina(planejador, importacao)


def test_bad_rows_are_listed_with_line_column_and_reason_and_the_good_ones_may_come_in(planejador):
    importacao = conferir(planejador, RUIM)
    html = pagina(planejador, importacao)
    assert "1 linha com erro" in html and "Confirmar e gravar" not in html
    assert '4</th><td>peso_bruto</td><td>"muito" não é um número</td>' in html
    resposta = planejador.get(url(importacao, "erros"))
    assert resposta.content.decode() == '\ufeffLinha;Coluna;Motivo\r\n4;peso_bruto;"""muito"" não é um número"\r\n'
    planejador.post(url(importacao, "conferir"), {"parcial": "1"})
    trabalhos.executar_pendentes()
    assert "1 linha com erro fica de fora" in pagina(planejador, importacao)
    confirmar(planejador, reler(importacao))
    assert figuras(planejador, importacao) == {"novas": "2", "linhas_com_erro": "1"}
    assert Produto.objects.count() == 2


def test_a_file_that_is_all_there_is_needs_every_row(planejador):
    importacao = conferir(planejador, CARTEIRA + "P1;A;x;1\n", substituir="on")
    html = pagina(planejador, importacao)
    assert importacao.situacao == Situacao.RECUSADA and "Importar só as linhas boas" not in html
    assert "não se sabe o que o arquivo deixou de trazer" in html
    resposta = enviar(planejador, CARTEIRA + "P1;A;1;1\n", substituir="on", parcial="on")
    assert "parcial" in erros(resposta)


def test_errors_neutralise_what_a_spreadsheet_would_run(planejador):
    importacao = conferir(planejador, "cod_produto;peso_bruto\nA;=1+1\n=B;x\n")
    linhas = planejador.get(url(importacao, "erros")).content.decode().splitlines()
    assert not [linha for linha in linhas if ";=" in linha]


def test_what_changed_since_the_preview_is_said(planejador):
    importacao = conferir(planejador, PRODUTOS)
    Produto.objects.create(cod_produto="A", nome_produto="Outro")
    confirmar(planejador, importacao)
    html = pagina(planejador, importacao)
    assert "Importado: 1 nova e 1 alterada" in html
    assert "Os dados mudaram depois da conferência, que dizia: 2 novas." in html


# What goes wrong at the form


@pytest.mark.parametrize(
    ("nome", "conteudo", "motivo"),
    [
        ("vazio.csv", b"", "O arquivo está vazio."),
        ("nada.csv", b"\n\n", "O arquivo está vazio."),
        ("velho.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls antigo ou tem senha"),
        ("senha.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls antigo ou tem senha"),
        ("foto.png", b"\x89PNG", "Um arquivo .png não pode ser importado. Salve-o como CSV ou XLSX."),
        ("quebrado.xlsx", b"PK\x03\x04quebrado", "está danificado"),
        ("outro.csv", b"a;b\n1;2\n", "não são de nenhum tipo de arquivo conhecido"),
        ("binario.csv", b"\x81\x8d\x8f", "não é um XLSX nem um texto"),
    ],
)
def test_a_file_that_cannot_be_says_why_at_once(planejador, nome, conteudo, motivo):
    resposta = enviar(planejador, conteudo, nome)
    assert resposta.status_code == 200 and motivo in erros(resposta)["arquivo"][0]
    assert motivo in unescape(resposta.content.decode())
    assert not Importacao.objects.exists()


def test_a_file_that_is_too_large_is_refused_unread(planejador, monkeypatch):
    monkeypatch.setattr(importacao_envio, "TAMANHO_MAXIMO", 20)
    assert "grande demais" in erros(enviar(planejador, PRODUTOS))["arquivo"][0]


def test_no_file_at_all(planejador):
    assert erros(planejador.post(ENVIAR, {"tipo": ""})) == {"arquivo": ["Escolha um arquivo."]}


def test_a_file_of_another_kind_than_the_chosen_says_which_it_seems_to_be(planejador):
    (motivo,) = erros(enviar(planejador, PRODUTOS, tipo="movimentacoes"))["arquivo"]
    assert "Faltam colunas" in motivo and "parece ser de Produtos" in motivo


def test_only_kinds_that_can_stand_for_all_may_replace(planejador):
    assert erros(enviar(planejador, PRODUTOS, substituir="on")) == {
        "substituir": ["Só para Linhas da carteira ou Programações de produção. Este arquivo é de Produtos: desmarque."]
    }


def test_too_many_lines_are_told_on_the_page(planejador, monkeypatch):
    monkeypatch.setattr("projecao.importacao.leitura.LINHAS_MAXIMAS", 1)
    importacao = conferir(planejador, PRODUTOS)
    assert importacao.situacao == Situacao.FALHOU
    html = pagina(planejador, importacao)
    assert "O arquivo tem mais de 1 linhas. Divida-o." in html and "Tentar de novo" in html


# Who may


def test_consulta_sees_the_list_and_the_page_and_decides_nothing(planejador):
    importacao = conferir(planejador, PRODUTOS)
    leitor = entrar("Consulta", nome="leitor")
    assert leitor.get(LISTA).status_code == 200 and ENVIAR not in leitor.get(LISTA).content.decode()
    html = pagina(leitor, importacao)
    assert "Confirmar e gravar" not in html and '<form method="post" action="/admin/projecao' not in html
    assert leitor.get(ENVIAR).status_code == enviar(leitor, PRODUTOS).status_code == 403
    for acao in ("confirmar", "conferir", "descartar"):
        assert leitor.post(url(importacao, acao), {"conferencia": importacao.conferencia_id}).status_code == 403
    assert reler(importacao).situacao == Situacao.A_CONFIRMAR


def test_anonymous_people_are_sent_to_the_login(planejador):
    importacao = conferir(planejador, PRODUTOS)
    anonimo = Client()
    for endereco in (LISTA, ENVIAR, *(url(importacao, acao) for acao in ("change", "arquivo", "erros", "andamento"))):
        assert anonimo.get(endereco).url.startswith("/admin/login/")
    assert anonimo.post(url(importacao, "confirmar")).url.startswith("/admin/login/")


def test_each_kind_is_for_whoever_edits_its_rows(planejador):
    cliente = entrar(nome="so_produtos")
    usuario = User.objects.get(username="so_produtos")
    codigos = ["view_importacao", "view_produto", "add_produto", "change_produto"]
    usuario.user_permissions.set(Permission.objects.filter(codename__in=codigos))
    assert [opcao for opcao, _ in cliente.get(ENVIAR).context["envio"].fields["tipo"].choices] == ["", "produtos"]
    assert enviar(cliente, CARTEIRA + "P1;A;1;1\n", tipo="carteira").status_code == 403
    assert erros(enviar(cliente, CARTEIRA + "P1;A;1;1\n"))["arquivo"] == [
        "Pelas colunas, o arquivo é de Linhas da carteira, que você não pode importar."
    ]
    conferir(cliente, PRODUTOS)
    alheia = conferir(planejador, CARTEIRA + "P1;A;1;1\n")
    assert cliente.get(url(alheia)).status_code == cliente.get(url(alheia, "arquivo")).status_code == 403


def test_replacing_what_is_deleted_needs_the_permission_to_delete(planejador):
    usuario = User.objects.get(username="pessoa")
    grupo = usuario.groups.get()
    grupo.permissions.remove(Permission.objects.get(codename="delete_programacaoproducao"))
    completos = [classe.tipo for classe in planejador.get(ENVIAR).context["envio"].completos]
    assert completos == ["carteira"]
    plano = "data_programacao;cod_produto;qtd_programada\n24/11/2026;A;10\n"
    assert "substituir" in erros(enviar(planejador, plano, substituir="on"))
    importacao = importacoes.receber(
        SimpleUploadedFile("plano.csv", plano.encode()), "plano.csv", planilhas()["producao"], None, substituir=True
    )
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert confirmar(planejador, importacao).status_code == 403
    assert not ProgramacaoProducao.objects.exists()


def test_decisions_are_posted(planejador):
    importacao = conferir(planejador, PRODUTOS)
    for acao in ("confirmar", "conferir", "descartar"):
        assert planejador.get(url(importacao, acao)).status_code == 405
    com_csrf = Client(enforce_csrf_checks=True)
    com_csrf.force_login(User.objects.get(username="pessoa"))
    assert com_csrf.post(url(importacao, "confirmar"), {"conferencia": importacao.conferencia_id}).status_code == 403
    assert planejador.post(url(importacao, "confirmar"), {"conferencia": "x"}).status_code == 404
    assert planejador.get(f"{LISTA}999/change/").status_code == planejador.get(f"{LISTA}x/change/").status_code == 404


# Later


def test_a_double_click_stores_once_and_the_second_hears_it(planejador):
    importacao = conferir(planejador, PRODUTOS)
    dados = {"conferencia": importacao.conferencia_id}
    planejador.post(url(importacao, "confirmar"), dados)
    resposta = planejador.post(url(importacao, "confirmar"), dados, follow=True)
    assert [str(m) for m in resposta.context["messages"]] == ['A importação já estava em outra situação: "gravando".']
    assert Trabalho.objects.filter(tipo=Trabalho.Tipo.GRAVAR_ARQUIVO).count() == 1


def test_while_a_worker_is_at_it_the_page_follows(planejador):
    enviar(planejador, PRODUTOS)
    importacao = ultima()
    html = pagina(planejador, importacao)
    assert f'data-andamento="{url(importacao, "andamento")}"' in html and "guardado em Importações" in html
    assert planejador.get(url(importacao, "andamento")).json()["terminado"] is False
    trabalhos.executar_pendentes()
    assert planejador.get(url(importacao, "andamento")).json()["terminado"] is True


def test_a_discarded_import_stays_in_the_list(planejador):
    importacao = conferir(planejador, PRODUTOS)
    planejador.post(url(importacao, "descartar"))
    assert "Descartada em" in pagina(planejador, importacao)
    assert planejador.get(url(importacao, "arquivo")).status_code == 404


def test_the_file_can_be_had_back_while_it_is_kept(planejador):
    importacao = conferir(planejador, PRODUTOS, "Produtos de março.csv")
    resposta = planejador.get(url(importacao, "arquivo"))
    assert b"".join(resposta.streaming_content) == PRODUTOS.encode()
    assert resposta["Content-Type"] == "application/octet-stream" and "attachment" in resposta["Content-Disposition"]


def test_the_list_finds_them_again(planejador):
    gravada = conferir(planejador, PRODUTOS, "maio.csv")
    confirmar(planejador, gravada)
    ruim = conferir(planejador, RUIM, "junho.csv")
    html = pagina_da_lista(planejador)
    assert "2 novas" in html and "1 com erro" in html
    assert linhas(planejador, q="maio") == [gravada]
    assert linhas(planejador, tipo="produtos", situacao="recusada") == [ruim]
    assert linhas(planejador, situacao="gravada") == [gravada]
    assert linhas(planejador, tipo="carteira") == []
    assert linhas(planejador) == [ruim, gravada]
    trabalho = planejador.get(reverse("admin:projecao_trabalho_change", args=[ruim.conferencia_id])).content.decode()
    assert url(ruim) in trabalho and "1 com erro." in trabalho
    assert "&lt;" not in planejador.get(reverse("admin:projecao_trabalho_changelist")).content.decode()


def pagina_da_lista(cliente) -> str:
    return unescape(cliente.get(LISTA).content.decode())


def linhas(cliente, **filtros):
    return list(cliente.get(LISTA, filtros).context["cl"].result_list)


def test_the_pages_cost_a_constant_number_of_queries(planejador):
    def custo(endereco):
        planejador.get(endereco)
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            assert planejador.get(endereco).status_code == 200
        return len(consultas), [c["sql"] for c in consultas if '"conteudo",' in c["sql"]]

    pequena = conferir(planejador, PRODUTOS)
    de_uma, lista_de_uma = custo(url(pequena)), custo(LISTA)
    grande = conferir(planejador, "cod_produto\n" + "".join(f"P{n}\n" for n in range(500)))
    for _ in range(5):
        conferir(planejador, RUIM)
    assert custo(url(grande)) == de_uma and custo(LISTA) == lista_de_uma
    assert de_uma[1] == lista_de_uma[1] == []  # no page loads the files


def test_the_empty_home_offers_the_screen_to_who_may_use_it(planejador):
    assert ENVIAR in planejador.get("/admin/").content.decode()
    assert ENVIAR not in entrar("Consulta", nome="leitor").get("/admin/").content.decode()


def test_the_numbers_of_the_import_are_those_of_the_api(planejador):
    dia, conteudo = f"{hoje():%d/%m/%Y}", "tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\n"
    conteudo += f"ENTRADA;A;{dia};1.489,5\nSAIDA;A;{dia};-89,5\n"
    confirmar(planejador, conferir(planejador, conteudo))
    assert planejador.get("/api/estoque/A/atual").json()["estoque"] == 1400


# The planners' own sheet, out


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_the_planners_sheet_comes_out_as_the_command_writes_it(planejador, formato, tmp_path):
    confirmar(planejador, conferir(planejador, PRODUTOS))
    trabalhos.pedir(Trabalho.Tipo.RECALCULAR)
    trabalhos.executar_pendentes()
    assert f"projecao.{formato}" in planejador.get(reverse("admin:projecao_exportar")).content.decode()
    resposta = planejador.get(reverse("admin:projecao_exportar_arquivo", args=[formato]))
    assert f'.{formato}"' in resposta["Content-Disposition"]
    baixado = BytesIO(b"".join(resposta.streaming_content))
    exportacao.exportar(tmp_path / f"projecao.{formato}")
    assert celulas(formato, baixado) == celulas(formato, BytesIO((tmp_path / f"projecao.{formato}").read_bytes()))


def celulas(formato, arquivo):
    if formato == "csv":
        return arquivo.getvalue().decode("utf-8-sig").splitlines()
    return list(load_workbook(arquivo).active.values)


def test_the_sheet_is_for_whoever_sees_the_projections():
    novo = entrar(nome="novo")
    assert novo.get(reverse("admin:projecao_exportar")).status_code == 403
    assert novo.get(reverse("admin:projecao_exportar_arquivo", args=["csv"])).status_code == 403
    assert entrar("Consulta").get(reverse("admin:projecao_exportar_arquivo", args=["pdf"])).status_code == 404
