from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao.conf import hoje
from projecao.models import RecalculoPendente
from projecao.servico import ServicoProjecaoEstoque

pytestmark = pytest.mark.django_db
MODELOS = [CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao]


def url(modelo, acao, *args):
    return reverse(f"admin:carteira_{modelo._meta.model_name}_{acao}", args=args)


def saidas_de_hoje(cod):
    return ServicoProjecaoEstoque.obter_projecao(cod)["projecao"][0]["saidas"]


def formulario(resposta):
    """What the form of a page would post if nobody touched it."""
    form = resposta.context["adminform"].form
    valores = {nome: form[nome].value() for nome in form.fields}
    return {nome: valor for nome, valor in valores.items() if valor is not None and valor is not False}


@pytest.fixture
def linhas():
    pedido = Pedido.objects.create(separacao_lote_id="L1", num_pedido="P1", expedicao=hoje())
    return {
        Pedido: pedido,
        Separacao: Separacao.objects.create(separacao_lote_id="L1", num_pedido="P1", cod_produto="1", qtd_saldo=10),
        PreSeparacaoItem: PreSeparacaoItem.objects.create(
            num_pedido="P2", cod_produto="1", qtd_selecionada_usuario=5, data_expedicao_editada=hoje()
        ),
        CarteiraPrincipal: CarteiraPrincipal.objects.create(
            num_pedido="P3", cod_produto="1", qtd_saldo_produto_pedido=2, expedicao=hoje(), raz_social_red="REDE X"
        ),
    }


@pytest.mark.parametrize("modelo", MODELOS)
def test_pages_open(admin_client, linhas, modelo):
    for pagina in (url(modelo, "changelist"), url(modelo, "add"), url(modelo, "change", linhas[modelo].pk)):
        assert admin_client.get(pagina).status_code == 200
    assert admin_client.get(url(modelo, "changelist"), {"q": linhas[modelo].num_pedido}).status_code == 200


def test_filters_answer(admin_client, linhas):
    for modelo, filtro in (
        (Separacao, {"pedido__status__exact": "ABERTO"}),
        (Separacao, {"expedicao_from": "01/01/2026", "expedicao_to": "31/12/2026"}),
        (Pedido, {"status__exact": "COTADO", "expedicao__isempty": "1"}),
        (PreSeparacaoItem, {"status__exact": "CRIADO"}),
        (CarteiraPrincipal, {"separacao_lote_id__isempty": "1", "ativo__exact": "1", "estado": "SP"}),
    ):
        assert admin_client.get(url(modelo, "changelist"), filtro).status_code == 200, filtro


@pytest.mark.parametrize("modelo", MODELOS)
def test_lists_issue_as_many_queries_for_many_rows_as_for_one(admin_client, linhas, modelo, django_assert_num_queries):
    admin_client.get(url(modelo, "changelist"))
    with CaptureQueriesContext(connection) as uma:
        admin_client.get(url(modelo, "changelist"))
    for i in range(20):
        linha = linhas[modelo]
        linha.pk, linha._state.adding, linha.num_pedido = None, True, f"N{i}"
        if modelo is Pedido:
            linha.separacao_lote_id = f"N{i}"
        linha.save()
    with django_assert_num_queries(len(uma)):
        admin_client.get(url(modelo, "changelist"))


@pytest.mark.parametrize(
    ("modelo", "campo", "saidas"),
    [
        (Separacao, "qtd_saldo", 107),
        (PreSeparacaoItem, "qtd_selecionada_usuario", 112),
        (CarteiraPrincipal, "qtd_saldo_produto_pedido", 115),
    ],
)
def test_a_changed_quantity_is_in_the_projection(admin_client, linhas, modelo, campo, saidas):
    assert saidas_de_hoje("1") == 17
    pagina = url(modelo, "change", linhas[modelo].pk)
    dados = {**formulario(admin_client.get(pagina)), campo: "100", "data_expedicao_editada": f"{hoje():%d/%m/%Y}"}
    dados |= {"expedicao": f"{hoje():%d/%m/%Y}"}
    resposta = admin_client.post(pagina, dados)
    assert resposta.status_code == 302, resposta.context["adminform"].form.errors
    assert saidas_de_hoje("1") == saidas


