from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group, Permission, User
from django.db import DataError, connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from carteira.models import Separacao
from projecao import fila, recalculo
from projecao.admin.base import PONTO_AMBIGUO
from projecao.conf import hoje
from projecao.models import (
    EstadoInterno,
    EstoqueAtual,
    EstoqueProjecaoCache,
    ExecucaoJob,
    MovimentacaoEstoque,
    Produto,
    RecalculoPendente,
    UnificacaoCodigos,
)

pytestmark = pytest.mark.django_db
SO_LEITURA = [EstoqueAtual, EstoqueProjecaoCache, RecalculoPendente, EstadoInterno, ExecucaoJob]


def url(modelo, acao, *args):
    return reverse(f"admin:projecao_{modelo._meta.model_name}_{acao}", args=args)


def movimentar(cod, qtd, **campos):
    return MovimentacaoEstoque.objects.create(
        cod_produto=cod, tipo_movimentacao="ENTRADA", qtd_movimentacao=Decimal(qtd), **campos
    )


def projetar(*cods, qtd="1500.5"):
    for cod in cods:
        Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}")
        movimentar(cod, qtd)
    recalculo.recalcular(cods)


def gravada(cod):
    return EstoqueProjecaoCache.objects.get(pk=cod)


def entrar(client, grupo):
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name=grupo))
    client.force_login(usuario)
    return usuario


def mensagens(resposta):
    return [str(mensagem) for mensagem in resposta.context["messages"]]


# Read-only models


def linha_de(modelo):
    agora = timezone.now()
    if modelo is EstadoInterno:
        return EstadoInterno.objects.get(nome="sino")
    if modelo is ExecucaoJob:
        return ExecucaoJob.objects.create(nome="job_avancar_dia", inicio=agora, erro="Falhou")
    if modelo is RecalculoPendente:
        return RecalculoPendente.objects.create(cod_produto="1", motivo="teste")
    if modelo is EstoqueAtual:
        return EstoqueAtual.objects.create(cod_produto="1", estoque=3, atualizado_em=agora)
    return EstoqueProjecaoCache.objects.create(cod_produto="1", data_base=hoje(), data_calculo=agora)


@pytest.mark.parametrize("modelo", SO_LEITURA)
def test_what_the_system_writes_is_only_looked_at(admin_client, modelo):
    fila.preparar()
    linha = linha_de(modelo)
    assert admin_client.get(url(modelo, "changelist")).status_code == 200
    assert admin_client.get(url(modelo, "change", linha.pk)).status_code == 200
    assert admin_client.get(url(modelo, "add")).status_code == 403
    assert admin_client.post(url(modelo, "change", linha.pk), {}).status_code == 403
    assert admin_client.post(url(modelo, "delete", linha.pk), {"post": "yes"}).status_code == 403
    acao = {"action": "delete_selected", "_selected_action": [linha.pk], "post": "yes"}
    admin_client.post(url(modelo, "changelist"), acao)
    assert modelo.objects.filter(pk=linha.pk).exists()


def test_every_filter_of_every_list_answers(admin_client):
    projetar("1")
    pedidos = [
        (EstoqueProjecaoCache, {"status_ruptura__exact": "OK"}),
        *((EstoqueProjecaoCache, {"ruptura_em": valor}) for valor in ("7", "14", "28", "nunca")),
        *(
            (EstoqueProjecaoCache, {"calculo": valor})
            for valor in ("pendente", "expirada", "em_dia", "valida", "outro_dia")
        ),
        (MovimentacaoEstoque, {"tipo_movimentacao__exact": "ENTRADA", "ativo__exact": "1"}),
        (MovimentacaoEstoque, {"qtd_movimentacao_from": "-1.000,5", "qtd_movimentacao_to": ""}),
        (EstoqueAtual, {"estoque_from": "1"}),
        (MovimentacaoEstoque, {"data_movimentacao_from": "01/01/2026", "data_movimentacao_to": "31/12/2026"}),
        *((ExecucaoJob, {"com_erro": valor}) for valor in "01"),
        (Produto, {"estoque_seguranca__isempty": "1"}),
    ]
    for modelo, filtro in pedidos:
        assert admin_client.get(url(modelo, "changelist"), filtro).status_code == 200, filtro


