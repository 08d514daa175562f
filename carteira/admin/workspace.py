"""'Can this order ship?': an order's items with their figures, and the pre-separations that a planner moves there."""

from django.contrib import messages
from django.contrib.admin.utils import construct_change_message
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from carteira import planejamento, situacao
from carteira.admin.busca import BuscaDePedidos, endereco
from carteira.admin.itens import Telas, itens
from carteira.admin.painel import Painel, procurar
from carteira.admin.pre_separacao import avisos, diferencas, em_palavras
from carteira.fontes import PODE_SAIR
from carteira.models import PreSeparacaoItem
from carteira.workspace import workspace
from projecao import banco, vivo
from projecao.admin.base import data_curta, numero
from projecao.admin.pagina import Pagina
from projecao.excecoes import PedidoDesconhecido
from projecao.unidades import inteiro

DESTACADOS = 12
"""Items that are named on top; an order may have hundreds."""


class PedidoPodeSair(Pagina):
    """GET shows it, with the form that the address asks for (`painel`); POST does, or tries, what the form says."""

    title = "Pedido"
    caminho = "workspace/<codigo:num>"
    nome = PODE_SAIR.nome
    permission_required = PODE_SAIR.permissao
    template_name = "admin/carteira/workspace/pedido.html"

    def get(self, request, *args, **kwargs):
        return self._responder(self._painel())

    def post(self, request, *args, **kwargs):
        painel = self._painel()
        if painel is None or not painel.permitido:
            raise PermissionDenied
        if painel.pre is None or not painel.ler(request.POST):
            return self._responder(painel)
        so_ver = "ver_efeito" in request.POST
        try:
            efeito = planejamento.aplicar(self.num, lambda: self._mudar(painel), desfazer=so_ver)
        except planejamento.Recusa as recusa:
            painel.recusar(recusa)
            return self._responder(painel)
        except DataError:
            painel.erro = "Nada foi gravado: com esta mudança, os números do pedido não podem ser somados."
            return self._responder(painel)
        mudancas = diferencas(*efeito, painel.cod_produto)
        if so_ver:
            painel.efeito = mudancas
            painel.avisos = [] if painel.acao == "excluir" else avisos(painel.pre)
            return self._responder(painel)
        return self._feito(painel, efeito, mudancas)

    @property
    def num(self) -> str:
        return self.kwargs["num"]

    @property
    def admin_da_pre(self):
        return self.model_admin.admin_site.get_model_admin(PreSeparacaoItem)

    def _painel(self) -> Painel | None:
        return procurar(self.request.GET, self.num, self._pode())

    def _pode(self) -> dict[str, bool]:
        admin, request = self.admin_da_pre, self.request
        return {
            "add": admin.has_add_permission(request),
            "change": admin.has_change_permission(request),
            "delete": admin.has_delete_permission(request),
        }

    def _mudar(self, painel: Painel) -> None:
        """Within the transaction of `planejamento.aplicar`, with its line of the record's history."""
        pre, admin = painel.pre, self.admin_da_pre
        if painel.acao == "excluir":
            admin.log_deletions(self.request, [pre])
            planejamento.excluir(pre, painel.lida)
            return
        incluir = painel.acao == "incluir"
        if incluir:
            pre.criado_por = self.request.user
        planejamento.gravar(pre, painel.lida)
        registrar = admin.log_addition if incluir else admin.log_change
        registrar(self.request, pre, construct_change_message(painel.form, None, incluir))

    def _feito(self, painel: Painel, efeito: planejamento.Efeito, mudancas: list[dict]):
        messages.success(self.request, f"{painel.cod_produto}: {painel.feito}. {em_palavras(mudancas)}")
        if efeito.depois is None:
            messages.info(self.request, f"Nada mais resta do pedido {self.num}.")
            return HttpResponseRedirect(reverse(f"admin:{BuscaDePedidos.nome}"))
        if painel.acao != "excluir":
            for aviso in avisos(painel.pre):
                messages.warning(self.request, aviso)
        return HttpResponseRedirect(f"{endereco(self.num)}?{urlencode({'alterado': painel.cod_produto})}")

    def _responder(self, painel: Painel | None):
        self.title = f"Pedido {self.num}"
        if painel is not None and not painel.permitido:
            painel = None
        telas = Telas(self.request, self.model_admin.admin_site)
        try:
            with banco.leitura_consistente():
                dados = workspace(self.num)
                mostrados = itens(dados, planejamento.linhas_do_pedido(self.num), telas, self._pode())
                regiao = vivo.regiao(item["cod_produto"] for item in mostrados) if telas.ve_projecoes else None
        except PedidoDesconhecido as erro:
            contexto = self.get_context_data(desconhecido=str(erro))
            return self.render_to_response(contexto, status=404)
        except DataError:
            # A sum that the database cannot hold: it cannot be told whose until the queue has isolated it.
            return self.render_to_response(self.get_context_data(falhou=True, endereco=endereco(self.num)))
        contexto = _cabecalho(dados, mostrados) | {
            "itens": mostrados,
            "painel": painel,
            "endereco": endereco(self.num),
            "vivo": regiao,
        }
        em_foco = painel.cod_produto if painel else self.request.GET.get("alterado")
        nomes = {item["cod_produto"]: item["nome_produto"] for item in mostrados}
        return self.render_to_response(
            self.get_context_data(em_foco=em_foco, nome_do_painel=nomes.get(em_foco, ""), **contexto)
        )


def _cabecalho(dados: dict, mostrados: list[dict]) -> dict:
    problemas = [item for item in mostrados if item["situacao"].tipo in situacao.PROBLEMAS]
    return {
        "pedido": dados,
        "local": "/".join(filter(None, (dados["cidade"], dados["uf"]))),
        "resposta": situacao.do_pedido((item["situacao"] for item in mostrados), dados["data_completa"]),
        "quantos": inteiro(len(mostrados)),
        "problemas": problemas[:DESTACADOS],
        "outros_problemas": max(0, len(problemas) - DESTACADOS),
        "data_completa": data_curta(dados["data_completa"]) if dados["data_completa"] else "Nenhuma em 29 dias",
        "valor_total": numero(dados["valor_total"], 2),
        "peso_total": numero(dados["peso_total"]),
        "pallet_total": numero(dados["pallet_total"]),
    }
