"""What a planner is doing to one pre-separation: the address says which (`?alterar=7`, `?incluir=4320162`,
`?excluir=7`), the form says how."""

from dataclasses import dataclass, field

from carteira import planejamento
from carteira.admin.pre_separacao import FormularioDePreSeparacao, frase, quem_alterou
from carteira.models import PreSeparacaoItem
from projecao.admin.base import chave

PERMISSOES = {"alterar": "change", "incluir": "add", "excluir": "delete"}
TITULOS = {
    "alterar": "Alterar pré-separação",
    "incluir": "Incluir pré-separação",
    "excluir": "Excluir pré-separação",
}
BOTOES = {"alterar": "Salvar", "incluir": "Incluir", "excluir": "Excluir"}


@dataclass
class Painel:
    acao: str
    permitido: bool
    pre: PreSeparacaoItem | None
    """None if there is nothing (any more) to do it to: `erro` says why."""
    erro: str = ""
    lida: str = ""
    """What the planner has seen of it (`planejamento.assinatura`)."""
    form: FormularioDePreSeparacao | None = None
    efeito: list[dict] | None = None
    avisos: list[str] = field(default_factory=list)

    def __post_init__(self):
        if self.pre is not None:
            self.antes = frase(self.pre)
            self.lida = "" if self.acao == "incluir" else planejamento.assinatura(self.pre)
            self.form = None if self.acao == "excluir" else FormularioDePreSeparacao(instance=self.pre)

    @property
    def titulo(self) -> str:
        return TITULOS[self.acao]

    @property
    def botao(self) -> str:
        return BOTOES[self.acao]

    @property
    def cod_produto(self) -> str:
        return self.pre.cod_produto if self.pre else ""

    @property
    def feito(self) -> str:
        if self.acao == "incluir":
            return f"pré-separação de {frase(self.pre)} incluída"
        if self.acao == "excluir":
            return f"pré-separação de {self.antes} excluída"
        return f"{frase(self.pre)} (antes {self.antes})"

    def ler(self, dados) -> bool:
        """What was posted. False if it cannot be done as it is; the form says why."""
        self.lida = dados.get("lida", "")
        if self.form is not None:
            self.form = FormularioDePreSeparacao(dados, instance=self.pre)
        return self.form is None or self.form.is_valid()

    def recusar(self, recusa: planejamento.Recusa) -> None:
        if isinstance(recusa, planejamento.SemSaldo):
            self.form.add_error("qtd_selecionada_usuario", str(recusa))
        elif isinstance(recusa, planejamento.Alterada) and recusa.atual is not None:
            quem = quem_alterou(recusa.atual) or "Alguém"
            self.antes, self.lida = frase(recusa.atual), planejamento.assinatura(recusa.atual)
            self.erro = (
                f"{quem} alterou esta pré-separação depois que você a abriu: agora ela é de {self.antes}. "
                f"Nada foi gravado; para valer o que está abaixo, confirme de novo."
            )
        else:
            self.pre, self.form, self.erro = None, None, str(recusa)


def procurar(consulta, num_pedido: str, pode: dict[str, bool]) -> Painel | None:
    """What the address asks for. `pode` says what the user may: add, change, delete."""
    acao = next((acao for acao in PERMISSOES if acao in consulta), None)
    if acao is None:
        return None
    permitido = pode[PERMISSOES[acao]]
    if acao == "incluir":
        linha = planejamento.linhas_do_pedido(num_pedido).get(consulta[acao])
        if linha is None or linha.qtd_restante <= 0:
            return Painel(acao, permitido, None, "A linha do pedido não tem mais nada a separar.")
        return Painel(acao, permitido, _nova(linha))
    pre = PreSeparacaoItem.objects.filter(num_pedido=num_pedido, pk=chave(consulta[acao])).first()
    if pre is None:
        return Painel(acao, permitido, None, "Esta pré-separação não existe mais.")
    if pre.status == PreSeparacaoItem.Status.ENVIADO_SEPARACAO:
        return Painel(acao, permitido, None, str(planejamento.JaEnviada()))
    return Painel(acao, permitido, pre)


def _nova(linha) -> PreSeparacaoItem:
    return PreSeparacaoItem(
        num_pedido=linha.num_pedido,
        cod_produto=linha.cod_produto,
        qtd_selecionada_usuario=linha.qtd_restante,
        data_expedicao_editada=linha.expedicao,
        data_agendamento_editada=linha.agendamento,
        protocolo_editado=linha.protocolo,
    )
