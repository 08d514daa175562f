"""The planner's home: what breaks this week, and how badly. A constant number of queries, and nothing written.

All its figures are of one moment of the database. Products that wait in the queue count with their figures of now,
up to the number of them that a listing computes too (`consulta`); beyond it the page says that they count as stored.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import chain
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.db import DataError
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format

from projecao import avisos, banco, consulta, execucoes, motor, vivo
from projecao.alertas import lista
from projecao.conf import hoje
from projecao.importacao.permissoes import tipos_permitidos
from projecao.memoria import Estado
from projecao.models import EstoqueProjecaoCache
from projecao.situacao import situacao
from projecao.unidades import contar, duracao, em_portugues, idade, inteiro, quantidade

RUPTURAS = 10
VER_PROJECOES = "projecao.view_estoqueprojecaocache"
VER_FILA = "projecao.view_recalculopendente"
STATUS = EstoqueProjecaoCache.Status
TITULOS = {motor.CRITICO: "Produtos críticos", motor.ATENCAO: "Em atenção"}
TONS = {motor.CRITICO: "danger", motor.ATENCAO: "warning"}
LEITURAS_QUE_DIZEM = 100
"""With fewer, the memory tier's rate of hits says nothing: the first read of each product always misses."""


def callback(request, context: dict) -> dict:
    """UNFOLD["DASHBOARD_CALLBACK"]: adds `painel`, for whom the projections are there to be seen."""
    if not request.user.has_perm(VER_PROJECOES):
        return context
    try:
        # The token first: what changes while the numbers are read must not go unseen.
        context |= {"vivo": vivo.regiao()}
        return context | {"painel": painel(request.user)}
    except DataError:
        # A sum that the database cannot hold: it cannot be told whose until the queue has met it and isolated it.
        return context | {"painel_falhou": True}


def painel(usuario) -> dict:
    """What the page shows, in the words and numbers of a planner. Links only where `usuario` may go."""
    with banco.leitura_consistente():
        agora, dia, estado = timezone.localtime(), hoje(), situacao()
        correntes = consulta.Correntes()
        somas = _somar(correntes)
        negativos = _negativos_por_dia(correntes, dia)
        proximas = execucoes.proximas()
        rupturas = _rupturas(correntes, dia)
        esperam = correntes.pendentes if correntes.exatas else consulta.contar_desatualizados()
    saude = reverse("admin:projecao_saude") if usuario.has_perm(VER_FILA) else None
    return {
        "momento": date_format(agora, "d/m/Y H:i"),
        "produtos": somas["produtos"],
        "vazio": not somas["produtos"] and not estado["fila"]["produtos"],
        "importar": reverse("admin:projecao_importacao_add") if tipos_permitidos(usuario) else None,
        "calculando": not somas["produtos"] and estado["fila"]["produtos"] > 0,
        "manchete": _manchete(somas["quebram"], negativos, dia),
        "aviso": avisos.da_fila(
            esperam, correntes.exatas, len(correntes.defeitos), guardados="as contagens e o gráfico"
        ),
        "ocorrencias": _ocorrencias(usuario) if usuario.has_perm("projecao.view_ocorrencia") else None,
        "cartoes": _cartoes(somas, estado, saude),
        "rupturas": rupturas,
        "todas_as_rupturas": f"{_lista('estoqueprojecaocache')}?ruptura_em=28",
        "grafico": _grafico(negativos, dia),
        "jobs": _jobs(estado["jobs"], proximas, agora),
        "link_da_saude": saude,
        "link_dos_jobs": _lista("execucaojob") if usuario.has_perm("projecao.view_execucaojob") else None,
    }


# The figures


def _somar(correntes: consulta.Correntes) -> Counter:
    """Products by what is the matter with them, and quantities in thousandths."""
    das_linhas = correntes.linhas.order_by().aggregate(
        produtos=Count("pk"),
        criticos=Count("pk", filter=Q(status_ruptura=motor.CRITICO)),
        em_atencao=Count("pk", filter=Q(status_ruptura=motor.ATENCAO)),
        quebram=Count("pk", filter=Q(menor_estoque_7d__lt=0)),
        atrasada=banco.soma_em_milesimos("saidas_atrasadas"),
        com_atrasada=Count("pk", filter=Q(saidas_atrasadas__gt=0)),
        sem_data=banco.soma_em_milesimos("saidas_sem_data"),
        com_sem_data=Count("pk", filter=Q(saidas_sem_data__gt=0)),
    )
    somas = Counter({nome: valor or 0 for nome, valor in das_linhas.items()})
    for retrato in correntes.computados:
        projecao, figuras = retrato.projecao, retrato.figuras
        somas.update(
            produtos=1,
            criticos=figuras.status_ruptura == motor.CRITICO,
            em_atencao=figuras.status_ruptura == motor.ATENCAO,
            quebram=figuras.menor_estoque_7d < 0,
            atrasada=projecao.saidas_atrasadas,
            com_atrasada=projecao.saidas_atrasadas > 0,
            sem_data=projecao.saidas_sem_data,
            com_sem_data=projecao.saidas_sem_data > 0,
        )
    return somas


