from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from producao.models import ProgramacaoProducao
from projecao.conf import hoje
from projecao.servico import ServicoProjecaoEstoque

pytestmark = pytest.mark.django_db
LISTA, NOVA = "admin:producao_programacaoproducao_changelist", "admin:producao_programacaoproducao_add"


def programar(cod="1", qtd=10, dia=1):
    return ProgramacaoProducao.objects.create(
        cod_produto=cod,
        qtd_programada=qtd,
        data_programacao=hoje() + timedelta(days=dia),
        linha_producao="LINHA 1",
    )


def pagina_de(ordem):
    return reverse("admin:producao_programacaoproducao_change", args=[ordem.pk])


def dados(cod="1", qtd="10", dia=1):
    data = hoje() + timedelta(days=dia)
    return {"cod_produto": cod, "qtd_programada": qtd, "data_programacao": f"{data:%d/%m/%Y}", "linha_producao": "L1"}


def producao(cod, dia):
    return ServicoProjecaoEstoque.obter_projecao(cod)["projecao"][dia]["producao"]


def test_pages_search_and_filters(admin_client):
    ordem = programar(qtd=Decimal("1234.5"))
    lista = admin_client.get(reverse(LISTA))
    assert "1.234,5" in lista.content.decode()
    assert admin_client.get(reverse(NOVA)).status_code == 200
    assert admin_client.get(pagina_de(ordem)).status_code == 200
    for filtro in ({"q": "1"}, {"linha_producao": "LINHA 1"}, {"data_programacao_from": "01/01/2026"}):
        assert admin_client.get(reverse(LISTA), filtro).status_code == 200


def test_what_is_planned_moved_and_deleted_is_in_the_projection(admin_client):
    assert admin_client.post(reverse(NOVA), dados()).status_code == 302
    assert producao("1", 1) == 10
    ordem = ProgramacaoProducao.objects.get()
    assert admin_client.post(pagina_de(ordem), dados(cod="2", qtd="12,5", dia=3)).status_code == 302
    assert (producao("1", 1), producao("2", 3)) == (0, Decimal("12.5"))
    selecao = {"action": "delete_selected", "_selected_action": [ordem.pk], "post": "yes"}
    admin_client.post(reverse(LISTA), selecao)
    assert producao("2", 3) == 0


@pytest.mark.parametrize(("grupo", "status"), [("Planejadores", 302), ("Consulta", 403)])
def test_who_may_plan(client, grupo, status):
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name=grupo))
    client.force_login(usuario)
    assert client.get(reverse(LISTA)).status_code == 200
    assert client.post(reverse(NOVA), dados()).status_code == status
    assert client.post(pagina_de(programar()), dados()).status_code == status