# The projections


def test_the_list_speaks_brazilian(admin_client):
    projetar("4320162")
    pagina = admin_client.get(url(EstoqueProjecaoCache, "changelist")).content.decode()
    assert "1.500,5" in pagina
    assert "PALMITO 4320162" in pagina
    assert "Est.Min.D+7" in pagina
    assert "Em dia" in pagina


@pytest.mark.parametrize("termo", ["4320162", "palmito", "AB-01"])
def test_search_by_code_name_and_unified_code(admin_client, termo):
    UnificacaoCodigos.objects.create(codigo_origem="AB-01", codigo_destino="4320162")
    projetar("4320162")
    Produto.objects.create(cod_produto="9", nome_produto="KETCHUP")
    recalculo.recalcular(["9"])
    resposta = admin_client.get(url(EstoqueProjecaoCache, "changelist"), {"q": termo})
    assert [linha.pk for linha in resposta.context["cl"].result_list] == ["4320162"]


@pytest.mark.parametrize(("filtro", "esperados"), [("7", {"logo"}), ("14", {"logo", "depois"}), ("nunca", {"nunca"})])
def test_filter_by_rupture(admin_client, filtro, esperados):
    for cod, dias in (("logo", 3), ("depois", 14), ("nunca", None)):
        ruptura = None if dias is None else hoje() + timedelta(days=dias)
        EstoqueProjecaoCache.objects.create(
            cod_produto=cod, data_base=hoje(), data_calculo=timezone.now(), dia_ruptura=ruptura
        )
    resposta = admin_client.get(url(EstoqueProjecaoCache, "changelist"), {"ruptura_em": filtro})
    assert {linha.pk for linha in resposta.context["cl"].result_list} == esperados


def test_filter_by_state_of_the_calculation(admin_client):
    projetar("velha", "marcada", "boa")
    EstoqueProjecaoCache.objects.filter(pk="velha").update(data_calculo=timezone.now() - timedelta(hours=1))
    fila.marcar(["marcada"], "teste")
    for filtro, esperados in (("expirada", ["velha"]), ("pendente", ["marcada"]), ("em_dia", ["boa"])):
        resposta = admin_client.get(url(EstoqueProjecaoCache, "changelist"), {"calculo": filtro})
        assert [linha.pk for linha in resposta.context["cl"].result_list] == esperados


def test_rows_of_unified_codes_are_not_listed(admin_client):
    projetar("velho", "novo")
    UnificacaoCodigos.objects.create(codigo_origem="velho", codigo_destino="novo")
    resposta = admin_client.get(url(EstoqueProjecaoCache, "changelist"))
    assert [linha.pk for linha in resposta.context["cl"].result_list] == ["novo"]


def test_list_issues_as_many_queries_for_50_rows_as_for_1(admin_client, django_assert_num_queries):
    projetar("a")
    lista = url(EstoqueProjecaoCache, "changelist")
    admin_client.get(lista)
    with CaptureQueriesContext(connection) as uma:
        admin_client.get(lista)
    projetar(*(f"p{i}" for i in range(49)))
    with django_assert_num_queries(len(uma)):
        resposta = admin_client.get(lista)
    assert len(resposta.context["cl"].result_list) == 50


def test_the_page_shows_29_days(admin_client):
    projetar("1")
    resposta = admin_client.get(url(EstoqueProjecaoCache, "change", "1"))
    dias = resposta.context["dias"]
    assert len(dias) == 29
    numeros = ("dia", "estoque_inicial", "saidas", "saldo", "producao", "estoque_final", "negativo")
    assert [dias[0][nome] for nome in numeros] == ["Hoje", "1.500,5", "0", "1.500,5", "0", "1.500,5", False]
    assert dias[28]["dia"] == "D+28"
    assert "Recálculo pendente" not in resposta.content.decode()


