from django.core.management.base import BaseCommand, CommandError

from projecao import recalculo
from projecao.management.progresso import barra
from projecao.management.relatorio import relatar


class Command(BaseCommand):
    help = "Recalcula e grava projeções agora: de alguns produtos, das expiradas ou de todos."

    def add_arguments(self, parser):
        quais = parser.add_mutually_exclusive_group()
        quais.add_argument("--produto", metavar="COD", nargs="+", action="extend", help="um ou mais códigos")
        quais.add_argument("--expiradas", action="store_true", help="as que passaram da validade (o padrão)")
        quais.add_argument("--todos", action="store_true", help="todos os códigos que algum documento menciona")

    def handle(self, *, produto, expiradas, todos, **opcoes):
        if produto:
            desconhecidos = sorted(set(produto) - recalculo.conhecidos(produto))
            if desconhecidos:
                raise CommandError(f"Produtos que nenhum documento menciona: {', '.join(desconhecidos)}.")
            cods = set(produto)
        else:
            cods = recalculo.todos_os_codigos() if todos else recalculo.codigos_antigos()
        with barra(len(cods), "Recalculando") as avancar:
            relatar(self, recalculo.recalcular(cods, avancar))
