"""The schedules and what they call; the day that turns, the machine that slept, the clock that jumped."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule

from carteira.models import CarteiraPrincipal
from projecao import execucoes, recalculo, tasks
from projecao.models import EstoqueProjecaoCache, ExecucaoJob, RecalculoPendente
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import movimentar

pytestmark = pytest.mark.django_db

MANHA = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANTES_DA_MEIA_NOITE = datetime(2026, 11, 25, 2, 59, 59, tzinfo=UTC)  # 23:59:59 in São Paulo
DEPOIS_DA_MEIA_NOITE = datetime(2026, 11, 25, 3, 0, 0, tzinfo=UTC)


def test_instalacao_nova_ja_tem_os_agendamentos():
    assert set(Schedule.objects.values_list("name", flat=True)) == set(tasks.AGENDA)


def test_agendar_de_novo_nao_repete_e_conserta():
    Schedule.objects.create(name="job_avancar_dia", func="x.y", schedule_type=Schedule.CRON, cron="0 0 * * *")
    Schedule.objects.filter(name="processar_recalculos_pendentes").update(cron="0 0 1 1 *")
    Schedule.objects.filter(name="compactar_projecoes").delete()
    assert set(tasks.agendar()) == {"processar_recalculos_pendentes", "compactar_projecoes"}
    assert tasks.agendar() == []
    assert Schedule.objects.get(name="processar_recalculos_pendentes").next_run <= timezone.now()
    for nome, agendamento in tasks.AGENDA.items():
        agenda = Schedule.objects.get(name=nome)
        assert (agenda.func, agenda.cron) == agendamento


def test_os_agendamentos_apontam_para_tarefas_que_rodam():
    from django.utils.module_loading import import_string

    for agendamento in tasks.AGENDA.values():
        assert import_string(agendamento.funcao)() == 0


def test_a_varredura_cai_a_cada_30_segundos():
    agenda = Schedule(schedule_type=Schedule.CRON, cron=tasks.AGENDA["processar_recalculos_pendentes"].cron)
    with time_machine.travel(MANHA, tick=False):
        assert (agenda.calculate_next_run() - timezone.now()).total_seconds() == 30


def test_o_dia_vira_a_meia_noite_local():
    with time_machine.travel(ANTES_DA_MEIA_NOITE, tick=False):
        movimentar("A", 10)
        CarteiraPrincipal.objects.create(
            num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=4, expedicao="2026-11-25"
        )
        recalculo.drenar()
        assert tasks.job_avancar_dia() == 0
        assert EstoqueProjecaoCache.objects.get().dias == [[1, 4000, 0]]
    with time_machine.travel(DEPOIS_DA_MEIA_NOITE, tick=False):
        lida = ServicoProjecaoEstoque.obter_projecao("A")  # before any job ran
        assert (lida["data_base"].isoformat(), lida["projecao"][0]["saidas"]) == ("2026-11-25", 4)
        assert tasks.job_avancar_dia() == 1
        linha = EstoqueProjecaoCache.objects.get()
        assert (linha.data_base.isoformat(), linha.dias, linha.versao) == ("2026-11-25", [[0, 4000, 0]], 2)
        assert tasks.job_avancar_dia() == 0


@pytest.mark.parametrize("quando", [datetime(2026, 12, 24, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)])
def test_maquina_que_dormiu_e_relogio_que_voltou(quando):
    with time_machine.travel(MANHA, tick=False):
        movimentar("A", 10)
        recalculo.drenar()
    with time_machine.travel(quando, tick=False):
        assert ServicoProjecaoEstoque.obter_projecao("A")["data_base"] == quando.date()
        assert tasks.job_avancar_dia() == 1
        assert EstoqueProjecaoCache.objects.get().data_base == quando.date()


def test_cada_execucao_deixa_registro_e_as_vazias_uma_so():
    for _ in range(3):
        tasks.processar_recalculos_pendentes()
    movimentar("A", 1)
    tasks.processar_recalculos_pendentes()
    for _ in range(3):
        tasks.processar_recalculos_pendentes()
    produtos = ExecucaoJob.objects.filter(nome="processar_recalculos_pendentes").order_by("id")
    assert list(produtos.values_list("produtos", flat=True)) == [0, 1, 0]
    assert execucoes.ultimas()["processar_recalculos_pendentes"].duracao_ms > 0


def test_execucao_que_falha_registra_o_erro(monkeypatch):
    def quebrar(ao_avancar):
        raise RuntimeError("disco cheio")

    monkeypatch.setattr(recalculo, "avancar_dia", quebrar)
    with pytest.raises(RuntimeError):
        tasks.job_avancar_dia()
    assert "disco cheio" in execucoes.ultimas()["job_avancar_dia"].erro


def test_compactar_remove_so_o_que_ninguem_menciona():
    movimentar("A", 1)
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="B", qtd_saldo_produto_pedido=4)
    linha = CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="C", qtd_saldo_produto_pedido=4)
    recalculo.drenar()
    linha.delete()
    recalculo.drenar()
    from projecao.models import Produto

    Produto.objects.filter(pk__in=["B", "C"]).delete()
    recalculo.drenar()
    Produto.objects.filter(pk__in=["B", "C"]).delete()
    RecalculoPendente.objects.all().delete()
    velha = ExecucaoJob.objects.create(nome="x", inicio=timezone.now() - timezone.timedelta(days=31), produtos=1)
    call_command("compactar_projecoes")
    assert list(EstoqueProjecaoCache.objects.values_list("pk", flat=True)) == ["A", "B"]
    assert not ExecucaoJob.objects.filter(pk=velha.pk).exists()
    assert tasks.compactar_projecoes() == 0


def test_o_registro_de_execucoes_nao_cresce_sem_fim(monkeypatch):
    monkeypatch.setattr("projecao.execucoes.GUARDADAS", 3)
    monkeypatch.setattr("projecao.execucoes.PODA", 1)
    ExecucaoJob.objects.create(nome="teste", inicio=timezone.now(), erro="falhou")
    for n in range(1, 8):
        with execucoes.registrar("teste") as concluir:
            concluir(recalculo.Resultado(produtos=n))
    assert list(ExecucaoJob.objects.order_by("id").values_list("produtos", flat=True)) == [0, 5, 6, 7]
