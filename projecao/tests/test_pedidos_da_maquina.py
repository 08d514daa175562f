"""Checks, corrections and recalculations that people ask for, from the button to the outcome."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from carteira.models import Separacao
from projecao import fila, recalculo, trabalhos
from projecao.admin.recalculo import NA_HORA
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, Produto, RecalculoPendente, Trabalho
from projecao.tests.fabrica import dia, movimentar, unificar

Tipo, Estado = Trabalho.Tipo, Trabalho.Estado
LISTA = "admin:projecao_estoqueprojecaocache_changelist"
pytestmark = pytest.mark.django_db


@pytest.fixture
def planejador(client):
    fila.preparar()
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.user_permissions.add(
        *Permission.objects.filter(codename__startswith="view_"), Permission.objects.get(codename="forcar_recalculo")
    )
    client.force_login(usuario)
    return client


def produto(cod, estoque=10):
    Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}")
    movimentar(cod, estoque)


def pedir(cliente, nome, *args):
    """Presses the button; the work that it leads to."""
    resposta = cliente.post(reverse(f"admin:projecao_{nome}", args=args))
    trabalho = Trabalho.objects.order_by("-id").first()
    assert resposta.status_code == 302 and resposta.url == pagina_de(trabalho)
    return trabalho


def pagina_de(trabalho):
    return reverse("admin:projecao_trabalho_change", args=[trabalho.pk])


def desfecho(cliente, trabalho):
    trabalhos.executar_pendentes()
    resposta = cliente.get(pagina_de(trabalho))
    assert resposta.status_code == 200
    return resposta


# Checking and correcting


def test_a_check_reports_and_its_correction_mends_what_is_true_by_then(planejador):
    produto("1", "1489.5")
    produto("2", 10)
    Separacao.objects.create(separacao_lote_id="L", num_pedido="P", cod_produto="2", qtd_saldo=4, expedicao=dia(3))
    recalculo.drenar()
    EstoqueAtual.objects.filter(pk="1").update(estoque=7)
    EstoqueProjecaoCache.objects.filter(pk="2").update(
        dias=[[0, 1500, 0]], menor_estoque_7d=Decimal("-2.5"), dia_ruptura=dia(1), status_ruptura="CRÍTICO"
    )
    conferencia = pedir(planejador, "conferir")
    resposta = desfecho(planejador, conferencia)
    achados = {(d["cod"], d["campo"]): (d["guardado"], d["correto"]) for d in resposta.context["divergencias"]}
    assert achados == {
        ("1", "Estoque"): (["7"], ["1.489,5"]),
        ("2", "Movimento dos dias"): (["Hoje: sai 1,5", "D+3: nada"], ["Hoje: nada", "D+3: sai 4"]),
        ("2", "Est.Min.D+7"): (["-2,5"], ["6"]),
        ("2", "Ruptura"): ([f"{dia(1):%d/%m/%Y}"], ["sem ruptura"]),
        ("2", "Status"): (["Crítico"], ["Atenção"]),
    }
    texto = resposta.content.decode()
    assert "5 divergências em 2 produtos." in texto and "Corrigir 2 produtos" in texto and "PALMITO 2" in texto
    assert EstoqueAtual.objects.get(pk="1").estoque == 7, "a check changes nothing"
    movimentar("1", 100)  # after the check
    correcao = pedir(planejador, "corrigir", conferencia.pk)
    assert correcao.criado_por.username == "joana"
    assert "2 produtos recalculados, 2 com números novos." in desfecho(planejador, correcao).content.decode()
    assert EstoqueAtual.objects.get(pk="1").estoque == Decimal("1589.5")
    assert EstoqueProjecaoCache.objects.get(pk="2").menor_estoque_7d == 6
    assert planejador.get(pagina_de(conferencia)).context["correcao"] == correcao
    assert "Tudo confere" in desfecho(planejador, pedir(planejador, "conferir")).content.decode()


def test_a_product_without_its_row_is_told_in_words(planejador):
    produto("1")
    recalculo.drenar()
    EstoqueProjecaoCache.objects.all().delete()
    resposta = desfecho(planejador, pedir(planejador, "conferir"))
    (divergencia,) = resposta.context["divergencias"]
    assert (divergencia["campo"], divergencia["guardado"]) == ("Projeção", ["nenhuma"])


def test_a_check_that_found_nothing_offers_no_correction(planejador):
    produto("1")
    recalculo.drenar()
    conferencia = pedir(planejador, "conferir")
    resposta = desfecho(planejador, conferencia)
    assert "Corrigir" not in resposta.content.decode()
    assert planejador.post(reverse("admin:projecao_corrigir", args=[conferencia.pk])).status_code == 404


def test_only_a_check_that_has_ended_can_be_corrected(planejador):
    conferencia = pedir(planejador, "conferir")
    recalcular = pedir(planejador, "recalcular_tudo")
    trabalhos_que_nao = [conferencia.pk, recalcular.pk, 999]
    for pk in trabalhos_que_nao:
        assert planejador.post(reverse("admin:projecao_corrigir", args=[pk])).status_code == 404


def test_of_thousands_of_divergences_some_are_shown_and_all_corrected(planejador, monkeypatch):
    monkeypatch.setattr(trabalhos, "DIVERGENCIAS_GUARDADAS", 2)
    for cod in "123":
        produto(cod)
    recalculo.drenar()
    EstoqueAtual.objects.update(estoque=7)
    conferencia = pedir(planejador, "conferir")
    resposta = desfecho(planejador, conferencia)
    assert len(resposta.context["divergencias"]) == 2 and resposta.context["omitidas"] == "1"
    desfecho(planejador, pedir(planejador, "corrigir", conferencia.pk))
    assert set(EstoqueAtual.objects.values_list("estoque", flat=True)) == {Decimal(10)}


# Recalculating


def test_recalculating_all_tells_what_changed_and_what_failed(planejador):
    for cod in "123":
        produto(cod)
    recalculo.drenar()
    EstoqueProjecaoCache.objects.filter(pk="1").update(estoque_atual=3)
    for _ in range(2):
        Separacao.objects.create(separacao_lote_id="L", num_pedido="P", cod_produto="2", qtd_saldo=999_999_999_999)
    resposta = desfecho(planejador, pedir(planejador, "recalcular_tudo"))
    texto = resposta.content.decode()
    assert "2 produtos recalculados, 1 com números novos; 1 não pôde ser recalculado." in texto
    assert "Feito em " in texto
    ((cod, motivo),) = resposta.context["falhas"]
    assert cod == "2" and "mais de 12 dígitos" in motivo
    assert EstoqueProjecaoCache.objects.get(pk="1").estoque_atual == 10


def test_all_from_the_list_asks_first_and_then_leads_to_the_work(planejador):
    url = reverse("admin:projecao_estoqueprojecaocache_forcar_recalculo_de_todos")
    assert url in planejador.get(reverse(LISTA)).content.decode()
    assert "Recalcular todos" in planejador.get(url).content.decode()
    assert not Trabalho.objects.exists()
    resposta = planejador.post(url, {"_form_submitted": "True"}, headers={"HX-Request": "true"})
    assert resposta.headers["HX-Redirect"] == pagina_de(Trabalho.objects.get())
    assert Trabalho.objects.get().parametros == {}


def test_the_same_work_is_not_begun_twice(planejador):
    primeiro = pedir(planejador, "recalcular_tudo")
    assert pedir(planejador, "recalcular_tudo") == primeiro
    trabalhos._tomar()  # and now it runs
    assert pedir(planejador, "recalcular_tudo") == primeiro
    assert trabalhos.pedir_uma_vez(Tipo.RECALCULAR, produtos=["1"]) != primeiro, "that is other work"
    Trabalho.objects.update(estado=Estado.CONCLUIDO, resultado={"produtos": 0, "gravados": 0, "falhas": {}})
    assert pedir(planejador, "recalcular_tudo") != primeiro


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_the_same_moment_ask_once():
    juntos = threading.Barrier(2, timeout=30)

    def apertar():
        juntos.wait()
        trabalhos.pedir_uma_vez(Tipo.CONFERIR_ESTOQUE)
        connection.close()

    linhas = [threading.Thread(target=apertar) for _ in range(2)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert Trabalho.objects.count() == 1


def selecionar(cliente, cods):
    return cliente.post(reverse(LISTA), {"action": "forcar_recalculo", "_selected_action": cods, "select_across": "1"})


@pytest.mark.parametrize("a_mais", [0, 1])
def test_a_small_selection_is_done_at_once_and_a_large_one_is_a_work(planejador, a_mais):
    agora, cods = timezone.now(), [f"{n:04}" for n in range(NA_HORA + a_mais)]
    EstoqueProjecaoCache.objects.bulk_create(
        EstoqueProjecaoCache(cod_produto=cod, data_base=dia(0), data_calculo=agora - timedelta(hours=1)) for cod in cods
    )
    resposta = selecionar(planejador, cods)
    if not a_mais:
        assert resposta.url == reverse(LISTA) and not Trabalho.objects.exists()
        assert not recalculo.antigas().exists()
        return
    trabalho = Trabalho.objects.get()
    assert resposta.url == pagina_de(trabalho) and trabalho.parametros == {"produtos": cods}
    assert recalculo.antigas().count() == len(cods)
    desfecho(planejador, trabalho)
    assert not recalculo.antigas().exists()


def test_a_product_of_two_codes_counts_once_wherever_they_fall(planejador, settings):
    settings.PROJECAO_LOTE = 1
    for cod in "12":
        produto(cod)
    unificar("2", "1")
    recalculo.drenar()
    EstoqueProjecaoCache.objects.filter(pk="1").update(saidas_sem_data=3)
    assert "1 divergência em 1 produto." in desfecho(planejador, pedir(planejador, "conferir")).content.decode()
    texto = desfecho(planejador, pedir(planejador, "recalcular_tudo")).content.decode()
    assert "1 produto recalculado, 1 com números novos." in texto


# Who may


@pytest.mark.parametrize("nome", ["conferir", "recalcular_tudo", "corrigir"])
def test_only_who_may_force_a_recalculation_puts_the_machine_to_work(client, nome):
    usuario = User.objects.create_user("bia", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    url = reverse(f"admin:projecao_{nome}", args=[1] if nome == "corrigir" else [])
    assert client.post(url).url.startswith("/admin/login/")
    client.force_login(usuario)
    assert client.post(url).status_code == 403
    assert client.get(url).status_code == 403
    assert not Trabalho.objects.exists()


def test_without_the_permission_no_list_and_no_outcome_offers_it(client):
    fila.preparar()
    produto("1")
    recalculo.drenar()
    EstoqueAtual.objects.update(estoque=7)
    conferencia = trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
    usuario = User.objects.create_user("bia", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(usuario)
    texto = desfecho(client, conferencia).content.decode()
    assert "1 divergência em 1 produto." in texto and "Corrigir" not in texto
    assert "Recalcular todos" not in client.get(reverse(LISTA)).content.decode()
    url = reverse("admin:projecao_estoqueprojecaocache_forcar_recalculo_de_todos")
    assert client.post(url).status_code == 403


def test_a_link_never_asks_for_work(planejador):
    for nome in ("conferir", "recalcular_tudo"):
        assert planejador.get(reverse(f"admin:projecao_{nome}")).status_code == 405
    assert not Trabalho.objects.exists()


def test_who_may_ask_but_not_see_works_is_told_that_it_was_asked(client):
    usuario = User.objects.create_user("bia", password="x", is_staff=True)
    usuario.user_permissions.add(Permission.objects.get(codename="forcar_recalculo"))
    client.force_login(usuario)
    resposta = client.post(reverse("admin:projecao_recalcular_tudo"), follow=True)
    assert [str(m) for m in resposta.context["messages"]] == [
        f"Pedido feito: {Trabalho.objects.get()}. Ele continua em segundo plano."
    ]


# The page of a work


def test_the_page_follows_its_work_from_the_queue_to_the_outcome(planejador):
    produto("1")
    trabalho = pedir(planejador, "recalcular_tudo")
    andamento = reverse("admin:projecao_trabalho_andamento", args=[trabalho.pk])
    texto = planejador.get(pagina_de(trabalho)).content.decode()
    assert f'data-andamento="{andamento}"' in texto and 'data-estado="na_fila"' in texto
    assert planejador.get(andamento).json()["estado"] == "na_fila"
    trabalhos._tomar()
    assert planejador.get(andamento).json()["estado"] == "executando", "and the script shows the page anew"
    Trabalho.objects.update(estado=Estado.NA_FILA)
    assert "data-andamento" not in desfecho(planejador, trabalho).content.decode()
    assert not RecalculoPendente.objects.exists()


def test_the_list_says_how_each_ended(planejador):
    produto("1")
    desfecho(planejador, pedir(planejador, "recalcular_tudo"))
    Trabalho.objects.create(tipo=Tipo.RECALCULAR, estado=Estado.FALHOU, erro="não deu " * 100)
    texto = planejador.get(reverse("admin:projecao_trabalho_changelist")).content.decode()
    assert "1 produto recalculado, 1 com números novos." in texto
    assert "não deu não deu" in texto and "não deu " * 30 not in texto
    assert "joana" in texto and " ms" in texto