@pytest.mark.parametrize("mudada", ["1", "velho"])
def test_numbers_are_of_now_and_say_that_their_row_is_not(admin_client, mudada):
    UnificacaoCodigos.objects.create(codigo_origem="velho", codigo_destino="1")
    projetar("1")
    movimentar(mudada, "7")
    [linha] = admin_client.get(url(EstoqueProjecaoCache, "changelist")).context["cl"].result_list
    assert (linha.pendente, linha.estoque_atual) == (True, Decimal("1507.5"))
    resposta = admin_client.get(url(EstoqueProjecaoCache, "change", "1"))
    assert resposta.context["avisos"][0].startswith("Recálculo pendente")
    assert resposta.context["avisos"][0] in resposta.content.decode()
    assert resposta.context["dias"][0]["estoque_inicial"] == "1.507,5"
    assert gravada("1").estoque_atual == Decimal("1500.5"), "looking writes nothing"


def test_a_page_never_shows_yesterdays_day_zero(admin_client):
    projetar("1")
    EstoqueProjecaoCache.objects.update(data_base=hoje() - timedelta(days=1))
    linha = admin_client.get(url(EstoqueProjecaoCache, "change", "1")).context["original"]
    assert linha.data_base == hoje()
    [linha] = admin_client.get(url(EstoqueProjecaoCache, "changelist")).context["cl"].result_list
    assert linha.data_base == hoje()


def test_a_product_that_cannot_be_computed_says_why(admin_client):
    projetar("1")
    Separacao.objects.bulk_create([Separacao(cod_produto="1", qtd_saldo=999999999999) for _ in range(2)])
    resposta = admin_client.get(url(EstoqueProjecaoCache, "change", "1"))
    assert "mais de 12 dígitos" in resposta.context["avisos"][0]
    assert admin_client.get(url(EstoqueProjecaoCache, "changelist")).status_code == 200


# Forçar recálculo


@pytest.mark.parametrize("modelo", [EstoqueProjecaoCache, Produto])
def test_planners_force_selected_products(client, modelo):
    entrar(client, "Planejadores")
    projetar("1", "2", "3")
    for cod in "123":
        movimentar(cod, "10")
    dados = {"action": "forcar_recalculo", "_selected_action": ["1", "2"]}
    resposta = client.post(url(modelo, "changelist"), dados, follow=True)
    assert mensagens(resposta) == ["2 produtos recalculados."]
    assert [gravada(cod).estoque_atual for cod in "123"] == [Decimal("1510.5"), Decimal("1510.5"), Decimal("1500.5")]


def test_products_that_fail_are_named_with_the_reason(client, monkeypatch):
    entrar(client, "Planejadores")
    projetar("1", "2")
    computar = recalculo.calcular

    def falhar(familias, dia):
        if "2" in familias.codigos:
            raise DataError("quantidade ilegível")
        return computar(familias, dia)

    monkeypatch.setattr(recalculo, "calcular", falhar)
    dados = {"action": "forcar_recalculo", "_selected_action": ["1", "2"]}
    resposta = client.post(url(EstoqueProjecaoCache, "changelist"), dados, follow=True)
    assert mensagens(resposta) == [
        "1 produto recalculado.",
        "Não foi recalculado: 2 (DataError: quantidade ilegível)",
    ]


@pytest.mark.parametrize("modelo", [EstoqueProjecaoCache, Produto])
def test_consulta_neither_sees_nor_forces(client, modelo):
    entrar(client, "Consulta")
    projetar("1")
    movimentar("1", "10")
    assert "Forçar recálculo" not in client.get(url(modelo, "changelist")).content.decode()
    assert "forcar-recalculo" not in client.get(url(modelo, "change", "1")).content.decode()
    client.post(url(modelo, "changelist"), {"action": "forcar_recalculo", "_selected_action": ["1"]})
    assert client.get(url(modelo, "forcar_recalculo_deste", "1")).status_code == 403
    assert client.post(url(modelo, "forcar_recalculo_deste", "1"), {"_form_submitted": "True"}).status_code == 403
    assert gravada("1").estoque_atual == Decimal("1500.5")


def test_the_permission_alone_does_not_open_the_screen(client):
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True)
    usuario.user_permissions.add(Permission.objects.get(codename="forcar_recalculo"))
    client.force_login(usuario)
    projetar("1")
    pagina = url(EstoqueProjecaoCache, "forcar_recalculo_deste", "1")
    assert client.post(pagina, {"_form_submitted": "True"}).status_code == 403