def _negativos_por_dia(correntes: consulta.Correntes, dia: date) -> list[int]:
    """How many products end each of the 29 days below zero."""
    # No other row can: only those are read, and only the columns that a projection is made of.
    negativas = (
        correntes.linhas.order_by()
        .filter(menor_estoque_28d__lt=0)
        .only("data_base", "dias", "estoque_atual", "producao_hoje", "saidas_atrasadas", "saidas_sem_data")
    )
    das_linhas = (linha.projecao for linha in negativas.iterator())
    contagem = [0] * motor.DIAS
    for projecao in chain(das_linhas, (retrato.projecao for retrato in correntes.computados)):
        # A row that counts as stored may be of another day: its days count on their dates.
        deslocamento = (projecao.hoje - dia).days
        for posicao, final in enumerate(projecao.estoque_final, start=deslocamento):
            if final < 0 and 0 <= posicao < motor.DIAS:
                contagem[posicao] += 1
    return contagem


def _rupturas(correntes: consulta.Correntes, dia: date) -> list[dict]:
    # Critical products that only reach zero come after all that go below it, and have no day to show.
    primeiras = consulta.Retratos(*consulta.DE_RUPTURAS, correntes)[0:RUPTURAS]
    proximas = [retrato for retrato in primeiras if retrato.figuras.dia_ruptura]
    cods = [retrato.cod_produto for retrato in proximas]
    com_pagina = set(EstoqueProjecaoCache.objects.filter(pk__in=cods).values_list("pk", flat=True))
    return [
        {
            **consulta.resumir(retrato),
            "link": _pagina(retrato.cod_produto) if retrato.cod_produto in com_pagina else None,
            "data": date_format(retrato.figuras.dia_ruptura, "D, d/m"),
            "quando": _quando((retrato.figuras.dia_ruptura - dia).days),
            "falta": em_portugues(quantidade(-retrato.figuras.menor_estoque_28d)),
            "status": STATUS(retrato.figuras.status_ruptura).label,
            "tom": TONS[retrato.figuras.status_ruptura],
        }
        for retrato in proximas
    ]


# How they look


def _cartoes(somas: Counter, estado: dict, saude: str | None) -> list[dict]:
    fila, memoria = estado["fila"], estado["memoria"]
    return [
        _cartao_de_status("criticos", motor.CRITICO, somas["criticos"], "zeram ou faltam em até 7 dias"),
        _cartao_de_status("em_atencao", motor.ATENCAO, somas["em_atencao"], "abaixo da segurança, ou ruptura até D+28"),
        _cartao_de_demanda("atrasada", "Demanda atrasada", somas["atrasada"], somas["com_atrasada"]),
        _cartao_de_demanda("sem_data", "Demanda sem data", somas["sem_data"], somas["com_sem_data"]),
        {
            "chave": "fila",
            "titulo": "Fila de recálculo",
            "valor": inteiro(fila["produtos"]),
            "nota": _nota_da_fila(fila),
            "link": saude,
        },
        {"chave": "memoria", "titulo": "Acertos da memória", "link": saude, **_memoria(memoria)},
    ]


def _cartao_de_status(chave: str, status: str, produtos: int, nota: str) -> dict:
    return {
        "chave": chave,
        "titulo": TITULOS[status],
        "valor": inteiro(produtos),
        "nota": nota,
        "link": f"{_lista('estoqueprojecaocache')}?{urlencode({'status_ruptura__exact': status})}",
        "tom": TONS[status],
    }


def _cartao_de_demanda(chave: str, titulo: str, milesimos: int, produtos: int) -> dict:
    nota = f"unidades, em {contar(produtos, 'produto', 'produtos')}" if produtos else "nenhum produto"
    return {"chave": chave, "titulo": titulo, "valor": em_portugues(quantidade(milesimos)), "nota": nota}


def _ocorrencias(usuario) -> dict:
    contagem = lista.contar_abertas(usuario)
    suas = f" ({inteiro(contagem['minhas'])} {'sua' if contagem['minhas'] == 1 else 'suas'})"
    frase = f"Ocorrências abertas: {inteiro(contagem['abertas'])}{suas if contagem['minhas'] else ''}"
    return {"frase": frase, "link": f"{_lista('ocorrencia')}?situacao=abertas"}


