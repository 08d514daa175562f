"""An object of every model that the admin shows, and the arguments of the addresses that name them."""

import re
from datetime import timedelta

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from knox.models import get_token_model

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao import importacoes, recalculo, trabalhos
from projecao.importacao.registro import planilhas
from projecao.models import (
    Acompanhamento,
    AvisoPorEmail,
    DestinoWebhook,
    EntregaWebhook,
    EstadoInterno,
    EstoqueAtual,
    EstoqueProjecaoCache,
    EventoDeRuptura,
    ExecucaoJob,
    Importacao,
    MovimentacaoEstoque,
    Ocorrencia,
    Produto,
    ProjecaoDiaria,
    RecalculoPendente,
    RegistroDeOcorrencia,
    ResumoMensal,
    Trabalho,
    UnificacaoCodigos,
)
from projecao.tests.fabrica import dia, movimentar, unificar

COD, NUM = "4320162", "VCD1"
ARQUIVO = b"cod_produto;nome_produto;peso_bruto\nZ;Palmito;muito\n"


def criar() -> dict[str, object]:
    """The key of one row of each, by "app/model"."""
    Produto.objects.create(cod_produto=COD, nome_produto="AZEITONA VERDE")
    movimentar(COD, 100)
    unificar("VELHO", COD)
    CarteiraPrincipal.objects.create(num_pedido=NUM, cod_produto=COD, qtd_saldo_produto_pedido=50, expedicao=dia(3))
    PreSeparacaoItem.objects.create(num_pedido=NUM, cod_produto=COD, qtd_selecionada_usuario=10)
    Pedido.objects.create(separacao_lote_id="L1", num_pedido=NUM)
    Separacao.objects.create(separacao_lote_id="L1", num_pedido=NUM, cod_produto=COD, qtd_saldo=15)
    ProgramacaoProducao.objects.create(cod_produto=COD, data_programacao=dia(1), qtd_programada=8, linha_producao="L")
    recalculo.recalcular([COD])
    RecalculoPendente.objects.create(cod_produto=COD, motivo="teste")
    ExecucaoJob.objects.create(nome="varrer", inicio=timezone.now(), duracao_ms=1)
    Trabalho.objects.create(
        tipo=Trabalho.Tipo.CONFERIR_ESTOQUE,
        estado=Trabalho.Estado.CONCLUIDO,
        iniciado_em=timezone.now(),
        concluido_em=timezone.now(),
        resultado={"total": 1, "produtos": [COD], "divergencias": [[COD, "estoque", "1", "2"]]},
    )
    dono = User.objects.create_superuser("dona", password="segredo-de-teste")
    importacoes.receber(SimpleUploadedFile("p.csv", ARQUIVO), "p.csv", planilhas()["produtos"], dono, parcial=True)
    trabalhos.executar_pendentes()
    get_token_model().objects.create(user=dono)
    _avisar(dono)
    AccessAttempt.objects.create(username="dona", ip_address="10.0.0.9", failures_since_start=1)
    Schedule.objects.create(name="agenda", func="projecao.tasks.varrer")
    momento = timezone.now()
    for n, sucesso in enumerate((True, False)):
        Task.objects.create(
            id=f"{n}" * 32,
            name=f"t{n}",
            func="projecao.tasks.varrer",
            started=momento,
            stopped=momento + timedelta(seconds=1),
            success=sucesso,
        )
    OrmQ.objects.create(key="estoque", payload="ruim", lock=momento)
    modelos = (
        *(Produto, MovimentacaoEstoque, UnificacaoCodigos, EstoqueAtual, EstoqueProjecaoCache, RecalculoPendente),
        *(ExecucaoJob, EstadoInterno, Importacao, ProjecaoDiaria, ResumoMensal, EventoDeRuptura, Ocorrencia),
        *(RegistroDeOcorrencia, DestinoWebhook, EntregaWebhook, Acompanhamento, AvisoPorEmail),
        *(CarteiraPrincipal, PreSeparacaoItem, Pedido, Separacao, ProgramacaoProducao, User, Group),
        *(get_token_model(), AccessAttempt, Schedule, Success, Failure, OrmQ),
    )
    chaves = {
        modelo._meta.label_lower.replace(".", "/"): modelo.objects.order_by("pk").first().pk for modelo in modelos
    }
    chaves["auth/user"] = dono.pk
    chaves["projecao/estoqueprojecaocache"] = chaves["projecao/estoqueatual"] = COD
    chaves["projecao/trabalho"] = Trabalho.objects.get(tipo=Trabalho.Tipo.CONFERIR_ESTOQUE).pk
    return chaves


def _avisar(dono: User) -> None:
    """A rupture, and all that is told of it."""
    agora = timezone.now()
    evento = EventoDeRuptura.objects.create(
        tipo=EventoDeRuptura.Tipo.DETECTADA,
        cod_produto=COD,
        status_anterior="OK",
        status_ruptura="CRÍTICO",
        dia_ruptura=dia(3),
        criado_em=agora,
        vale_em=agora,
        estado=EventoDeRuptura.Estado.DISTRIBUIDO,
    )
    ocorrencia = Ocorrencia.objects.create(cod_produto=COD, evento=evento, aberta_em=agora)
    RegistroDeOcorrencia.objects.create(ocorrencia=ocorrencia, acao=RegistroDeOcorrencia.Acao.ABRIU)
    # Nobody: a destination on this machine is refused before it is called.
    destino = DestinoWebhook.objects.create(nome="ERP", endereco="https://127.0.0.1/ruptura")
    EntregaWebhook.objects.create(destino=destino, evento=evento, cod_produto=COD)
    Acompanhamento.objects.create(usuario=dono, cod_produto=COD)
    AvisoPorEmail.objects.create(usuario=dono, evento=evento, frequencia="na_hora", proxima_em=agora)
    ProjecaoDiaria.objects.create(cod_produto=COD, data_base=dia(0))
    ResumoMensal.objects.create(cod_produto=COD, mes=dia(0).replace(day=1), horizonte=7)


def argumentos(chaves: dict[str, object]):
    """For `enderecos`: the value of a pattern's argument. A KeyError names an argument that nobody knows."""
    fixos = {"cod": COD, "num": NUM, "formato": "csv", "content_type_id": 1, "acao": "comentar"}

    def valor(padrao: str, nome: str):
        if nome == "url":
            return "nada-aqui"
        if nome in fixos:
            return fixos[nome]
        if padrao.startswith("api/ocorrencias"):
            return chaves["projecao/ocorrencia"]
        if "saude/conferencia/" in padrao:
            return chaves["projecao/trabalho"]
        if padrao.startswith("admin/r/"):
            return 1
        return chaves[re.match(r"admin/(\w+/\w+)/", padrao)[1]]

    return valor


def nome_de(modelo) -> str:
    return modelo._meta.label_lower.replace(".", "/")


def modelo_de(nome: str):
    return apps.get_model(*nome.split("/"))