@pytest.mark.parametrize("modelo", [EstoqueProjecaoCache, Produto])
def test_one_product_is_forced_by_post_and_only_asked_for_by_get(client, modelo):
    entrar(client, "Planejadores")
    projetar("A/B 1%")
    movimentar("A/B 1%", "10")
    pagina = url(modelo, "change", quote("A/B 1%"))
    botao = url(modelo, "forcar_recalculo_deste", quote("A/B 1%"))
    assert botao in client.get(pagina).content.decode()
    assert "será recalculada agora" in client.get(botao).content.decode()
    assert gravada("A/B 1%").estoque_atual == Decimal("1500.5")
    resposta = client.post(botao, {"_form_submitted": "True"}, follow=True)
    assert resposta.redirect_chain[0][0] == pagina
    assert mensagens(resposta) == ["1 produto recalculado."]
    assert gravada("A/B 1%").estoque_atual == Decimal("1510.5")


def test_the_dialog_is_sent_on_by_htmx(client):
    entrar(client, "Planejadores")
    projetar("1")
    botao = url(EstoqueProjecaoCache, "forcar_recalculo_deste", "1")
    resposta = client.post(botao, {"_form_submitted": "True"}, headers={"HX-Request": "true"})
    assert resposta["HX-Redirect"] == url(EstoqueProjecaoCache, "change", "1")


def test_a_post_without_csrf_token_is_refused(client):
    usuario = entrar(client, "Planejadores")
    projetar("1")
    estrita = Client(enforce_csrf_checks=True)
    estrita.force_login(usuario)
    botao = url(EstoqueProjecaoCache, "forcar_recalculo_deste", "1")
    assert estrita.post(botao, {"_form_submitted": "True"}).status_code == 403


def test_forcing_a_product_that_is_not_there_is_404(client):
    entrar(client, "Planejadores")
    botao = url(EstoqueProjecaoCache, "forcar_recalculo_deste", "nada")
    assert client.post(botao, {"_form_submitted": "True"}).status_code == 404
    assert not EstoqueProjecaoCache.objects.exists()


# Products, unifications, ledger


def test_a_products_code_is_not_edited(admin_client):
    Produto.objects.create(cod_produto="1", nome_produto="PALMITO")
    admin_client.post(
        url(Produto, "change", "1"), {"cod_produto": "2", "nome_produto": "PALMITO INTEIRO", "ativo": "on"}
    )
    assert list(Produto.objects.values_list("cod_produto", "nome_produto")) == [("1", "PALMITO INTEIRO")]


@pytest.mark.parametrize(
    ("origem", "destino", "erro"),
    [
        ("c", "a", "a já é unificado em outro código."),
        ("b", "c", "b já é o destino de outra unificação."),
        ("d", "d", "Um código não se unifica consigo mesmo."),
    ],
)
def test_chains_and_cycles_are_form_errors(admin_client, origem, destino, erro):
    UnificacaoCodigos.objects.create(codigo_origem="a", codigo_destino="b")
    dados = {"codigo_origem": origem, "codigo_destino": destino, "observacao": "", "ativo": "on"}
    resposta = admin_client.post(url(UnificacaoCodigos, "add"), dados)
    assert erro in resposta.context["adminform"].form.non_field_errors()
    assert UnificacaoCodigos.objects.count() == 1


def test_switching_a_unification_moves_the_stock(admin_client):
    movimentar("a", "3")
    movimentar("b", "4")
    dados = {"codigo_origem": "a", "codigo_destino": "b", "observacao": "", "ativo": "on"}
    admin_client.post(url(UnificacaoCodigos, "add"), dados)
    assert dict(EstoqueAtual.objects.values_list("pk", "estoque")) == {"b": Decimal(7)}
    admin_client.post(url(UnificacaoCodigos, "change", UnificacaoCodigos.objects.get().pk), {**dados, "ativo": ""})
    assert dict(EstoqueAtual.objects.values_list("pk", "estoque")) == {"a": Decimal(3), "b": Decimal(4)}


