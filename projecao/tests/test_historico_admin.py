from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from projecao import historico, recalculo
from projecao.models import ProjecaoDiaria, ResumoMensal
from projecao.tests.fabrica import movimentar
from projecao.tests.test_historico import INICIO, em

DIAS = "/admin/projecao/projecaodiaria/"
MESES = "/admin/projecao/resumomensal/"


@pytest.fixture
def guardados(db):
    with em(INICIO):
        movimentar("A", "1489.5")
        recalculo.drenar()
    with em(INICIO + timedelta(days=40)):
        recalculo.avancar_dia()
        historico.apurar()
    with em(INICIO + timedelta(days=41)):
        recalculo.avancar_dia()
        historico.apurar()
        historico.compactar()


def test_what_was_kept_may_be_looked_at_and_nothing_else(admin_client, guardados):
    dia, resumo = ProjecaoDiaria.objects.get(), ResumoMensal.objects.get(horizonte=7)
    for lista, linha, quer in ((DIAS, dia, "1.489,5"), (f"{MESES}?horizonte=7", resumo, "7 dias antes")):
        assert quer in admin_client.get(lista).content.decode()
        pagina = f"{lista.partition('?')[0]}{linha.pk}/change/"
        assert "1.489,5" in admin_client.get(pagina).content.decode()
        assert admin_client.post(pagina, {}).status_code == 403
        assert admin_client.get(f"{lista.partition('?')[0]}add/").status_code == 403
    assert "19/03: 1.489,5" in admin_client.get(f"{DIAS}{dia.pk}/change/").content.decode()


def test_a_code_is_searched_whole_and_a_filter_that_says_nothing_is_none(admin_client, guardados):
    assert admin_client.get(f"{DIAS}?q=A").context["cl"].result_count == 1
    assert admin_client.get(f"{DIAS}?q=AB").context["cl"].result_count == 0
    assert admin_client.get(f"{MESES}?horizonte=x").context["cl"].result_count == 4


def test_who_may_not_see_them_does_not(client, guardados):
    client.force_login(User.objects.create_user("ana", password="x", is_staff=True))
    assert [client.get(lista).status_code for lista in (DIAS, MESES)] == [403, 403]
