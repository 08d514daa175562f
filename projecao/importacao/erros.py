"""What goes wrong with a file. Every message is for the planner."""

from dataclasses import dataclass


class ErroDeImportacao(Exception):
    """Nothing was stored. The message says why, in a sentence that a planner understands."""


class ArquivoInvalido(ErroDeImportacao):
    """The file as a whole: unreadable, empty, too large, or without the columns it must have."""


class TipoDesconhecido(ErroDeImportacao):
    pass


class OpcaoInvalida(ErroDeImportacao):
    pass


class ImportacaoConcorrente(ErroDeImportacao):
    """Somebody else stored the same rows between our reading and our writing."""


class ValorInvalido(ValueError):
    """A value that cannot be stored; `campo` when the one who raises knows better than the reader of the cell."""

    def __init__(self, motivo: str, campo: str = ""):
        super().__init__(motivo)
        self.motivo, self.campo = motivo, campo


@dataclass(frozen=True, slots=True)
class ErroDeLinha:
    linha: int
    """As the spreadsheet numbers it: the header is line 1."""
    coluna: str
    """The header as the file has it; empty when the reason is the whole row's."""
    motivo: str

    def __str__(self):
        coluna = f', coluna "{self.coluna}"' if self.coluna else ""
        return f"Linha {self.linha}{coluna}: {self.motivo}"