def test_deleting_unifications_separates_the_stock(admin_client):
    movimentar("a", "3")
    movimentar("b", "4")
    par = UnificacaoCodigos.objects.create(codigo_origem="a", codigo_destino="b")
    dados = {"action": "delete_selected", "_selected_action": [par.pk], "post": "yes"}
    admin_client.post(url(UnificacaoCodigos, "changelist"), dados)
    assert dict(EstoqueAtual.objects.values_list("pk", "estoque")) == {"a": Decimal(3), "b": Decimal(4)}


def test_a_safety_stock_changed_here_marks_the_product(admin_client):
    projetar("1")
    admin_client.post(url(Produto, "change", "1"), {"nome_produto": "PALMITO", "estoque_seguranca": "50"})
    assert Produto.objects.get(pk="1").estoque_seguranca == 50
    assert RecalculoPendente.objects.filter(cod_produto="1").exists()


def dados_de_movimento(**campos):
    return {
        "cod_produto": "1",
        "nome_produto": "",
        "data_movimentacao": "24/11/2026",
        "tipo_movimentacao": "ENTRADA",
        "qtd_movimentacao": "12,5",
        "local_movimentacao": "",
        "observacao": "",
        "ativo": "on",
        **campos,
    }


def test_the_ledger_moves_stock_marks_and_remembers_who(client):
    quem = entrar(client, "Planejadores")
    assert client.post(url(MovimentacaoEstoque, "add"), dados_de_movimento()).status_code == 302
    movimento = MovimentacaoEstoque.objects.get()
    assert (movimento.criado_por, movimento.atualizado_por) == (quem, quem)
    assert EstoqueAtual.objects.get(pk="1").estoque == Decimal("12.5")
    outro = User.objects.create_superuser("outro")
    client.force_login(outro)
    client.post(url(MovimentacaoEstoque, "change", movimento.pk), dados_de_movimento(cod_produto="2"))
    movimento.refresh_from_db()
    assert (movimento.criado_por, movimento.atualizado_por) == (quem, outro)
    assert dict(EstoqueAtual.objects.values_list("pk", "estoque")) == {"1": 0, "2": Decimal("12.5")}
    assert set(RecalculoPendente.objects.values_list("cod_produto", flat=True)) == {"1", "2"}


def test_deleting_selected_movements_gives_the_stock_back(admin_client):
    movimentos = [movimentar("1", "5").pk, movimentar("1", "6").pk]
    movimentar("1", "7")
    dados = {"action": "delete_selected", "_selected_action": movimentos, "post": "yes"}
    admin_client.post(url(MovimentacaoEstoque, "changelist"), dados)
    assert EstoqueAtual.objects.get(pk="1").estoque == 7


def test_an_exit_is_negative(admin_client):
    dados = dados_de_movimento(tipo_movimentacao="SAIDA")
    resposta = admin_client.post(url(MovimentacaoEstoque, "add"), dados)
    assert "qtd_movimentacao" in resposta.context["adminform"].form.errors
    dados["qtd_movimentacao"] = "-3"
    assert admin_client.post(url(MovimentacaoEstoque, "add"), dados).status_code == 302


# Numbers as they are typed


@pytest.mark.parametrize(
    ("escrito", "quantidade"),
    [
        ("12,5", "12.5"),
        ("1.489", "1489"),
        ("1.489,50", "1489.5"),
        ("-1.234.567,125", "-1234567.125"),
        ("1489", "1489"),
        (" ,5 ", "0.5"),
        ("0,001", "0.001"),
    ],
)
def test_a_number_is_read_as_brazilians_write_it(admin_client, escrito, quantidade):
    dados = dados_de_movimento(tipo_movimentacao="AJUSTE", qtd_movimentacao=escrito)
    assert admin_client.post(url(MovimentacaoEstoque, "add"), dados).status_code == 302
    assert MovimentacaoEstoque.objects.get().qtd_movimentacao == Decimal(quantidade)


