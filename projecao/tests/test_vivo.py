"""A page's token changes whenever its numbers may, and only then; and the page takes part in it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from carteira.models import CarteiraPrincipal, Separacao
from projecao import fila, recalculo, vivo
from projecao.admin.pagina import Pagina
from projecao.models import EstoqueProjecaoCache, Produto, RecalculoPendente
from projecao.tasks import processar_recalculos_pendentes
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db
ENDERECO = "/admin/projecao/estoqueprojecaocache/vivo"


@pytest.fixture(autouse=True)
def produtos():
    fila.preparar()
    for cod in ("1", "2"):
        Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}")
        movimentar(cod, 100)
    recalculo.drenar()


@pytest.fixture
def planejador(client):
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Planejadores"))
    client.force_login(usuario)
    return client


def perguntar(cliente, *cods, **consulta):
    resposta = cliente.get(ENDERECO, {"produto": cods, **consulta})
    assert resposta.status_code == 200
    return resposta.json()["token"]


def do_produto(cliente):
    return perguntar(cliente, "1")


def da_carteira(cliente):
    return perguntar(cliente)


AMBOS = pytest.mark.parametrize("token", [do_produto, da_carteira])


@AMBOS
def test_nothing_happens_and_nothing_changes(planejador, token):
    assert token(planejador) == token(planejador)


@AMBOS
def test_a_movement_changes_it_and_so_does_its_recalculation(planejador, token):
    quieto = token(planejador)
    movimentar("1", -30)
    marcado = token(planejador)
    recalculo.drenar()
    assert len({quieto, marcado, token(planejador)}) == 3


@AMBOS
def test_a_second_mark_changes_it_again(planejador, token):
    """A marked product is computed by each read: its numbers change before any row does."""
    movimentar("1", -30)
    primeira = token(planejador)
    movimentar("1", -1)
    assert token(planejador) != primeira


@AMBOS
def test_a_failed_try_changes_it(planejador, token):
    """The page then says why its numbers are old."""
    fila.marcar(["1"], "teste")
    marcado = token(planejador)
    fila.adiar("1", [fila.Marca(*m) for m in RecalculoPendente.objects.values_list(*fila.Marca._fields)], "não deu")
    assert token(planejador) != marcado


@AMBOS
def test_documents_that_change_no_figure_change_it(planejador, token):
    """The page shows the documents too."""
    linha = CarteiraPrincipal.objects.create(
        num_pedido="P1", cod_produto="1", qtd_saldo_produto_pedido=5, qtd_produto_pedido=5, expedicao=dia(2)
    )
    recalculo.drenar()
    antes, versao = token(planejador), EstoqueProjecaoCache.objects.get(pk="1").versao
    linha.raz_social_red = "LOJA"
    linha.save()
    recalculo.drenar()
    assert EstoqueProjecaoCache.objects.get(pk="1").versao == versao
    assert token(planejador) != antes


@AMBOS
def test_a_forced_recalculation_changes_it(planejador, token):
    antes = token(planejador)
    recalculo.recalcular(["1"])
    assert token(planejador) != antes


@AMBOS
def test_the_day_changes_it(planejador, token, monkeypatch):
    antes = token(planejador)
    monkeypatch.setattr(vivo, "hoje", lambda: dia(1))
    assert token(planejador) != antes


@AMBOS
def test_what_is_rolled_back_does_not(planejador, token):
    antes = token(planejador)
    with transaction.atomic():
        movimentar("1", -30)
        transaction.set_rollback(True)
    assert token(planejador) == antes


def test_another_product_changes_the_portfolio_only(planejador):
    do_1, de_todos = do_produto(planejador), da_carteira(planejador)
    movimentar("2", -30)
    recalculo.drenar()
    assert do_produto(planejador) == do_1
    assert da_carteira(planejador) != de_todos


def test_a_unification_changes_both_products_and_either_code_asks_for_the_family(planejador):
    antes = [perguntar(planejador, cod) for cod in ("1", "2")]
    unificar("2", "1")
    recalculo.drenar()
    depois = [perguntar(planejador, cod) for cod in ("1", "2")]
    assert depois[0] == depois[1]
    assert not set(antes) & set(depois)
    movimentar("2", -1)  # of the code unified into it
    assert perguntar(planejador, "1") != depois[0]


def test_several_products_have_one_token(planejador):
    antes = perguntar(planejador, "1", "2")
    assert perguntar(planejador, "2", "1") == antes
    movimentar("2", -1)
    assert perguntar(planejador, "1", "2") != antes


def test_a_product_that_nobody_knows_has_one_too(planejador):
    antes = perguntar(planejador, "novo")
    movimentar("novo", 1)
    assert perguntar(planejador, "novo") != antes


def test_the_machines_token_follows_the_jobs(planejador):
    carteira, maquina = da_carteira(planejador), perguntar(planejador, maquina=1)
    processar_recalculos_pendentes()  # and finds nothing to do
    assert da_carteira(planejador) == carteira
    assert perguntar(planejador, maquina=1) != maquina


def test_it_costs_a_constant_number_of_queries():
    cods = [f"N{n}" for n in range(200)]
    for pedidos, consultas in (([], 2), (["1"], 3), (["1", "2", *cods], 3)):
        with CaptureQueriesContext(
            connection,
        ) as feitas:
            vivo.token(pedidos)
        assert len(feitas) == consultas


def test_who_may_not_see_projections_may_not_ask(client):
    assert client.get(ENDERECO).url.startswith(reverse("admin:login"))
    client.force_login(User.objects.create_user("novato", password="x", is_staff=True))
    assert client.get(ENDERECO).status_code == 403


# The pages


def regiao(resposta) -> dict:
    return resposta.context["vivo"]


@pytest.mark.parametrize(
    "pagina", ["/admin/", "/admin/projecao/estoqueprojecaocache/", "/admin/projecao/estoqueatual/"]
)
def test_pages_of_the_whole_portfolio_carry_its_token(planejador, pagina):
    resposta = planejador.get(pagina)
    assert regiao(resposta)["token"] == da_carteira(planejador)
    assert f'data-vivo="{ENDERECO}"' in resposta.content.decode()


@pytest.mark.parametrize("marcado", [False, True])
def test_a_products_page_carries_its_token(planejador, marcado):
    if marcado:
        movimentar("1", -1)
    resposta = planejador.get("/admin/projecao/estoqueprojecaocache/1/change/")
    assert regiao(resposta)["token"] == do_produto(planejador)
    corpo = resposta.content.decode()
    assert f'data-vivo="{ENDERECO}?produto=1"' in corpo
    for parte in ("avisos", "figuras", "grafico", "dias-da-projecao"):
        assert f'id="{parte}"' in corpo


def test_a_products_page_says_when_it_was_computed(planejador):
    calculo = timezone.now() - timedelta(minutes=3)
    EstoqueProjecaoCache.objects.filter(pk="1").update(data_calculo=calculo)
    corpo = planejador.get("/admin/projecao/estoqueprojecaocache/1/change/").content.decode()
    assert f"{timezone.localtime(calculo):%d/%m/%Y %H:%M:%S}" in corpo
    assert "Em dia" in corpo


def test_a_product_that_cannot_be_computed_carries_its_token_too(planejador):
    for n in range(2):
        Separacao.objects.create(
            separacao_lote_id=f"L{n}", num_pedido="P", cod_produto="1", qtd_saldo="999999999999.999", expedicao=dia(1)
        )
    recalculo.drenar()
    resposta = planejador.get("/admin/projecao/estoqueprojecaocache/1/change/")
    assert "este não pôde ser feito" in resposta.content.decode()
    assert regiao(resposta)["token"] == do_produto(planejador)


def test_who_sees_stock_but_no_projections_is_asked_nothing(client):
    usuario = User.objects.create_user("estoquista", password="x", is_staff=True)
    usuario.user_permissions.add(Permission.objects.get(codename="view_estoqueatual"))
    client.force_login(usuario)
    assert "data-vivo" not in client.get("/admin/projecao/estoqueatual/").content.decode()


def test_a_page_of_our_own_only_says_what_it_follows(rf, admin_user):
    class Exemplo(Pagina):
        title, caminho, nome, template_name = "Exemplo", "exemplo", "projecao_exemplo", "admin/pagina.html"
        permission_required = vivo.PERMISSAO

        def acompanhar(self):
            return vivo.regiao()

    pedido = rf.get("/admin/")
    pedido.user = admin_user
    resposta = Exemplo.as_view(model_admin=admin.site.get_model_admin(EstoqueProjecaoCache))(pedido)
    assert resposta.context_data["vivo"]["token"] == vivo.da_carteira()


def test_so_many_products_that_they_fit_no_address_follow_the_portfolio():
    cods = [f"PRODUTO-{n:04}" for n in range(200)]
    regiao_ = vivo.regiao(cods)
    assert regiao_["url"] == ENDERECO
    assert regiao_["token"] == vivo.da_carteira()
    assert len(vivo.regiao(cods[:100])["url"]) < 4000
