"""The floor: what no recalculation can go below, since it too must read the sources and store the rows.

The same grouped reads in plain SQL, of as many products at a time, fetched as tuples; no arithmetic, no locks, no
look at what was stored before; and a COPY of the very bytes that the engine stored, into an empty table of the
same indexes.
"""

from datetime import date
from io import BytesIO

from django.db import connection, transaction

from projecao.banco import em_lotes, matriz
from projecao.conf import ajustes
from projecao.models import EstoqueProjecaoCache
from projecao.varredura import sem_varrer_a_memoria

TABELA = EstoqueProjecaoCache._meta.db_table
QUAIS = "= ANY (%(cods)s::text[])"
MILESIMOS = "sum(round({} * 1000)::bigint)::bigint"
PRE = "qtd_selecionada_usuario > 0 AND status IN ('CRIADO', 'RECOMPOSTO')"
SEP = f"""carteira_separacao s LEFT JOIN carteira_pedido p ON p.separacao_lote_id = s.separacao_lote_id
    WHERE s.qtd_saldo > 0 AND s.cod_produto {QUAIS} AND (p.id IS NULL OR p.status IN"""

LEITURAS = (
    f"SELECT cod_produto, estoque FROM projecao_estoqueatual WHERE cod_produto {QUAIS}",
    f"SELECT cod_produto, nome_produto, estoque_seguranca FROM projecao_produto WHERE cod_produto {QUAIS}",
    f"""SELECT s.cod_produto, coalesce(p.expedicao, s.expedicao), {MILESIMOS.format("s.qtd_saldo")}
        FROM {SEP} ('ABERTO', 'COTADO')) GROUP BY 1, 2""",
    f"""SELECT cod_produto, data_expedicao_editada, {MILESIMOS.format("qtd_selecionada_usuario")}
        FROM carteira_preseparacaoitem WHERE {PRE} AND cod_produto {QUAIS} GROUP BY 1, 2""",
    f"""SELECT c.cod_produto, c.expedicao, {
        MILESIMOS.format("greatest(c.qtd_saldo_produto_pedido - coalesce(x.qtd, 0) - coalesce(y.qtd, 0), 0)")
    }
        FROM carteira_carteiraprincipal c
        LEFT JOIN (
            SELECT num_pedido, cod_produto, sum(qtd_selecionada_usuario) AS qtd
            FROM carteira_preseparacaoitem WHERE {PRE} AND cod_produto {QUAIS} GROUP BY 1, 2
        ) x USING (num_pedido, cod_produto)
        LEFT JOIN (
            SELECT s.num_pedido, s.cod_produto, sum(s.qtd_saldo) AS qtd
            FROM {SEP} ('ABERTO', 'COTADO', 'EMBARCADO')) GROUP BY 1, 2
        ) y USING (num_pedido, cod_produto)
        WHERE c.ativo AND c.separacao_lote_id IS NULL AND c.cod_produto {QUAIS} GROUP BY 1, 2""",
    f"""SELECT cod_produto, data_programacao, {MILESIMOS.format("qtd_programada")}
        FROM producao_programacaoproducao WHERE data_programacao >= %(hoje)s AND cod_produto {QUAIS} GROUP BY 1, 2""",
)


class Piso:
    def __init__(self, cods: list[str]):
        """The engine's rows of these products, as they are now, are what it stores."""
        self.lotes = [(lote, self._exportar(lote)) for lote in em_lotes(cods, ajustes.LOTE)]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS bench_piso (LIKE {TABELA} INCLUDING ALL)")

    def _exportar(self, cods: list[str]) -> bytes:
        texto = BytesIO()
        with connection.cursor() as cursor:
            linhas = cursor.mogrify(f"SELECT * FROM {TABELA} WHERE cod_produto {QUAIS}", {"cods": matriz(cods)})
            cursor.copy_expert(f"COPY ({linhas.decode()}) TO STDOUT", texto)
        return texto.getvalue()

    def esvaziar(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bench_piso")

    @sem_varrer_a_memoria()
    def correr(self, dia: date) -> None:
        for cods, linhas in self.lotes:
            quais = {"cods": matriz(cods), "hoje": dia}
            with transaction.atomic(), connection.cursor() as cursor:
                for consulta in LEITURAS:
                    cursor.execute(consulta, quais)
                    cursor.fetchall()
                cursor.copy_expert("COPY bench_piso FROM STDIN", BytesIO(linhas))

    def remover(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_piso")