def test_a_status_changed_by_a_planner_takes_its_lot_out(admin_client, linhas):
    RecalculoPendente.objects.all().delete()
    pagina = url(Pedido, "change", linhas[Pedido].pk)
    dados = formulario(admin_client.get(pagina)) | {"status": "FATURADO", "expedicao": f"{hoje():%d/%m/%Y}"}
    assert admin_client.post(pagina, dados).status_code == 302
    assert RecalculoPendente.objects.get().cod_produto == "1"
    assert saidas_de_hoje("1") == 7


@pytest.mark.parametrize(("modelo", "saidas"), [(Separacao, 7), (PreSeparacaoItem, 12), (CarteiraPrincipal, 15)])
def test_deleting_selected_rows_is_in_the_projection(admin_client, linhas, modelo, saidas):
    dados = {"action": "delete_selected", "_selected_action": [linhas[modelo].pk], "post": "yes"}
    admin_client.post(url(modelo, "changelist"), dados)
    assert not modelo.objects.exists()
    assert saidas_de_hoje("1") == saidas


@pytest.mark.parametrize(
    ("modelo", "saidas"), [(Pedido, 17), (Separacao, 7), (PreSeparacaoItem, 12), (CarteiraPrincipal, 15)]
)
def test_deleting_one_row(admin_client, linhas, modelo, saidas):
    admin_client.post(url(modelo, "delete", linhas[modelo].pk), {"post": "yes"})
    assert not modelo.objects.exists()
    assert saidas_de_hoje("1") == saidas


def test_a_pre_separation_remembers_who_made_it(client):
    quem = User.objects.create_user("planejador", password="x", is_staff=True)
    quem.groups.add(Group.objects.get(name="Planejadores"))
    client.force_login(quem)
    dados = {
        "num_pedido": "P9",
        "cod_produto": "9",
        "qtd_selecionada_usuario": "3",
        "status": "CRIADO",
        "data_expedicao_editada": f"{hoje() + timedelta(days=1):%d/%m/%Y}",
    }
    resposta = client.post(url(PreSeparacaoItem, "add"), dados)
    assert resposta.status_code == 302, resposta.context["adminform"].form.errors
    item = PreSeparacaoItem.objects.get()
    assert (item.criado_por, item.qtd_selecionada_usuario) == (quem, Decimal(3))
    client.force_login(User.objects.create_superuser("outro"))
    client.post(url(PreSeparacaoItem, "change", item.pk), {**dados, "qtd_selecionada_usuario": "4"})
    item.refresh_from_db()
    assert (item.criado_por, item.qtd_selecionada_usuario) == (quem, Decimal(4))


def test_the_same_line_twice_is_a_form_error(admin_client, linhas):
    dados = {"num_pedido": "P3", "cod_produto": "1", "qtd_produto_pedido": "1", "qtd_saldo_produto_pedido": "1"}
    resposta = admin_client.post(url(CarteiraPrincipal, "add"), {**dados, "qtd_cancelada_produto_pedido": "0"})
    assert "Este pedido já tem uma linha deste produto." in resposta.context["adminform"].form.non_field_errors()


@pytest.mark.parametrize(
    ("escrito", "saldo"),
    [("12,5", "12.5"), ("1.489", "1489"), ("1.489,50", "1489.5"), ("1489.5", None), ("1.48", None)],
)
def test_a_lines_numbers_are_brazilian(admin_client, linhas, escrito, saldo):
    linha = linhas[CarteiraPrincipal]
    pagina = url(CarteiraPrincipal, "change", linha.pk)
    dados = formulario(admin_client.get(pagina)) | {"expedicao": f"{hoje():%d/%m/%Y}"}
    resposta = admin_client.post(
        pagina, {**dados, "qtd_saldo_produto_pedido": escrito, "preco_produto_pedido": "1.234,5678"}
    )
    linha.refresh_from_db()
    if saldo is None:
        assert list(resposta.context["adminform"].form.errors) == ["qtd_saldo_produto_pedido"]
        assert (linha.qtd_saldo_produto_pedido, linha.preco_produto_pedido) == (2, None)
    else:
        assert (linha.qtd_saldo_produto_pedido, linha.preco_produto_pedido) == (Decimal(saldo), Decimal("1234.5678"))
