"""The state of the machine (`situacao`), in a planner's words: what is wrong first, then each part of it."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst

from projecao import banco, execucoes, fontes, situacao
from projecao.admin.base import data_curta
from projecao.admin.recalculo import PERMISSAO
from projecao.admin.trabalho import VER as VER_TRABALHOS
from projecao.admin.trabalho import resumir, rotulo_do_estado, tempo_do_trabalho
from projecao.conf import ajustes
from projecao.memoria import Estado
from projecao.models import Trabalho
from projecao.unidades import contar, duracao, em_portugues, idade, inteiro

FILA_LENTA_SEGUNDOS = 120
"""A product that waits longer says that nobody drains the queue: the sweep comes every 30 s."""
VER_PROJECOES, VER_EXECUCOES = "projecao.view_estoqueprojecaocache", "projecao.view_execucaojob"
MOTIVOS = {
    "movimentacao": "Movimentação de estoque",
    "unificacao": "Unificação de códigos",
    "produto": "Cadastro do produto",
    "conferencia": "Correção de estoque",
    "falha": "Recálculo que falhou",
}


def nome_do_motivo(motivo: str) -> str:
    """What caused a mark; documents are called as their lists are."""
    modelos = {fonte.origem: fonte.modelo for fonte in fontes.carregar().todas if fonte.modelo}
    if motivo in modelos:
        return capfirst(modelos[motivo]._meta.verbose_name)
    return MOTIVOS.get(motivo) or capfirst(motivo)


def mostrar(usuario) -> dict:
    """All of one moment of the database. Links only where `usuario` may go."""
    with banco.leitura_consistente():
        agora = timezone.now()
        estado, detalhes = situacao.situacao(), situacao.detalhes()
        produtos = _Produtos(estado, detalhes, usuario)
    jobs = [_job(nome, estado["jobs"].get(nome), detalhes, agora) for nome in _nomes_dos_jobs(estado)]
    problemas = _problemas(estado, detalhes, jobs, agora)
    return {
        "momento": date_format(timezone.localtime(agora), "d/m/Y H:i:s"),
        "problemas": problemas,
        "tom": problemas[0]["tom"] if problemas else "success",
        "trabalhadores": _trabalhadores(detalhes["trabalhadores"]),
        "linhas": _linhas(estado["linhas"], detalhes["pendentes"], usuario),
        "validade": contar(ajustes.VALIDADE_MINUTOS, "minuto", "minutos"),
        "fila": _fila(estado["fila"], detalhes, produtos, agora),
        "memoria": _memoria(estado["memoria"], detalhes["na_memoria"], produtos),
        "mais_lentos": [
            {**produtos(lento["cod_produto"]), "tempo": duracao(lento["tempo_calculo_ms"])}
            for lento in estado["mais_lentos"]
        ],
        "jobs": jobs,
        "execucoes": [_execucao(execucao) for execucao in detalhes["execucoes"]],
        "execucoes_url": _lista("execucaojob") if usuario.has_perm(VER_EXECUCOES) else None,
        "pode_pedir": usuario.has_perm(PERMISSAO),
        "trabalhos": [_trabalho(trabalho) for trabalho in detalhes["trabalhos"]]
        if usuario.has_perm(VER_TRABALHOS)
        else None,
        "trabalhos_url": _lista("trabalho"),
    }


class _Produtos:
    """Code → code, name, and the page where this user may see it. Two queries for all that the page names."""

    def __init__(self, estado: dict, detalhes: dict, usuario):
        cods = {produto["cod_produto"] for produto in (*estado["mais_lentos"], *detalhes["falham"])}
        cods |= {guardado.cod_produto for guardado in detalhes["na_memoria"]}
        self._nomes = situacao.nomes(cods)
        self._com_pagina = situacao.com_projecao(cods) if usuario.has_perm(VER_PROJECOES) else set()

    def __call__(self, cod: str) -> dict:
        pagina = reverse("admin:projecao_estoqueprojecaocache_change", args=[quote(cod)])
        return {"cod": cod, "nome": self._nomes.get(cod, ""), "link": pagina if cod in self._com_pagina else None}


# What is wrong


def _problemas(estado: dict, detalhes: dict, jobs: list[dict], agora: datetime) -> list[dict]:
    """Each a sentence, the worst first; none if a planner may go on working."""
    graves, leves = [], []
    if detalhes["trabalhadores"] == 0:
        graves.append(
            "Nenhum trabalhador está ativo: nada é recalculado em segundo plano. As leituras continuam certas, "
            "pois calculam na hora o que mudou."
        )
    if estado["memoria"]["estado"] == Estado.INDISPONIVEL:
        graves.append("O Redis não responde: as leituras vão direto ao banco de dados, mais devagar.")
    graves += [f"{job['nome']}: a última execução foi interrompida." for job in jobs if job["tom"] == "danger"]
    espera = _segundos(detalhes["mais_antiga_sem_erro"], agora)
    if espera > FILA_LENTA_SEGUNDOS:
        leves.append(f"A fila de recálculo está parada ou lenta: há quem espere há {idade(espera)}.")
    if falham := len(detalhes["falham"]):
        mais = "+" if falham == situacao.QUE_FALHAM else ""
        leves.append(
            "1 produto não pôde ser recalculado."
            if falham == 1
            else f"{falham}{mais} produtos não puderam ser recalculados."
        )
    if de_outro_dia := estado["linhas"]["de_outro_dia"]:
        leves.append(f"{contar(de_outro_dia, 'projeção ainda é', 'projeções ainda são')} de outro dia.")
    if detalhes["trabalhadores"] != 0:  # without any, it goes without saying
        leves += [f"{job['nome']}: a próxima execução está {job['proxima']}." for job in jobs if job["atrasado"]]
    leves += _divergencias(detalhes["trabalhos"])
    return [{"frase": f, "tom": "danger"} for f in graves] + [{"frase": f, "tom": "warning"} for f in leves]


def _divergencias(recentes: list[Trabalho]) -> list[str]:
    """What the last check found, unless somebody has corrected since."""
    concluidos = (trabalho for trabalho in recentes if trabalho.estado == Trabalho.Estado.CONCLUIDO)
    for trabalho in concluidos:
        if trabalho.tipo == Trabalho.Tipo.CORRIGIR_ESTOQUE:
            return []
        if trabalho.tipo == Trabalho.Tipo.CONFERIR_ESTOQUE:
            return [f"A última conferência achou {resumir(trabalho)[:-1]}."] if trabalho.resultado["total"] else []
    return []


def _segundos(desde: datetime | None, agora: datetime) -> float:
    return max(0.0, (agora - desde).total_seconds()) if desde else 0.0


# Its parts


def _linhas(linhas: dict, pendentes: int, usuario) -> list[dict]:
    figuras = [
        ("Projeções gravadas", linhas["total"], None, ""),
        ("Dentro da validade", linhas["frescas"], "valida", ""),
        ("Mais velhas que a validade", linhas["expiradas"], "expirada", ""),
        ("De outro dia", linhas["de_outro_dia"], "outro_dia", "warning"),
        ("Com recálculo pendente", pendentes, "pendente", ""),
    ]
    return [
        {
            "nome": nome,
            "valor": inteiro(valor),
            "link": _lista("estoqueprojecaocache", calculo=filtro) if usuario.has_perm(VER_PROJECOES) else None,
            "tom": tom if valor else "",
        }
        for nome, valor, filtro, tom in figuras
    ]


def _fila(fila: dict, detalhes: dict, produtos: _Produtos, agora: datetime) -> dict:
    return {
        "vazia": not fila["marcas"],
        "resumo": f"{contar(fila['produtos'], 'produto espera', 'produtos esperam')} em "
        f"{contar(fila['marcas'], 'marca', 'marcas')}; a mais antiga, há {idade(fila['idade_mais_antiga_segundos'])}."
        if fila["marcas"]
        else "Nenhum produto espera recálculo.",
        "motivos": [
            {
                "nome": nome_do_motivo(grupo["motivo"]),
                "produtos": inteiro(grupo["produtos"]),
                "marcas": inteiro(grupo["marcas"]),
                "com_erro": inteiro(grupo["com_erro"]),
                "ha": idade(_segundos(grupo["mais_antiga"], agora)),
                "link": _lista("recalculopendente", motivo=grupo["motivo"]),
            }
            for grupo in detalhes["motivos"]
        ],
        "falham": [
            {
                **produtos(falha["cod_produto"]),
                "erro": falha["erro"],
                "tentativas": inteiro(falha["tentativas"]),
                "proxima": data_curta(falha["proxima"]),
                "ha": idade(_segundos(falha["desde"], agora)),
            }
            for falha in detalhes["falham"]
        ],
        "falham_url": _lista("recalculopendente", com_erro="1"),
        "url": _lista("recalculopendente"),
    }


def _memoria(memoria: dict, guardados: list, produtos: _Produtos) -> dict:
    leituras = memoria["acertos"] + memoria["faltas"]
    estados = {
        Estado.LIGADA: ("Ligada", "success", "Contadores desde que o Redis iniciou."),
        Estado.DESLIGADA: ("Desligada", "", "Sem REDIS_URL não há memória: as leituras vão direto ao banco de dados."),
        Estado.INDISPONIVEL: ("Indisponível", "danger", "O Redis não responde: as leituras vão ao banco de dados."),
    }
    estado, tom, nota = estados[memoria["estado"]]
    taxa = f"{number_format(memoria['taxa_acerto'] * 100, 1)}%" if memoria["taxa_acerto"] is not None else "-"
    return {
        "estado": estado,
        "tom": tom,
        "nota": nota,
        "ligada": memoria["estado"] == Estado.LIGADA,
        "figuras": [
            ("Produtos guardados", f"{inteiro(memoria['chaves'])} de {inteiro(memoria['capacidade'])}"),
            ("Acertos", inteiro(memoria["acertos"])),
            ("Faltas", inteiro(memoria["faltas"])),
            ("Taxa de acerto", taxa if leituras else "-"),
            ("Saíram por falta de lugar", inteiro(memoria["despejos"])),
            ("Vida de cada um", duracao(memoria["ttl_segundos"] * 1000)),
        ],
        "produtos": [
            {
                **produtos(guardado.cod_produto),
                "sem_uso": idade(guardado.sem_uso_segundos),
                "resta": idade(guardado.resta_segundos) if guardado.resta_segundos else "vencido",
                "tamanho": f"{em_portugues(Decimal(guardado.bytes * 10 // 1024) / 10)} kB",
            }
            for guardado in guardados
        ],
    }


def _nomes_dos_jobs(estado: dict) -> list[str]:
    return list(dict.fromkeys((*execucoes.JOBS, *estado["jobs"])))


def _job(nome: str, ultima: dict | None, detalhes: dict, agora: datetime) -> dict:
    proxima, media = detalhes["proximas"].get(nome), detalhes["medias"].get(nome)
    job = {
        "chave": nome,
        "nome": execucoes.nome_do_job(nome),
        "media": duracao(media) if media is not None else "-",
        "proxima": _quando(proxima, agora),
        "atrasado": _segundos(proxima, agora) > execucoes.ATRASO.total_seconds(),
        "link": _lista("execucaojob", nome=nome),
    }
    if ultima is None:
        resultado, tom = execucoes.sem_execucao(proxima, agora)
        return job | {"inicio": "-", "duracao": "-", "resultado": resultado, "tom": tom, "erro": ""}
    resultado, tom = execucoes.desfecho(ultima["falhas"], ultima["erro"])
    return job | {
        "inicio": date_format(ultima["inicio"], "d/m/Y H:i:s"),
        "duracao": duracao(ultima["duracao_ms"]),
        "resultado": resultado,
        "tom": tom,
        "erro": ultima["erro"],
    }


def _quando(proxima: datetime | None, agora: datetime) -> str:
    if proxima is None:
        return "não agendada"
    if (atraso := _segundos(proxima, agora)) > execucoes.ATRASO.total_seconds():
        return f"atrasada há {idade(atraso)}"
    segundos = (proxima - agora).total_seconds()
    if segundos <= 0:
        return "agora"
    return f"em {idade(segundos)}" if segundos < 3600 else data_curta(proxima)


def _execucao(execucao) -> dict:
    resultado, tom = execucoes.desfecho(execucao.falhas, execucao.erro)
    return {
        "nome": execucoes.nome_do_job(execucao.nome),
        "inicio": date_format(timezone.localtime(execucao.inicio), "d/m/Y H:i:s"),
        "duracao": duracao(execucao.duracao_ms),
        "produtos": inteiro(execucao.produtos),
        "resultado": resultado,
        "tom": tom,
        "erro": execucao.erro,
    }


def _trabalho(trabalho: Trabalho) -> dict:
    return {
        "nome": str(trabalho),
        "link": reverse("admin:projecao_trabalho_change", args=[trabalho.pk]),
        "situacao": rotulo_do_estado(trabalho),
        "resumo": resumir(trabalho),
        "por": trabalho.criado_por or "-",
        "em": data_curta(trabalho.criado_em),
        "duracao": tempo_do_trabalho(trabalho),
    }


def _trabalhadores(vivos: int | None) -> str:
    if vivos is None:
        return "Não se sabe quantos trabalhadores estão ativos: eles dão notícia pelo Redis, que não responde."
    return f"{contar(vivos, 'trabalhador ativo', 'trabalhadores ativos')}." if vivos else ""


def _lista(modelo: str, **filtro) -> str:
    url = reverse(f"admin:projecao_{modelo}_changelist")
    filtro = {nome: valor for nome, valor in filtro.items() if valor is not None}
    return f"{url}?{urlencode(filtro)}" if filtro else url