@pytest.mark.parametrize("escrito", ["1489.5", "1.48", "0.500", "1.489.5", "1.2.3", "12.34.567,1", "1,489.50"])
def test_a_dot_that_groups_no_thousands_is_not_guessed_at(admin_client, escrito):
    resposta = admin_client.post(url(MovimentacaoEstoque, "add"), dados_de_movimento(qtd_movimentacao=escrito))
    form = resposta.context["adminform"].form
    assert form.errors == {"qtd_movimentacao": [PONTO_AMBIGUO]}
    assert form["qtd_movimentacao"].value() == escrito
    assert not MovimentacaoEstoque.objects.exists()


@pytest.mark.parametrize("escrito", ["1e5", "1_000", "1,2,3", "NaN", "doze", "12 500", "12,"])
def test_what_is_no_number_is_refused(admin_client, escrito):
    resposta = admin_client.post(url(MovimentacaoEstoque, "add"), dados_de_movimento(qtd_movimentacao=escrito))
    assert resposta.context["adminform"].form.errors == {"qtd_movimentacao": ["Informe um número."]}


def test_more_decimals_than_are_stored_is_an_error(admin_client):
    resposta = admin_client.post(url(MovimentacaoEstoque, "add"), dados_de_movimento(qtd_movimentacao="1,2345"))
    assert "3 casas decimais" in str(resposta.context["adminform"].form.errors["qtd_movimentacao"])


@pytest.mark.parametrize(("guardado", "mostrado"), [("90", "90"), ("1489.5", "1.489,5"), ("-0.125", "-0,125")])
def test_a_number_is_shown_as_it_may_be_typed(admin_client, guardado, mostrado):
    movimento = movimentar("1", guardado)
    resposta = admin_client.get(url(MovimentacaoEstoque, "change", movimento.pk))
    campo = resposta.context["adminform"].form["qtd_movimentacao"]
    assert campo.value() == mostrado
    assert 'type="text"' in str(campo)
    assert 'inputmode="decimal"' in str(campo)


def test_a_product_saved_untouched_keeps_its_numbers(admin_client):
    Produto.objects.create(cod_produto="1", nome_produto="PALMITO", estoque_seguranca=1489, peso_bruto=Decimal("12.5"))
    pagina = url(Produto, "change", "1")
    form = admin_client.get(pagina).context["adminform"].form
    dados = {nome: form[nome].value() for nome in form.fields if form[nome].value() is not None}
    assert (dados["estoque_seguranca"], dados["peso_bruto"]) == ("1.489", "12,5")
    assert admin_client.post(pagina, dados).status_code == 302
    assert LogEntry.objects.get().get_change_message() == "Nenhum campo modificado."
    assert admin_client.post(pagina, {**dados, "peso_bruto": "0,75", "estoque_seguranca": ""}).status_code == 302
    produto = Produto.objects.get()
    assert (produto.estoque_seguranca, produto.peso_bruto) == (None, Decimal("0.75"))


def test_the_filter_of_a_range_reads_the_same_numbers(admin_client):
    for qtd in ("12", "12.5", "1489", "1490"):
        movimentar("1", qtd)

    def filtrados(**faixa):
        cl = admin_client.get(url(MovimentacaoEstoque, "changelist"), faixa).context["cl"]
        return {movimento.qtd_movimentacao for movimento in cl.result_list}

    assert filtrados(qtd_movimentacao_from="12,5", qtd_movimentacao_to="1.489") == {Decimal("12.5"), Decimal(1489)}
    assert filtrados(qtd_movimentacao_to="12") == {Decimal(12)}
    assert filtrados(qtd_movimentacao_from="1.48") == set()
    assert filtrados(qtd_movimentacao_to="9" * 30) == set(), "more digits than the column has"
    pagina = admin_client.get(url(MovimentacaoEstoque, "changelist"), {"qtd_movimentacao_from": "1.48"})
    assert PONTO_AMBIGUO in pagina.content.decode()


# Stock now


@pytest.mark.parametrize("termo", ["4320162", "palmito"])
def test_stock_is_found_by_code_and_by_name(admin_client, termo):
    projetar("4320162")
    movimentar("sem cadastro", "3")
    resposta = admin_client.get(url(EstoqueAtual, "changelist"), {"q": termo})
    assert [linha.pk for linha in resposta.context["cl"].result_list] == ["4320162"]
    assert "PALMITO 4320162" in resposta.content.decode()
    assert "PALMITO 4320162" in admin_client.get(url(EstoqueAtual, "change", "4320162")).content.decode()


