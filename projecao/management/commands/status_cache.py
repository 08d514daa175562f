from django.core.management.base import BaseCommand
from django.utils.formats import localize

from projecao.situacao import situacao

TITULOS = {
    "linhas": "Projeções gravadas",
    "fila": "Fila de recálculo",
    "memoria": "Memória (Redis)",
    "jobs": "Última execução de cada job",
    "mais_lentos": "Produtos mais lentos",
}


class Command(BaseCommand):
    help = "Mostra as três camadas, a fila, os jobs e os produtos mais lentos."

    def handle(self, **opcoes):
        for secao, dados in situacao().items():
            self.stdout.write(self.style.MIGRATE_HEADING(TITULOS[secao]))
            itens = dados.items() if isinstance(dados, dict) else ((linha.pop("cod_produto"), linha) for linha in dados)
            for nome, valor in itens:
                self.stdout.write(f"  {nome}: {_texto(valor)}")


def _texto(valor) -> str:
    if isinstance(valor, dict):
        return ", ".join(f"{nome} {_texto(parte)}" for nome, parte in valor.items() if parte not in ("", None))
    return "-" if valor is None else str(localize(valor))
