"""What the page of one import shows, wherever it stands (projecao.models.importacao.Situacao)."""

from decimal import Decimal

from django.urls import reverse
from django.utils.text import capfirst

from projecao.admin.base import data_curta
from projecao.admin.importacao_texto import classe_de, frase_das_contas, titulo_do_tipo
from projecao.admin.trabalho import acompanhamento
from projecao.importacao.permissoes import pode_importar, pode_ver
from projecao.importacao.planilha import Planilha
from projecao.importacoes import CONFERIVEIS, DESCARTAVEIS, EM_ANDAMENTO, HORAS_GUARDADO
from projecao.models import Importacao, Situacao, Trabalho
from projecao.unidades import contar, em_portugues, inteiro

CORES = {
    Situacao.CONFERINDO: "info",
    Situacao.A_CONFIRMAR: "warning",
    Situacao.SEM_MUDANCAS: "info",
    Situacao.RECUSADA: "danger",
    Situacao.GRAVANDO: "info",
    Situacao.GRAVADA: "success",
    Situacao.FALHOU: "danger",
    Situacao.DESCARTADA: "",
}
ERROS_MOSTRADOS = 100
FIGURAS = (
    ("novas", "Novas", "ainda não existem aqui"),
    ("alteradas", "Alteradas", "existem, com outros valores"),
    ("retiradas", "Retiradas", "saem de uso"),
    ("iguais", "Iguais", "nada muda"),
    ("ignoradas", "Ignoradas", "canceladas que nunca entraram"),
    ("preservados", "Preservados", "valores do planejador que ficam"),
    ("linhas_com_erro", "Com erro", "não podem ser importadas"),
)
SEMPRE = ("novas", "alteradas", "retiradas", "iguais", "linhas_com_erro")
"""The others are shown when there are any."""
TONS = {"retiradas": "warning", "linhas_com_erro": "danger"}
ACOES = {"nova": ("Nova", "success"), "alterada": ("Alterada", "info"), "retirada": ("Retirada", "warning")}


def contexto(request, importacao: Importacao) -> dict:
    classe, situacao = classe_de(importacao.tipo), Situacao(importacao.situacao)
    dados = importacao.resultado or importacao.previa
    return {
        "importacao": importacao,
        "fatos": _fatos(importacao),
        "situacao": {"nome": situacao.label, "chave": situacao.value, "cor": CORES[situacao]},
        "pode": _pode(request.user, classe, importacao),
        "recado": RECADOS[situacao](importacao, classe),
        "dados": _dados(dados) if dados and situacao not in EM_ANDAMENTO else None,
        "lista_do_modelo": _lista_do_modelo(request.user, classe),
        **_andamento(importacao, situacao),
    }


def _fatos(importacao: Importacao) -> list[tuple[str, str]]:
    opcoes = [
        nome
        for nome, vale in (("o arquivo é tudo o que existe", importacao.substituir), ("só as boas", importacao.parcial))
        if vale
    ]
    return [
        ("O que traz", titulo_do_tipo(importacao.tipo)),
        ("Tamanho", _tamanho(importacao.tamanho)),
        ("Enviado por", f"{importacao.criado_por or '-'}, {data_curta(importacao.criado_em)}"),
        *([("Opções", capfirst(", ".join(opcoes)))] if opcoes else []),
    ]


def _tamanho(tamanho: int) -> str:
    for unidade, casa in (("MB", 2**20), ("KB", 2**10)):
        if tamanho >= casa:
            return f"{em_portugues(round(Decimal(tamanho) / casa, 1))} {unidade}"
    return contar(tamanho, "byte", "bytes")


def _pode(usuario, classe: type[Planilha] | None, importacao: Importacao) -> dict[str, bool]:
    situacao = Situacao(importacao.situacao)
    importa = classe is not None and pode_importar(usuario, classe, substituir=importacao.substituir)
    com_erros = situacao == Situacao.RECUSADA
    return {
        "confirmar": importa and situacao == Situacao.A_CONFIRMAR and importacao.guardado,
        # Of a file whose rows are bad, the same would be said again; unless the data have moved.
        "conferir": importa
        and situacao in CONFERIVEIS
        and importacao.guardado
        and not (com_erros and importacao.resultado is None),
        "parcial": importa and com_erros and importacao.guardado and not importacao.substituir,
        "descartar": importa and situacao in DESCARTAVEIS,
        "enviar": classe is not None and pode_importar(usuario, classe),
        "baixar": importacao.guardado,
    }


def _lista_do_modelo(usuario, classe: type[Planilha] | None) -> str:
    if classe is None or not pode_ver(usuario, classe):
        return ""
    opcoes = classe.modelo._meta
    return reverse(f"admin:{opcoes.app_label}_{opcoes.model_name}_changelist")


def _andamento(importacao: Importacao, situacao: Situacao) -> dict:
    if situacao not in EM_ANDAMENTO:
        return {}
    trabalho = importacao.gravacao if situacao == Situacao.GRAVANDO else importacao.conferencia
    return {
        "andamento": acompanhamento(trabalho),
        "andamento_url": reverse("admin:projecao_importacao_andamento", args=[importacao.pk]),
    }


# A sentence for each situation: title, text, tone


def _recado(titulo: str, texto: str = "", tom: str = "info") -> dict:
    return {"titulo": titulo, "texto": texto, "tom": tom}


