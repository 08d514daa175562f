from django.core.management.base import BaseCommand, CommandError

from projecao.importacao.carga import importar
from projecao.importacao.erros import ErroDeImportacao, ErroDeLinha
from projecao.importacao.registro import planilhas
from projecao.importacao.resultado import Resultado
from projecao.management.progresso import barra

ERROS_NA_TELA = 200


class Command(BaseCommand):
    help = "Importa um arquivo dos planejadores (CSV ou XLSX). Um erro em qualquer linha impede tudo, salvo --parcial."

    def add_arguments(self, parser):
        parser.add_argument("tipo", metavar="TIPO", help=f"o que o arquivo traz: {', '.join(planilhas())}")
        parser.add_argument("arquivo", metavar="ARQUIVO", help="caminho do CSV ou XLSX")
        parser.add_argument(
            "--substituir",
            action="store_true",
            help="o que o arquivo não traz sai (carteira: linhas; producao: o plano entre a primeira e a última data)",
        )
        parser.add_argument("--simular", action="store_true", help="só mostra o que mudaria, sem gravar")
        parser.add_argument("--parcial", action="store_true", help="grava as linhas boas mesmo que haja ruins")

    def handle(self, *, tipo, arquivo, substituir, simular, parcial, **opcoes):
        try:
            resultado = importar(
                tipo, arquivo, substituir=substituir, simular=simular, parcial=parcial, progresso=barra
            )
        except ErroDeImportacao as erro:
            raise CommandError(str(erro)) from erro
        self._mostrar_erros(resultado.erros)
        self.stdout.write(_resumir(resultado))
        if resultado.recusado:
            porque = " (--substituir exige um arquivo sem erros)" if parcial else ""
            raise CommandError(f"{_linhas_com_erro(resultado)} linha(s) com erro: nada foi gravado{porque}.")

    def _mostrar_erros(self, erros: list[ErroDeLinha]) -> None:
        for erro in erros[:ERROS_NA_TELA]:
            self.stderr.write(str(erro))
        if len(erros) > ERROS_NA_TELA:
            self.stderr.write(f"... e mais {len(erros) - ERROS_NA_TELA} erros.")


def _resumir(resultado: Resultado) -> str:
    linhas = [
        f"{resultado.tipo}: {'gravado' if resultado.gravado else 'nada foi gravado; o que mudaria'}",
        f"  novas: {resultado.novas}",
        f"  alteradas: {resultado.alteradas}",
        f"  iguais: {resultado.iguais}",
        f"  retiradas: {resultado.retiradas}",
        f"  linhas com erro: {_linhas_com_erro(resultado)}",
    ]
    if resultado.ignoradas:
        linhas.append(f"  canceladas que nunca entraram: {resultado.ignoradas}")
    if resultado.preservados:
        linhas.append(f"  valores do planejador mantidos: {resultado.preservados}")
    if resultado.colunas_ignoradas:
        linhas.append(f"  colunas ignoradas: {', '.join(resultado.colunas_ignoradas)}")
    return "\n".join(linhas)


def _linhas_com_erro(resultado: Resultado) -> int:
    return len({erro.linha for erro in resultado.erros})
