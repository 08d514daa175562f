import pytest
from django.test.utils import override_settings

from projecao.memoria import cache_memoria
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import movimentar


@pytest.mark.django_db(transaction=True)
@override_settings(REDIS_URL="")
def test_sem_redis_a_memoria_esta_desligada_e_diz_isso():
    movimentar("A", 10)
    for _ in range(2):
        assert ServicoProjecaoEstoque.obter_projecao("A")["estoque_atual"] == 10
    estado = cache_memoria.status()
    assert estado["estado"] == "desligada"
    assert (estado["chaves"], estado["acertos"], estado["faltas"], estado["taxa_acerto"]) == (0, 0, 0, None)