def _conferindo(importacao, classe):
    return _recado("O arquivo está sendo conferido", "Nada é gravado antes de você confirmar.")


def _a_confirmar(importacao, classe):
    contas = importacao.previa["contas"]
    texto = f"Nada foi gravado ainda. Conferido em {data_curta(importacao.conferencia.concluido_em)}; "
    texto += f"o arquivo fica guardado por {HORAS_GUARDADO} horas."
    if contas["linhas_com_erro"]:
        texto += f" {contar(contas['linhas_com_erro'], 'linha com erro fica', 'linhas com erro ficam')} de fora."
    if importacao.substituir and classe:
        texto += f" Atenção: {classe.o_que_sai}."
    return _recado(f"A gravar: {frase_das_contas(contas | {'linhas_com_erro': 0})}", texto, "warning")


def _sem_mudancas(importacao, classe):
    if importacao.previa["contas"]["linhas_com_erro"]:
        return _recado("Nada a gravar", "Nenhuma linha boa do arquivo traz algo novo.")
    return _recado("Nada a gravar", "Tudo o que o arquivo traz já está aqui, igual.")


def _recusada(importacao, classe):
    dados = importacao.resultado or importacao.previa
    texto = "Nada foi gravado. Corrija o arquivo e envie-o de novo"
    if importacao.substituir:
        texto += ". Só as boas não bastam: sem todas as linhas, não se sabe o que o arquivo deixou de trazer."
    else:
        texto += ", ou importe só as linhas boas."
    if importacao.resultado:
        texto = f"Na conferência não havia erro; os dados mudaram antes da gravação. {texto}"
    return _recado(capfirst(_linhas_com_erro(dados["contas"])), texto, "danger")


def _gravando(importacao, classe):
    return _recado("O arquivo está sendo gravado", "Ou tudo é gravado, ou nada.")


def _gravada(importacao, classe):
    dados, trabalho = importacao.resultado, importacao.gravacao
    quem = f" por {trabalho.criado_por}" if trabalho.criado_por else ""
    texto = f"Gravado{quem} em {data_curta(trabalho.concluido_em)}, em {_duracao(dados['segundos'])}. "
    texto += "As projeções dos produtos que mudaram já são as novas."
    tom, conferido = "success", importacao.previa and importacao.previa["contas"]
    if conferido and conferido != dados["contas"]:
        tom = "warning"
        texto += f" Os dados mudaram depois da conferência, que dizia: {frase_das_contas(conferido)}."
    return _recado(f"Importado: {frase_das_contas(dados['contas'])}", texto, tom)


def _falhou(importacao, classe):
    trabalho: Trabalho | None = importacao.gravacao or importacao.conferencia
    return _recado("Não foi concluída: nada foi gravado", trabalho.erro if trabalho else "", "danger")


def _descartada(importacao, classe):
    return _recado(f"Descartada em {data_curta(importacao.descartada_em)}", "Nada foi gravado.")


RECADOS = {
    Situacao.CONFERINDO: _conferindo,
    Situacao.A_CONFIRMAR: _a_confirmar,
    Situacao.SEM_MUDANCAS: _sem_mudancas,
    Situacao.RECUSADA: _recusada,
    Situacao.GRAVANDO: _gravando,
    Situacao.GRAVADA: _gravada,
    Situacao.FALHOU: _falhou,
    Situacao.DESCARTADA: _descartada,
}


def _linhas_com_erro(contas: dict) -> str:
    return contar(contas["linhas_com_erro"], "linha com erro", "linhas com erro")


def _duracao(segundos: float) -> str:
    return f"{em_portugues(Decimal(str(segundos)))} s"


# Figures, differences, errors


def _dados(dados: dict) -> dict:
    contas = dados["contas"]
    mudancas = contas["novas"] + contas["alteradas"] + contas["retiradas"]
    return {
        "figuras": [
            {"chave": chave, "nome": nome, "nota": nota, "valor": inteiro(contas[chave]), "tom": _tom(chave, contas)}
            for chave, nome, nota in FIGURAS
            if contas[chave] or chave in SEMPRE
        ],
        "diferencas": [_diferenca(*diferenca) for diferenca in dados["diferencas"]],
        "titulo_das_diferencas": "O que mudou" if dados["gravado"] else "O que mudaria",
        "mais_diferencas": _de(len(dados["diferencas"]), mudancas),
        "erros": dados["erros"][:ERROS_MOSTRADOS],
        "mais_erros": _de(min(len(dados["erros"]), ERROS_MOSTRADOS), dados["total_de_erros"]),
        "ignoradas": dados["colunas_ignoradas"],
    }


def _tom(chave: str, contas: dict) -> str:
    return TONS.get(chave, "") if contas[chave] else ""


def _de(mostrados: int, total: int) -> str:
    return "" if mostrados >= total else f"{inteiro(mostrados)} de {inteiro(total)}"


def _diferenca(acao: str, linha: int | None, registro: str, campos: list) -> dict:
    nome, tom = ACOES[acao]
    return {
        "acao": nome,
        "tom": tom,
        "linha": linha,
        "registro": registro,
        "nova": acao == "nova",
        "campos": [
            {"nome": capfirst(campo), "antes": antes, "depois": depois}
            for campo, antes, depois in campos
            if acao != "nova" or depois
        ],
    }