def _nota_da_fila(fila: dict) -> str:
    if not fila["produtos"]:
        return "nenhum produto espera"
    nota = f"{'produto espera' if fila['produtos'] == 1 else 'produtos esperam'}; "
    nota += f"o mais antigo, há {idade(fila['idade_mais_antiga_segundos'])}"
    return f"{nota}; {contar(fila['com_erro'], 'marca', 'marcas')} com erro" if fila["com_erro"] else nota


def _memoria(memoria: dict) -> dict:
    if memoria["estado"] != Estado.LIGADA:
        return {"valor": str(memoria["estado"]).capitalize(), "nota": "as leituras vão direto ao banco de dados"}
    guardados = f"{inteiro(memoria['chaves'])} de {inteiro(memoria['capacidade'])} produtos na memória"
    leituras = memoria["acertos"] + memoria["faltas"]
    if leituras < LEITURAS_QUE_DIZEM:
        poucas = "ainda com poucas leituras" if leituras else "ainda sem leituras"
        return {"valor": "-", "nota": f"ligada, {poucas}; {guardados}"}
    return {
        "valor": f"{number_format(memoria['taxa_acerto'] * 100, 1)}%",
        "nota": f"ligada, desde que o Redis iniciou; {guardados}",
    }


def _jobs(executados: dict, proximas: dict, agora: datetime) -> list[dict]:
    nomes = dict.fromkeys((*execucoes.JOBS, *executados))
    return [_job(nome, executados.get(nome), proximas.get(nome), agora) for nome in nomes]


def _job(nome: str, execucao: dict | None, proxima: datetime | None, agora: datetime) -> dict:
    job = {"nome": execucoes.nome_do_job(nome), "chave": nome}
    if execucao is None:
        resultado, tom = execucoes.sem_execucao(proxima, agora)
        return job | {"quando": None, "resultado": resultado, "tom": tom}
    produtos = contar(execucao["produtos"], "produto", "produtos")
    job |= {
        "quando": date_format(execucao["inicio"], "d/m/Y H:i:s"),
        "detalhe": f"{produtos} em {duracao(execucao['duracao_ms'])}",
    }
    resultado, tom = execucoes.desfecho(execucao["falhas"], execucao["erro"])
    job |= {"resultado": resultado, "tom": tom}
    return job | {"erro": execucao["erro"].partition("\n")[0]} if execucao["erro"] else job


def _grafico(negativos: list[int], dia: date) -> dict:
    maior = max(negativos)
    return {
        "maior": maior,
        "dias": [
            {
                "dia": f"D+{n}" if n else "Hoje",
                "data": date_format(dia + timedelta(days=n), "d/m"),
                "semana": date_format(dia + timedelta(days=n), "D"),
                "negativos": produtos,
                "valor": inteiro(produtos),
                # Percents of the tallest, rounded up: one product among thousands is still seen.
                "altura": (altura := -(-100 * produtos // maior) if maior else 0),
                "topo": 100 - altura,
                "nesta_semana": n < motor.DIAS_CURTO,
            }
            for n, produtos in enumerate(negativos)
        ],
    }


def _manchete(quebram: int, negativos: list[int], dia: date) -> dict:
    """The answer in two sentences. `negativos` of D0 to D7 say how the week goes."""
    ate = _no_texto(dia + timedelta(days=motor.DIAS_CURTO - 1))
    if not quebram:
        return {"titulo": f"Nenhum produto fica negativo até {ate}", "texto": "", "tom": "success"}
    semana = negativos[: motor.DIAS_CURTO]
    pior = semana.index(max(semana))
    texto = f"{contar(semana[0], 'produto termina', 'produtos terminam')} hoje abaixo de zero"
    if pior:
        texto += f"; o pior dia é {_no_texto(dia + timedelta(days=pior))}, com {inteiro(semana[pior])}"
    titulo = f"{contar(quebram, 'produto fica negativo', 'produtos ficam negativos')} até {ate}"
    return {"titulo": titulo, "texto": f"{texto}.", "tom": "danger"}


def _lista(modelo: str) -> str:
    return reverse(f"admin:projecao_{modelo}_changelist")


def _pagina(cod: str) -> str:
    return reverse("admin:projecao_estoqueprojecaocache_change", args=[quote(cod)])


def _no_texto(dia: date) -> str:
    return date_format(dia, "D, d/m").lower()  # Portuguese writes days of the week small within a sentence


def _quando(dias: int) -> str:
    if dias < 0:
        return f"há {contar(-dias, 'dia', 'dias')}"
    return {0: "hoje", 1: "amanhã"}.get(dias) or f"em {dias} dias"
