"""Which products break within seven days: from our rows, and as it is asked without them."""

import random
import time
from datetime import timedelta

from benchmarks import baselines, dados
from benchmarks.medida import Porte, Relatorio, conferir, cronometrar, mediana
from projecao import consulta
from projecao.conf import ajustes, hoje

LEITURAS = 20


def medir(relatorio: Relatorio, porte: Porte) -> None:
    produtos = porte.produtos
    relatorio.titulo(f"List of the products that break within 7 days, of {produtos}")
    dia = hoje()
    limite, cods = dia + timedelta(days=7), dados.codigos(produtos)
    nossa = {item["cod_produto"]: item["dia_ruptura"] for item in _listar(limite)}
    duracao = mediana(cronometrar(lambda: _listar(limite)) for _ in range(LEITURAS))
    relatorio.mostrar(f"ours, all {len(nossa)} of them in order (ms)", f"{duracao * 1000:,.1f}")
    amostra = random.Random(1).sample(cods, min(porte.amostra_da_consulta, produtos))
    inicio = time.perf_counter()
    figuras = {cod: baselines.consulta_por_produto(cod, dia) for cod in amostra}
    na_leitura = (time.perf_counter() - inicio) / len(amostra) * produtos
    quebram = {cod: f.dia_ruptura for cod, f in figuras.items() if f.dia_ruptura and f.dia_ruptura <= limite}
    conferir({cod: quando for cod, quando in nossa.items() if cod in figuras}, quebram, "computing on read")
    relatorio.mostrar(f"computing each on read, from {len(amostra)} of them (ms)", f"{na_leitura * 1000:,.0f}")
    relatorio.anotar("rupturas_vs_calculo_na_leitura", na_leitura / duracao)


def _listar(limite) -> list[dict]:
    """All of them, as the API lists them: what is still in the queue is looked at, in order, page by page."""
    lista = consulta.Listagem(consulta.Filtro(dia_ruptura_ate=limite), consulta.Ordem("dia_ruptura"))
    pagina = ajustes.PAGINA_MAXIMA
    return [item for inicio in range(0, len(lista), pagina) for item in lista[inicio : inicio + pagina]]
