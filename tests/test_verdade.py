"""The promise of the project: whatever is written, in whatever way, every read is the brute-force computation."""

import json
import random
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao import recalculo
from projecao.conf import hoje
from projecao.models import EstoqueAtual, MovimentacaoEstoque, Produto, RecalculoPendente, UnificacaoCodigos
from tests import modelo_lento

PRODUTOS = ["100", "200", "AB-01", "C/3", "é 5"]
PEDIDOS = ["P1", "P2", "P/3"]
LOTES = ["L1", "L2", "L3", None, ""]


class Desfazer(Exception):
    pass


class Escritor:
    """Random writes through every road of the ORM."""

    def __init__(self, semente: int):
        self.acaso = random.Random(semente)

    def produto(self):
        return self.acaso.choice(PRODUTOS)

    def qtd(self, minimo=0):
        return Decimal(self.acaso.randint(minimo, 40000)) / 1000

    def data(self, vazia=0.2):
        return None if self.acaso.random() < vazia else hoje() + timedelta(days=self.acaso.randint(-6, 32))

    def linha(self, modelo):
        """An unsaved random row."""
        comum = {"cod_produto": self.produto()}
        if modelo is MovimentacaoEstoque:
            return modelo(
                **comum,
                tipo_movimentacao="AJUSTE",
                qtd_movimentacao=self.qtd(-20000),
                ativo=self.acaso.random() < 0.8,
            )
        if modelo is ProgramacaoProducao:
            return modelo(**comum, data_programacao=self.data(0), qtd_programada=self.qtd())
        if modelo is Pedido:
            usados = set(Pedido.objects.values_list("separacao_lote_id", flat=True))
            livres = [lote for lote in LOTES if lote not in usados] + [None]
            return modelo(
                separacao_lote_id=self.acaso.choice(livres),
                num_pedido=self.acaso.choice(PEDIDOS),
                status=self.acaso.choice(Pedido.Status.values),
                expedicao=self.data(),
            )
        comum["num_pedido"] = self.acaso.choice(PEDIDOS)
        if modelo is Separacao:
            return modelo(
                **comum, separacao_lote_id=self.acaso.choice(LOTES), qtd_saldo=self.qtd(), expedicao=self.data()
            )
        if modelo is PreSeparacaoItem:
            return modelo(
                **comum,
                qtd_selecionada_usuario=self.qtd(),
                status=self.acaso.choice(PreSeparacaoItem.Status.values),
                data_expedicao_editada=self.data(),
            )
        return CarteiraPrincipal(
            **comum,
            qtd_saldo_produto_pedido=self.qtd(),
            expedicao=self.data(),
            ativo=self.acaso.random() < 0.9,
            separacao_lote_id=self.acaso.choice([None, None, None, "", "L1"]),
        )

    MODELOS = (MovimentacaoEstoque, Separacao, PreSeparacaoItem, CarteiraPrincipal, Pedido, ProgramacaoProducao)

    def campos(self, nova) -> dict:
        """Some columns of an unsaved row, as values for an update."""
        fora = {"id", "criado_em", "atualizado_em", "criado_por_id", "atualizado_por_id", "chave_importacao"}
        if isinstance(nova, Pedido):
            fora.add("separacao_lote_id")  # unique: moved one at a time, in `salvar`
        if isinstance(nova, CarteiraPrincipal):
            fora |= {"num_pedido", "cod_produto"}
        nomes = [campo.attname for campo in nova._meta.concrete_fields if campo.attname not in fora]
        escolhidos = self.acaso.sample(nomes, self.acaso.randint(1, min(3, len(nomes))))
        return {nome: getattr(nova, nome) for nome in escolhidos}

    def existentes(self, modelo, maximo=4):
        pks = list(modelo.objects.values_list("pk", flat=True))
        return self.acaso.sample(pks, min(len(pks), self.acaso.randint(1, maximo)))

    # The roads

    def criar(self):
        self._inedita(self.acaso.choice(self.MODELOS)).save()

    def salvar(self):
        modelo = self.acaso.choice(self.MODELOS)
        for pk in self.existentes(modelo, 1):
            linha, nova = modelo.objects.get(pk=pk), self.linha(modelo)
            campos = self.campos(nova)
            if modelo is Pedido and self.acaso.random() < 0.5:
                campos["separacao_lote_id"] = nova.separacao_lote_id
            for nome, valor in campos.items():
                setattr(linha, nome, valor)
            linha.save()

    def salvar_alguns_campos(self):
        """The instance holds changes that `update_fields` leaves out."""
        modelo = self.acaso.choice(self.MODELOS)
        for pk in self.existentes(modelo, 1):
            linha = modelo.objects.get(pk=pk)
            campos = self.campos(self.linha(modelo))
            for nome, valor in campos.items():
                setattr(linha, nome, valor)
            linha.save(update_fields=list(campos)[:1])

    def salvar_velha(self):
        """An instance that was loaded before somebody else changed the row."""
        modelo = self.acaso.choice(self.MODELOS)
        for pk in self.existentes(modelo, 1):
            velha = modelo.objects.get(pk=pk)
            modelo.objects.filter(pk=pk).update(**self.campos(self.linha(modelo)))
            velha.save()

    def excluir(self):
        modelo = self.acaso.choice(self.MODELOS)
        for pk in self.existentes(modelo, 1):
            modelo.objects.get(pk=pk).delete()

    def excluir_varios(self):
        modelo = self.acaso.choice(self.MODELOS)
        modelo.objects.filter(pk__in=self.existentes(modelo, 2)).delete()

    def criar_varios(self):
        modelo = self.acaso.choice([m for m in self.MODELOS if m not in (CarteiraPrincipal, Pedido)])
        modelo.objects.bulk_create([self.linha(modelo) for _ in range(self.acaso.randint(1, 5))])

    def criar_ou_substituir(self):
        linhas = {(linha.num_pedido, linha.cod_produto): linha for linha in map(self.linha, [CarteiraPrincipal] * 4)}
        CarteiraPrincipal.objects.bulk_create(
            linhas.values(),
            update_conflicts=True,
            unique_fields=["num_pedido", "cod_produto"],
            update_fields=["qtd_saldo_produto_pedido", "expedicao", "ativo", "separacao_lote_id"],
        )

    def criar_ignorando(self):
        CarteiraPrincipal.objects.bulk_create([self.linha(CarteiraPrincipal) for _ in range(3)], ignore_conflicts=True)

    def atualizar_varios(self):
        modelo = self.acaso.choice(self.MODELOS)
        linhas = list(modelo.objects.filter(pk__in=self.existentes(modelo)))
        campos = self.campos(self.linha(modelo))
        for linha in linhas:
            for nome in campos:
                setattr(linha, nome, getattr(self.linha(modelo), nome))
        modelo.objects.bulk_update(linhas, list(campos), batch_size=2)

    def atualizar(self):
        modelo = self.acaso.choice(self.MODELOS)
        modelo.objects.filter(pk__in=self.existentes(modelo)).update(**self.campos(self.linha(modelo)))

    def obter_ou_criar(self):
        nova = self.linha(CarteiraPrincipal)
        CarteiraPrincipal.objects.update_or_create(
            num_pedido=nova.num_pedido,
            cod_produto=nova.cod_produto,
            defaults={"qtd_saldo_produto_pedido": nova.qtd_saldo_produto_pedido},
        )

    def unificar(self):
        origem, destino = self.acaso.sample(PRODUTOS, 2)
        with suprimir_unificacao_invalida():
            existente = UnificacaoCodigos.objects.filter(codigo_origem=origem).first()
            if existente and self.acaso.random() < 0.5:
                existente.ativo = not existente.ativo
                existente.save()
            elif existente:
                existente.delete()
            else:
                UnificacaoCodigos.objects.create(codigo_origem=origem, codigo_destino=destino)

    def mudar_seguranca(self):
        valor = self.acaso.choice([None, Decimal(0), Decimal(30)])
        Produto.objects.update_or_create(cod_produto=self.produto(), defaults={"estoque_seguranca": valor})

    ROADS = (
        criar,
        criar,
        criar,
        salvar,
        salvar_alguns_campos,
        salvar_velha,
        excluir,
        excluir_varios,
        criar_varios,
        criar_varios,
        criar_ou_substituir,
        criar_ignorando,
        atualizar_varios,
        atualizar,
        obter_ou_criar,
        unificar,
        mudar_seguranca,
    )

    def escrever(self) -> str:
        """One random write, alone, in a block, or in one that is rolled back; what it was."""
        via: Callable = self.acaso.choice(self.ROADS)
        modo = self.acaso.choice(["só", "só", "bloco", "desfeito", "ponto desfeito"])
        if modo == "só":
            via(self)
        elif modo == "bloco":
            with transaction.atomic():
                via(self)
                self.acaso.choice(self.ROADS)(self)
        elif modo == "desfeito":
            self._desfeito(via)
        else:
            with transaction.atomic():
                self.criar()
                self._desfeito(via)
        return f"{via.__name__} ({modo})"

    def _desfeito(self, via):
        try:
            with transaction.atomic():
                via(self)
                raise Desfazer
        except Desfazer:
            pass

    def _inedita(self, modelo):
        nova = self.linha(modelo)
        if modelo is CarteiraPrincipal:
            CarteiraPrincipal.objects.filter(num_pedido=nova.num_pedido, cod_produto=nova.cod_produto).delete()
        return nova


