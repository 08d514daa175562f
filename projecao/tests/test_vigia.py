"""Bulk writes of watched models do what Django's own do, no more and no less."""

import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.signals import post_save
from django.utils import timezone

from carteira.models import CarteiraPrincipal, Separacao
from projecao import banco, saldo
from projecao.models import MovimentacaoEstoque, RecalculoPendente, vigiado
from projecao.tests.fabrica import movimentar

pytestmark = pytest.mark.django_db


def marcados() -> set[str]:
    return set(RecalculoPendente.objects.values_list("cod_produto", flat=True))


@pytest.fixture
def lotes_de_dois(monkeypatch):
    monkeypatch.setattr(vigiado, "em_lotes", partial(banco.em_lotes, tamanho=2))


def test_atualizar_em_lotes_nao_olha_o_que_o_lote_anterior_gravou(lotes_de_dois):
    """Every row matches as long as none has changed: the second batch must not see the first."""
    for n in range(5):
        Separacao.objects.create(cod_produto=f"P{n}", num_pedido="1", qtd_saldo=1)
    todas_iguais = Separacao.objects.filter(
        num_pedido__in=Separacao.objects.filter(cod_produto="P0", qtd_saldo=1).values("num_pedido")
    )
    assert todas_iguais.update(qtd_saldo=2) == 5


def test_atualizar_com_anotacao_e_expressao():
    Separacao.objects.create(cod_produto="A", qtd_saldo=3)
    Separacao.objects.annotate(dobro=F("qtd_saldo") * 2).filter(dobro=6).update(qtd_saldo=F("dobro"))
    assert Separacao.objects.get().qtd_saldo == 6


def test_atualizar_por_subconsulta():
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=8)
    Separacao.objects.create(num_pedido="1", cod_produto="A", qtd_saldo=3)
    linha = CarteiraPrincipal.objects.filter(num_pedido=OuterRef("num_pedido"))
    Separacao.objects.update(qtd_saldo=Subquery(linha.values("qtd_saldo_produto_pedido")[:1]))
    assert Separacao.objects.get().qtd_saldo == 8


def test_os_limites_do_django_continuam():
    Separacao.objects.create(cod_produto="A", qtd_saldo=3)
    with pytest.raises(TypeError):
        Separacao.objects.all()[:1].update(qtd_saldo=1)
    with pytest.raises(TypeError):
        Separacao.objects.all()[:1].delete()
    assert Separacao.objects.filter(cod_produto="nada").update(qtd_saldo=1) == 0
    assert Separacao.objects.filter(cod_produto="nada").delete() == (0, {})
    assert Separacao.objects.all().delete() == (1, {"carteira.Separacao": 1})


def test_mudar_o_produto_em_massa_marca_o_velho_e_o_novo():
    Separacao.objects.create(cod_produto="A", qtd_saldo=3)
    RecalculoPendente.objects.all().delete()
    Separacao.objects.update(cod_produto=Value("B"))
    assert marcados() == {"A", "B"}


def test_loaddata_nao_reage():
    from django.core import serializers

    movimento = MovimentacaoEstoque(cod_produto="A", qtd_movimentacao=1, tipo_movimentacao="AJUSTE")
    movimento.criado_em = movimento.atualizado_em = timezone.now()
    [objeto] = serializers.deserialize("json", serializers.serialize("json", [movimento]))
    objeto.save()
    assert marcados() == set()


def test_outro_receptor_que_salva_de_novo_nao_atrapalha():
    def salvar_de_novo(sender, instance, created, **kwargs):
        if created:
            instance.observacao = "vista"
            instance.save()

    recebedores = post_save.receivers[:]
    post_save.connect(salvar_de_novo, sender=MovimentacaoEstoque)
    post_save.receivers.insert(0, post_save.receivers.pop())  # before ours
    post_save.sender_receivers_cache.clear()
    try:
        movimentar("A", 10)
    finally:
        post_save.receivers[:] = recebedores
        post_save.sender_receivers_cache.clear()
    assert MovimentacaoEstoque.objects.get().observacao == "vista"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acao", ["excluir", "atualizar"])
def test_linha_que_deixou_de_casar_enquanto_se_esperava_fica(acao):
    separacao = Separacao.objects.create(cod_produto="A", qtd_saldo=0)
    travada = threading.Event()

    def outro():
        with transaction.atomic():
            Separacao.objects.filter(pk=separacao.pk).update(qtd_saldo=5)
            travada.set()
            time.sleep(0.5)
        connection.close()

    fio = threading.Thread(target=outro)
    fio.start()
    travada.wait()
    zeradas = Separacao.objects.filter(qtd_saldo=0)
    feitas = zeradas.delete()[0] if acao == "excluir" else zeradas.update(qtd_saldo=9)
    fio.join()
    assert feitas == 0
    assert Separacao.objects.get().qtd_saldo == 5


def test_bulk_update_reage_uma_vez_por_todos_os_lotes(monkeypatch):
    """A reaction a batch would lock stock batch by batch, in an order of its own."""
    for cod in "FEBA":
        movimentar(cod, 1)
    movimentos = list(MovimentacaoEstoque.objects.order_by("id"))
    for movimento in movimentos:
        movimento.qtd_movimentacao = 5
    aplicados = []
    monkeypatch.setattr(saldo, "_aplicar_varios", aplicados.append)
    assert MovimentacaoEstoque.objects.bulk_update(movimentos, ["qtd_movimentacao"], batch_size=2) == 4
    assert [sorted(deltas) for deltas in aplicados] == [["A", "B", "E", "F"]]