def test_stock_list_issues_as_many_queries_for_many_rows_as_for_one(admin_client, django_assert_num_queries):
    projetar("a")
    lista = url(EstoqueAtual, "changelist")
    admin_client.get(lista)
    with CaptureQueriesContext(connection) as uma:
        admin_client.get(lista)
    projetar(*(f"p{i}" for i in range(20)))
    with django_assert_num_queries(len(uma)):
        assert len(admin_client.get(lista).context["cl"].result_list) == 21


# Texts


def test_messages_guess_no_gender(admin_client):
    resposta = admin_client.post(url(MovimentacaoEstoque, "add"), dados_de_movimento(), follow=True)
    movimento = MovimentacaoEstoque.objects.get()
    [inclusao] = mensagens(resposta)
    assert inclusao.startswith("Inclusão gravada: movimentação de estoque")
    resposta = admin_client.post(
        url(MovimentacaoEstoque, "change", movimento.pk), {**dados_de_movimento(), "_addanother": "1"}, follow=True
    )
    [alteracao] = mensagens(resposta)
    assert alteracao.startswith("Alteração gravada: movimentação de estoque")
    selecao = {"action": "delete_selected", "_selected_action": [movimento.pk], "post": "yes"}
    resposta = admin_client.post(url(MovimentacaoEstoque, "changelist"), selecao, follow=True)
    assert mensagens(resposta) == ["Exclusão concluída: 1 movimentação de estoque."]
    resposta = admin_client.get(url(MovimentacaoEstoque, "change", movimento.pk), follow=True)
    [ausente] = mensagens(resposta)
    assert ausente.startswith("Não há movimentação de estoque com o identificador")


def test_planners_cancel_movements_and_never_delete_them(client):
    entrar(client, "Planejadores")
    movimento = movimentar("1", "5")
    assert client.post(url(MovimentacaoEstoque, "delete", movimento.pk), {"post": "yes"}).status_code == 403
    selecao = {"action": "delete_selected", "_selected_action": [movimento.pk], "post": "yes"}
    client.post(url(MovimentacaoEstoque, "changelist"), selecao)
    client.post(url(MovimentacaoEstoque, "change", movimento.pk), dados_de_movimento(ativo=""))
    assert not MovimentacaoEstoque.objects.get().ativo
    assert EstoqueAtual.objects.get(pk="1").estoque == 0


def test_pages_that_delete_load_the_translations_their_scripts_call(admin_client):
    movimento = movimentar("1", "5")
    selecao = {"action": "delete_selected", "_selected_action": [movimento.pk]}
    admin_client.get(url(MovimentacaoEstoque, "changelist"))  # from here on every page has the scripts of the filters
    for resposta in (
        admin_client.get(url(MovimentacaoEstoque, "delete", movimento.pk)),
        admin_client.post(url(MovimentacaoEstoque, "changelist"), selecao),
    ):
        pagina = resposta.content.decode()
        assert pagina.index(reverse("admin:jsi18n")) < pagina.index("DateTimeShortcuts.js")


@pytest.mark.parametrize("codigo", [400, 403, 404, 500])
def test_error_pages_need_no_context(codigo):
    pagina = render_to_string(f"{codigo}.html")
    assert f"Erro {codigo}" in pagina
    assert "Ir para o início" in pagina


@pytest.mark.parametrize("modelo", [Produto, EstoqueProjecaoCache, EstoqueAtual])
@pytest.mark.parametrize("termo", ["maca", "MAÇÃ", "vinagre maca", "77"])
def test_search_needs_no_accents_nor_capitals(admin_client, modelo, termo):
    projetar("77", "88")
    Produto.objects.filter(pk="77").update(nome_produto="VINAGRE DE MAÇÃ")
    pagina = admin_client.get(url(modelo, "changelist"), {"q": termo})
    assert [linha.pk for linha in pagina.context["cl"].result_list] == ["77"]
