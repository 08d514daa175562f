"""Rows for tests, with what a test does not care about filled in."""

from datetime import date, timedelta
from decimal import Decimal

from projecao.conf import hoje
from projecao.models import MovimentacaoEstoque, UnificacaoCodigos


def dia(n: int) -> date:
    return hoje() + timedelta(days=n)


def movimentar(cod: str, qtd, **campos) -> MovimentacaoEstoque:
    return MovimentacaoEstoque.objects.create(
        cod_produto=cod, qtd_movimentacao=Decimal(qtd), tipo_movimentacao="AJUSTE", **campos
    )


def unificar(origem: str, destino: str) -> UnificacaoCodigos:
    return UnificacaoCodigos.objects.create(codigo_origem=origem, codigo_destino=destino)