@contextmanager
def suprimir_unificacao_invalida():
    try:
        with transaction.atomic():
            yield
    except ValidationError:
        pass


def numeros(valor):
    """A JSON answer with its numbers as Decimals, comparable with the slow model's."""
    return json.loads(valor, parse_float=Decimal, parse_int=Decimal)


def conferir(cliente, depois_de: str):
    for cod in PRODUTOS:
        resposta = cliente.get(f"/api/estoque/{url(cod)}/projecao")
        esperada = modelo_lento.projecao(cod, hoje())
        if resposta.status_code == 404:
            assert not any(esperada["projecao"][n]["saidas"] for n in range(29)), (depois_de, cod)
            assert esperada["estoque_atual"] == 0
            continue
        obtida = numeros(resposta.content)
        for campo, valor in esperada.items():
            assert obtida[campo] == valor, f"{campo} of {cod} after {depois_de}"


def conferir_saldos():
    destinos = {modelo_lento.codigos_de(cod)[0] for cod in PRODUTOS}
    for destino in destinos:
        atual = EstoqueAtual.objects.filter(pk=destino).values_list("estoque", flat=True).first() or 0
        assert atual == modelo_lento.estoque_de(modelo_lento.codigos_de(destino)[1])
    assert not EstoqueAtual.objects.exclude(pk__in=destinos).exists()


