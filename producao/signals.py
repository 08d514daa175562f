from producao.models import ProgramacaoProducao
from projecao.signals import marcar_produtos
from projecao.vigia import vigiar


def conectar() -> None:
    vigiar(ProgramacaoProducao, ["cod_produto"], marcar_produtos("producao"))