def url(cod: str) -> str:
    from urllib.parse import quote

    return quote(cod, safe="")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("semente", range(6))
def test_toda_leitura_e_a_conta_feita_a_mao(cliente_logado, semente):
    """Before and after the queue is processed, after each of many random writes, with memory warm in between."""
    escritor = Escritor(semente)
    for passo in range(40):
        feito = f"step {passo}: {escritor.escrever()}"
        conferir(cliente_logado, feito)
        conferir_saldos()
        if passo % 4 == 3:
            recalculo.drenar()
            assert not RecalculoPendente.objects.exists()
            conferir(cliente_logado, f"{feito}, drained")
            conferir(cliente_logado, f"{feito}, from memory")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("semente", range(2))
def test_o_dia_vira_entre_as_gravacoes(cliente_logado, semente):
    """The clock goes forward and back between random writes, over midnights too; rows and memory are of other days."""
    escritor = Escritor(2000 + semente)
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)) as relogio:
        for passo in range(12):
            salto = escritor.acaso.choice([timedelta(days=1), timedelta(hours=14), timedelta(hours=-1), timedelta(0)])
            relogio.shift(salto)
            feito = f"step {passo}: {salto}, {escritor.escrever()}"
            conferir(cliente_logado, feito)
            if passo % 4 == 3:
                recalculo.avancar_dia()
                recalculo.drenar()
                assert not recalculo.de_outro_dia().exists()
                conferir(cliente_logado, f"{feito}, rolled and drained")
                conferir(cliente_logado, f"{feito}, from memory")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("semente", range(3))
def test_as_linhas_guardadas_sao_a_conta_feita_a_mao(cliente_logado, semente):
    """Without any read in between: the queue alone brings the rows to the truth, and nothing drifts."""
    from projecao.conferencia import conferir as divergencias

    escritor = Escritor(1000 + semente)
    for _ in range(60):
        escritor.escrever()
    recalculo.drenar()
    conferir(cliente_logado, "60 writes and a drain")
    assert list(divergencias()) == []
