"""The endpoints as a caller sees them: shapes, errors, and who gets what."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao import pulso, recalculo
from projecao.conf import hoje
from projecao.consulta import Filtro, Listagem, Ordem
from projecao.models import EstoqueProjecaoCache, Produto
from projecao.tests.fabrica import dia, movimentar, unificar
from tests.modelo_lento import projecao as conta_lenta
from tests.test_verdade import numeros

pytestmark = pytest.mark.django_db

PROBLEMA = {"type", "title", "status", "detail"}


@pytest.fixture
def produto():
    """A portfolio of one product with something in every source."""
    Produto.objects.create(cod_produto="4320162", nome_produto="AZEITONA VERDE", peso_bruto=2, palletizacao=100)
    movimentar("4320162", 100)
    CarteiraPrincipal.objects.create(
        num_pedido="VCD1",
        cod_produto="4320162",
        raz_social_red="REDE SOL",
        municipio="Campinas",
        estado="SP",
        qtd_produto_pedido=60,
        qtd_saldo_produto_pedido=50,
        preco_produto_pedido=Decimal("3.5"),
        expedicao=dia(3),
    )
    CarteiraPrincipal.objects.create(num_pedido="VCD2", cod_produto="4320162", qtd_saldo_produto_pedido=7)
    PreSeparacaoItem.objects.create(
        num_pedido="VCD1", cod_produto="4320162", qtd_selecionada_usuario=10, data_expedicao_editada=dia(1)
    )
    Pedido.objects.create(separacao_lote_id="L1", num_pedido="VCD1", expedicao=dia(-1), raz_social_red="REDE SOL")
    Separacao.objects.create(separacao_lote_id="L1", num_pedido="VCD1", cod_produto="4320162", qtd_saldo=15)
    ProgramacaoProducao.objects.create(
        cod_produto="4320162", data_programacao=hoje(), qtd_programada=8, linha_producao="L-3"
    )
    return "4320162"


def test_atual(cliente_logado, produto):
    corpo = cliente_logado.get("/api/estoque/4320162/atual").json()
    assert corpo.keys() == {"cod_produto", "nome_produto", "estoque", "atualizado_em"}
    assert (corpo["cod_produto"], corpo["nome_produto"], corpo["estoque"]) == ("4320162", "AZEITONA VERDE", 100)


def test_projecao_tem_a_forma_do_contrato(cliente_logado, produto):
    corpo = cliente_logado.get("/api/estoque/4320162/projecao").json()
    assert list(corpo) == [
        "cod_produto",
        "codigos",
        "nome_produto",
        "estoque_atual",
        "menor_estoque_7d",
        "menor_estoque_28d",
        "dia_ruptura",
        "status_ruptura",
        "producao_hoje",
        "saidas_atrasadas",
        "saidas_sem_data",
        "data_base",
        "data_calculo",
        "versao",
        "tempo_calculo_ms",
        "projecao",
    ]
    assert [d["dia"] for d in corpo["projecao"]] == list(range(29))
    assert corpo["projecao"][0] == {
        "dia": 0,
        "data": hoje().isoformat(),
        "estoque_inicial": 100,
        "saidas": 15,
        "saldo": 85,
        "producao": 8,
        "estoque_final": 93,
    }
    assert (corpo["saidas_atrasadas"], corpo["saidas_sem_data"], corpo["producao_hoje"]) == (15, 7, 8)
    assert (corpo["menor_estoque_7d"], corpo["status_ruptura"]) == (58, "OK")


def test_quantidades_sao_numeros_exatos(cliente_logado):
    movimentar("A", "999999999999.999")
    corpo = cliente_logado.get("/api/estoque/A/projecao").content
    assert b'"estoque_atual":999999999999.999,' in corpo
    assert numeros(corpo)["menor_estoque_7d"] == Decimal("999999999999.999")


def test_recalcular_grava_e_responde(admin_client, produto):
    resposta = admin_client.post("/api/estoque/4320162/recalcular")
    assert resposta.status_code == 200
    assert resposta.json()["versao"] == 1
    assert EstoqueProjecaoCache.objects.get().pk == "4320162"


def test_disponibilidade(cliente_logado, produto):
    ProgramacaoProducao.objects.create(cod_produto="4320162", data_programacao=dia(5), qtd_programada=100)
    endereco = "/api/estoque/4320162/disponibilidade"
    assert cliente_logado.get(f"{endereco}?qtd=90").json() == {
        "cod_produto": "4320162",
        "qtd": 90,
        "data": hoje().isoformat(),
        "data_disponivel": hoje().isoformat(),
        "data_disponivel_firme": dia(5).isoformat(),
        "estoque_na_data": 93,
        "falta": 0,
    }
    no_dia = cliente_logado.get(f"{endereco}?qtd=90&data={dia(3)}").json()
    assert (no_dia["estoque_na_data"], no_dia["falta"]) == (58, 32)
    impossivel = cliente_logado.get(f"{endereco}?qtd=1000.5").json()
    assert (impossivel["data_disponivel"], impossivel["data_disponivel_firme"]) == (None, None)


@pytest.mark.parametrize(
    "consulta", ["", "qtd=", "qtd=abc", "qtd=-1", "qtd=NaN", "qtd=1&data=ontem", "qtd=1&data=1900-01-01", "qtd=1,5"]
)
def test_disponibilidade_recusa_o_que_nao_entende(cliente_logado, produto, consulta):
    resposta = cliente_logado.get(f"/api/estoque/4320162/disponibilidade?{consulta}")
    assert resposta.status_code == 400
    assert resposta.json().keys() >= PROBLEMA


def test_cardex(cliente_logado, produto):
    corpo = cliente_logado.get("/api/produto/4320162/cardex").json()
    assert corpo["maior_estoque"] == {"dia": 0, "valor": 93}
    assert corpo["menor_estoque"] == {"dia": 3, "valor": 58}
    assert (corpo["total_producao"], corpo["total_saidas"], len(corpo["cardex"])) == (8, 50, 29)
    assert {alerta["tipo"] for alerta in corpo["alertas"]} == {"SAIDAS_ATRASADAS", "SAIDAS_SEM_DATA"}
    assert all(alerta.keys() == {"tipo", "dia", "titulo", "descricao", "sugestao"} for alerta in corpo["alertas"])


def test_alertas_de_ruptura_sugerem_o_que_fazer(cliente_logado):
    movimentar("A", "10")
    CarteiraPrincipal.objects.create(
        num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=Decimal("1500.5"), expedicao=dia(2)
    )
    [alerta] = cliente_logado.get("/api/produto/A/cardex").json()["alertas"]
    assert (alerta["tipo"], alerta["dia"]) == ("RUPTURA", 2)
    assert "1.490,5" in alerta["descricao"] and "Programe a produção" in alerta["sugestao"]
    ProgramacaoProducao.objects.create(cod_produto="A", data_programacao=dia(4), qtd_programada=2000)
    [alerta] = cliente_logado.get("/api/produto/A/cardex").json()["alertas"]
    assert f"{dia(4):%d/%m/%Y}" in alerta["sugestao"]


def test_documentos_somam_cada_dia(cliente_logado, produto):
    corpo = cliente_logado.get("/api/produto/4320162/cardex-detalhado").json()
    for do_dia in corpo["cardex"]:
        saidas = sum(d["qtd"] for d in do_dia["documentos"] if d["origem"] != "producao")
        producao = sum(d["qtd"] for d in do_dia["documentos"] if d["origem"] == "producao")
        assert (saidas, producao) == (do_dia["saidas"], do_dia["producao"])
    separacao, producao = corpo["cardex"][0]["documentos"]
    assert separacao["origem"] == "separacao"
    assert (separacao["num_pedido"], separacao["separacao_lote_id"]) == ("VCD1", "L1")
    assert (separacao["cliente"], separacao["cidade"], separacao["uf"]) == ("REDE SOL", "Campinas", "SP")
    assert (separacao["data_original"], separacao["atrasado"]) == (dia(-1).isoformat(), True)
    assert (producao["linha_producao"], producao["atrasado"]) == ("L-3", False)
    [sem_data] = corpo["sem_data"]
    assert (sem_data["num_pedido"], sem_data["qtd"], sem_data["data_original"]) == ("VCD2", 7, None)


def test_workspace(cliente_logado, produto):
    corpo = cliente_logado.get("/api/pedido/VCD1/workspace").json()
    assert (corpo["num_pedido"], corpo["cliente"], corpo["cidade"], corpo["uf"]) == (
        "VCD1",
        "REDE SOL",
        "Campinas",
        "SP",
    )
    assert (corpo["valor_total"], corpo["peso_total"], corpo["pallet_total"]) == (175, 100, 0.5)
    [item] = corpo["itens"]
    assert (item["qtd_pedido"], item["qtd_pre_separada"], item["qtd_separada"], item["qtd_saldo"]) == (60, 10, 15, 50)
    assert (item["estoque_hoje"], item["menor_estoque_7d"], item["producao_hoje"]) == (100, 58, 8)
    assert (item["expedicao"], item["estoque_na_expedicao"]) == (dia(-1).isoformat(), 93)
    # Without its own 50, the product never falls below 108.
    assert item["data_disponivel"] == item["data_disponivel_firme"] == corpo["data_completa"] == hoje().isoformat()


def test_disponivel_no_pedido_deixa_de_fora_a_propria_demanda(cliente_logado):
    movimentar("A", 50)
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=50, expedicao=dia(1))
    CarteiraPrincipal.objects.create(num_pedido="2", cod_produto="A", qtd_saldo_produto_pedido=20, expedicao=dia(4))
    ProgramacaoProducao.objects.create(cod_produto="A", data_programacao=dia(6), qtd_programada=30)
    [item] = cliente_logado.get("/api/pedido/1/workspace").json()["itens"]
    # 50 are there today, but from D4 the other order needs 20 of them: firm only when production came.
    assert (item["data_disponivel"], item["data_disponivel_firme"]) == (hoje().isoformat(), dia(6).isoformat())


@pytest.mark.parametrize("cod", ["AB/01", "é ç", "50%", "a?b#c", "x\ny", "a..b", "atual", "cache/status"])
def test_qualquer_caractere_no_codigo_e_no_pedido(cliente_logado, admin_client, cod):
    movimentar(cod, 10)
    CarteiraPrincipal.objects.create(num_pedido=cod, cod_produto=cod, qtd_saldo_produto_pedido=1)
    endereco = quote(cod, safe="")
    for caminho in ("atual", "projecao", "disponibilidade?qtd=1"):
        resposta = cliente_logado.get(f"/api/estoque/{endereco}/{caminho}")
        assert (resposta.status_code, resposta.json()["cod_produto"]) == (200, cod)
    for caminho in ("cardex", "cardex-detalhado"):
        assert cliente_logado.get(f"/api/produto/{endereco}/{caminho}").json()["cod_produto"] == cod
    assert cliente_logado.get(f"/api/pedido/{endereco}/workspace").json()["num_pedido"] == cod
    assert admin_client.post(f"/api/estoque/{endereco}/recalcular").json()["cod_produto"] == cod


def test_codigo_unificado_responde_como_o_destino(cliente_logado):
    movimentar("VELHO", 3)
    movimentar("NOVO", 4)
    unificar("VELHO", "NOVO")
    for cod in ("VELHO", "NOVO"):
        corpo = numeros(cliente_logado.get(f"/api/estoque/{cod}/projecao").content)
        assert (corpo["cod_produto"], corpo["codigos"]) == ("NOVO", ["NOVO", "VELHO"])
        assert corpo["estoque_atual"] == 7
        assert conta_lenta(cod, hoje())["estoque_atual"] == 7
        assert cliente_logado.get(f"/api/estoque/{cod}/atual").json()["cod_produto"] == "NOVO"


@pytest.mark.parametrize(
    "caminho",
    [
        "estoque/X/atual",
        "estoque/X/projecao",
        "estoque/X/disponibilidade?qtd=1",
        "produto/X/cardex",
        "produto/X/cardex-detalhado",
        "pedido/X/workspace",
        "estoque/%00/projecao",
        "nada",
        "estoque/",
    ],
)
def test_o_que_ninguem_mencionou_e_404(cliente_logado, caminho):
    resposta = cliente_logado.get(f"/api/{caminho}")
    assert resposta.status_code == 404
    assert resposta["Content-Type"] == "application/problem+json"
    assert resposta.json().keys() >= PROBLEMA


def test_405_e_415_e_400_sao_problemas(cliente_logado, admin_client, produto):
    assert cliente_logado.post("/api/estoque/4320162/projecao").json()["status"] == 405
    assert admin_client.get("/api/estoque/4320162/recalcular").json()["status"] == 405
    xml = admin_client.post("/api/estoque/4320162/recalcular", "<x/>", content_type="text/xml")
    assert (xml.status_code, xml.json()["status"]) == (415, 415)
    torto = admin_client.post("/api/estoque/4320162/recalcular", "{", content_type="application/json")
    assert (torto.status_code, torto["Content-Type"]) == (400, "application/problem+json")


def test_recalcular_tem_limite(admin_client, produto, settings, monkeypatch):
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"recalcular": "2/min"})
    status = [admin_client.post("/api/estoque/4320162/recalcular").status_code for _ in range(3)]
    assert status == [200, 200, 429]


def test_produto_com_dados_impossiveis_diz_por_que(cliente_logado, admin_client):
    Separacao.objects.bulk_create([Separacao(cod_produto="R", qtd_saldo=Decimal("999999999999")) for _ in range(2)])
    for _ in range(2):
        resposta = cliente_logado.get("/api/estoque/R/projecao")
        assert (resposta.status_code, resposta["Content-Type"]) == (503, "application/problem+json")
        assert "R não pôde ser projetado" in resposta.json()["detail"]
        assert admin_client.post("/api/estoque/R/recalcular").status_code == 503


class TestAcesso:
    """Anonymous, Consulta, Planejadores and admin get on each endpoint exactly what they should."""

    LEITURAS = (
        "estoque",
        "estoque/rupturas",
        "estoque/cache/status",
        "estoque/4320162/atual",
        "estoque/4320162/projecao",
        "estoque/4320162/disponibilidade?qtd=1",
        "produto/4320162/cardex",
        "produto/4320162/cardex-detalhado",
        "pedido/VCD1/workspace",
        "schema",
        "docs",
    )

    @pytest.fixture
    def clientes(self, django_user_model):
        permissao = Permission.objects.get(codename="forcar_recalculo", content_type__app_label="projecao")
        planejadores, _ = Group.objects.get_or_create(name="Planejadores")
        planejadores.permissions.add(permissao)
        consulta, _ = Group.objects.get_or_create(name="Consulta")
        clientes = {"anonimo": Client()}
        for nome, grupo in (("consulta", consulta), ("planejador", planejadores), ("admin", None)):
            usuario = django_user_model.objects.create_user(nome, is_superuser=nome == "admin")
            if grupo:
                usuario.groups.add(grupo)
            clientes[nome] = Client()
            clientes[nome].force_login(usuario)
        return clientes

    @pytest.mark.parametrize("caminho", LEITURAS)
    def test_ler(self, clientes, produto, caminho):
        status = {nome: cliente.get(f"/api/{caminho}").status_code for nome, cliente in clientes.items()}
        assert status == {"anonimo": 401, "consulta": 200, "planejador": 200, "admin": 200}

    def test_forcar(self, clientes, produto):
        caminho = "/api/estoque/4320162/recalcular"
        status = {nome: cliente.post(caminho).status_code for nome, cliente in clientes.items()}
        assert status == {"anonimo": 401, "consulta": 403, "planejador": 200, "admin": 200}

    def test_recusas_sao_problemas(self, clientes, produto):
        anonimo = clientes["anonimo"].get("/api/estoque")
        assert anonimo["Content-Type"] == "application/problem+json"
        assert anonimo["WWW-Authenticate"].startswith("Token")
        for porta, aceita in (("docs", "text/html"), ("schema", "application/yaml")):
            recusa = clientes["anonimo"].get(f"/api/{porta}", headers={"Accept": aceita})
            assert (recusa["Content-Type"], recusa.json()["status"]) == ("application/problem+json", 401)
        proibido = clientes["consulta"].post("/api/estoque/4320162/recalcular")
        assert proibido["Content-Type"] == "application/problem+json"

    def test_saude_e_a_unica_porta_aberta(self, clientes):
        pulso.bater()  # that of `migrate` is as old as the run of the tests
        resposta = clientes["anonimo"].get("/saude")
        assert (resposta.status_code, resposta.json()["banco"]) == (200, "ok")

    def test_sessao_sem_csrf_nao_escreve(self, produto, admin_user):
        cliente = Client(enforce_csrf_checks=True)
        cliente.force_login(admin_user)
        assert cliente.post("/api/estoque/4320162/recalcular").status_code == 403


class TestToken:
    def entrar(self, **dados):
        return Client().post("/api/token", dados, content_type="application/json")

    def test_vai_e_volta(self, usuario, produto):
        resposta = self.entrar(username="maria", password="segredo-de-teste")
        assert resposta.status_code == 200
        cabecalho = {"Authorization": f"Token {resposta.json()['token']}"}
        cliente = Client()
        assert cliente.get("/api/estoque/4320162/projecao", headers=cabecalho).status_code == 200
        assert cliente.post("/api/estoque/4320162/recalcular", headers=cabecalho).status_code == 403
        assert cliente.delete("/api/token", headers=cabecalho).status_code == 204
        assert cliente.get("/api/estoque/4320162/projecao", headers=cabecalho).status_code == 401

    def test_vence(self, usuario):
        from knox.models import AuthToken

        resposta = self.entrar(username="maria", password="segredo-de-teste")
        AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
        cabecalho = {"Authorization": f"Token {resposta.json()['token']}"}
        assert Client().get("/api/estoque", headers=cabecalho).status_code == 401

    @pytest.mark.parametrize(
        ("dados", "status"),
        [
            ({"username": "maria", "password": "errada"}, 401),
            ({"username": "ninguem", "password": "x"}, 401),
            ({"username": "maria"}, 400),
            ({}, 400),
            ({"username": "a\x00b", "password": "x"}, 400),
        ],
    )
    def test_recusas(self, usuario, dados, status):
        resposta = self.entrar(**dados)
        assert (resposta.status_code, resposta["Content-Type"]) == (status, "application/problem+json")

    def test_tentativas_tem_limite(self, usuario):
        def tentar(n):
            # Another user each time: those of one are counted too (estoque_site/tests/test_login.py).
            dados = {"username": f"maria{n}", "password": "errada"}
            enganoso = {"X-Forwarded-For": f"10.0.0.{n}"}
            return Client().post("/api/token", dados, content_type="application/json", headers=enganoso).status_code

        assert [tentar(n) for n in range(11)] == [401] * 10 + [429]


class TestLista:
    @pytest.fixture
    def carteira(self):
        """A: OK. B: breaks at D2. C: breaks at D12. D: to zero at D1."""
        for cod, estoque, sai, quando in (("A", 100, 1, 1), ("B", 5, 9, 2), ("C", 50, 60, 12), ("D", 8, 8, 1)):
            Produto.objects.create(cod_produto=cod, nome_produto=f"PRODUTO {cod * 2}")
            movimentar(cod, estoque)
            CarteiraPrincipal.objects.create(
                num_pedido=f"N{cod}", cod_produto=cod, qtd_saldo_produto_pedido=sai, expedicao=dia(quando)
            )

    def cods(self, cliente, consulta=""):
        return [item["cod_produto"] for item in cliente.get(f"/api/estoque{consulta}").json()["results"]]

    @pytest.fixture(params=["na fila", "na tabela", "meio a meio", "fila longa demais"])
    def momento(self, request, carteira, settings):
        """The same answers whether products wait in the queue, or none, or some."""
        if request.param != "na fila":
            recalculo.drenar()
        if request.param == "meio a meio":
            recalculo.fila.marcar(["B", "D"], "teste")
            Produto.objects.filter(pk="E").delete()
        if request.param == "fila longa demais":
            recalculo.fila.marcar("ABCD", "teste")
            settings.PROJECAO_PENDENTES_NA_LISTA = 2

    def test_pagina(self, cliente_logado, momento):
        corpo = cliente_logado.get("/api/estoque?page_size=3&ordering=cod_produto").json()
        assert corpo.keys() == {"count", "next", "previous", "results", "pendentes"}
        assert (corpo["count"], len(corpo["results"])) == (4, 3)
        assert corpo["results"][1] == {
            "cod_produto": "B",
            "nome_produto": "PRODUTO BB",
            "estoque_atual": 5,
            "menor_estoque_7d": -4,
            "producao_hoje": 0,
            "dia_ruptura": dia(2).isoformat(),
            "status_ruptura": "CRÍTICO",
        }
        segunda = cliente_logado.get(corpo["next"]).json()
        assert [item["cod_produto"] for item in segunda["results"]] == ["D"]

    @pytest.mark.parametrize(
        ("consulta", "cods"),
        [
            ("?ordering=menor_estoque_7d", "BDCA"),
            ("?ordering=-menor_estoque_7d", "ACDB"),
            ("?ordering=dia_ruptura", "BCAD"),
            ("?ordering=-dia_ruptura", "CBAD"),
            ("?ordering=-nome_produto", "DCBA"),
            ("?ordering=status_ruptura,-estoque_atual", "CDBA"),
            ("?status_ruptura=CRÍTICO", "BD"),
            ("?status_ruptura=critico,OK&ordering=cod_produto", "ABD"),
            ("?busca=to%20b", "B"),
            ("?busca=d&ordering=cod_produto", "ABCD"),
            ("?busca=nada", ""),
        ],
    )
    def test_filtros_e_ordem(self, cliente_logado, momento, consulta, cods):
        assert self.cods(cliente_logado, consulta) == list(cods)

    @pytest.mark.parametrize("na_fila", [True, False])
    @pytest.mark.parametrize("busca", ["maca", "MAÇÃ", "vinagre de maçã", "açã vin", "velho", "V-0", "43"])
    def test_busca_como_se_digita(self, cliente_logado, busca, na_fila):
        Produto.objects.create(cod_produto="V-01/43", nome_produto="VINAGRE DE MAÇÃ 12X750 ML")
        Produto.objects.create(cod_produto="Z", nome_produto="AZEITE")
        unificar("VELHO", "V-01/43")
        if not na_fila:
            recalculo.drenar()
        assert self.cods(cliente_logado, f"?busca={quote(busca)}") == ["V-01/43"]

    def test_ruptura_ate(self, cliente_logado, momento):
        assert self.cods(cliente_logado, f"?dia_ruptura_ate={dia(12)}") == ["B", "C"]
        assert self.cods(cliente_logado, f"?dia_ruptura_ate={dia(11)}") == ["B"]

    def test_rupturas_a_mais_proxima_primeiro(self, cliente_logado, momento):
        corpo = cliente_logado.get("/api/estoque/rupturas").json()
        assert [item["cod_produto"] for item in corpo["results"]] == ["B", "C", "D"]

    def test_ordem_de_texto_e_a_mesma_no_banco_e_fora_dele(self, cliente_logado):
        """Codes that a locale's collation would sort otherwise, some in the table and some in the queue."""
        cods = ["a1", "AB-01", "AB1", "ab0", "B1", "Z", "é", "x-1"]
        for cod in cods:
            movimentar(cod, 1, nome_produto=cod)
        recalculo.drenar()
        for cod in ("B1", "ab0"):
            movimentar(cod, 1)
        for ordem in ("cod_produto", "nome_produto"):
            vistos = [
                cod
                for pagina in range(1, 9)
                for cod in self.cods(cliente_logado, f"?ordering={ordem}&page_size=1&page={pagina}")
            ]
            assert vistos == sorted(cods)

    @pytest.mark.postgresql
    def test_ordem_de_texto_nao_depende_da_localidade_do_banco(self, carteira):
        """The embedded server sorts by code point anyway; a real one, in pt_BR, would not."""
        listagem = Listagem(Filtro(), Ordem("nome_produto", "menor_estoque_7d"))
        assert str(listagem._linhas.query).count('COLLATE "C"') == 2

    def test_paginas_com_pendentes_no_meio_nao_repetem_nem_pulam(self, cliente_logado, carteira):
        recalculo.drenar()
        for cod in "BDX":
            movimentar(cod, 1)
        vistos = []
        for pagina in range(1, 6):
            vistos += self.cods(cliente_logado, f"?ordering=estoque_atual&page_size=1&page={pagina}")
        assert vistos == ["X", "B", "D", "C", "A"]

    def test_produto_que_nao_pode_ser_calculado_fica_como_foi_guardado(self, cliente_logado, carteira):
        recalculo.drenar()
        Separacao.objects.bulk_create([Separacao(cod_produto="A", qtd_saldo=999999999999) for _ in range(2)])
        assert self.cods(cliente_logado, "?ordering=cod_produto") == list("ABCD")

    @pytest.mark.parametrize(
        "consulta", ["ordering=preco", "status_ruptura=PESSIMO", "dia_ruptura_ate=ontem", "busca=%00"]
    )
    def test_recusa_o_que_nao_entende(self, cliente_logado, consulta):
        resposta = cliente_logado.get(f"/api/estoque?{consulta}")
        assert (resposta.status_code, resposta["Content-Type"]) == (400, "application/problem+json")

    @pytest.mark.parametrize("pagina", ["0", "99", "abc", "-1"])
    def test_pagina_que_nao_existe(self, cliente_logado, carteira, pagina):
        assert cliente_logado.get(f"/api/estoque?page={pagina}").status_code == 404

    def test_origem_unificada_some_da_lista_na_hora(self, cliente_logado, carteira):
        recalculo.drenar()
        unificar("B", "A")
        assert self.cods(cliente_logado, "?ordering=cod_produto") == ["A", "C", "D"]

    def test_custo_nao_cresce_com_a_pagina(self, cliente_logado, carteira, django_assert_num_queries):
        recalculo.drenar()
        with django_assert_num_queries(6):  # session, user, marks, rows of another day, count, page
            self.cods(cliente_logado, "?page_size=1")
        with django_assert_num_queries(6):
            self.cods(cliente_logado, "?page_size=100")


def test_lista_so_as_linhas_alem_da_validade(cliente_logado):
    for cod in ("A", "B", "C"):
        movimentar(cod, 1)
    recalculo.drenar()
    EstoqueProjecaoCache.objects.exclude(pk="B").update(data_calculo=timezone.now() - timedelta(hours=1))
    movimentar("C", 1)  # marked: its numbers are computed now
    for valor, cods in {"true": ["A"], "false": ["A", "B", "C"]}.items():
        corpo = cliente_logado.get(f"/api/estoque?expiradas={valor}").json()
        assert [item["cod_produto"] for item in corpo["results"]] == cods
    assert cliente_logado.get("/api/estoque?expiradas=talvez").status_code == 400


def test_lista_pelo_tempo_de_calculo(cliente_logado):
    for n, cod in enumerate(("A", "B", "C")):
        movimentar(cod, 1)
        recalculo.drenar()
        EstoqueProjecaoCache.objects.filter(pk=cod).update(tempo_calculo_ms=n)
    corpo = cliente_logado.get("/api/estoque?ordering=-tempo_calculo_ms").json()
    assert [item["cod_produto"] for item in corpo["results"]] == ["C", "B", "A"]


def test_cache_status(cliente_logado, produto):
    antes = cliente_logado.get("/api/estoque/cache/status").json()
    assert antes["fila"]["produtos"] == 1
    assert antes["fila"]["idade_mais_antiga_segundos"] >= 0
    from projecao.tasks import processar_recalculos_pendentes

    processar_recalculos_pendentes()
    corpo = cliente_logado.get("/api/estoque/cache/status").json()
    assert corpo["linhas"] == {"total": 1, "frescas": 1, "expiradas": 0, "de_outro_dia": 0}
    assert corpo["fila"]["marcas"] == 0
    assert corpo["fila"]["idade_mais_antiga_segundos"] is None
    assert corpo["jobs"]["processar_recalculos_pendentes"]["produtos"] == 1
    assert corpo["mais_lentos"][0]["cod_produto"] == "4320162"
    assert {"estado", "chaves", "capacidade", "acertos", "faltas", "taxa_acerto"} <= corpo["memoria"].keys()


def test_openapi_descreve_todas_as_portas(admin_client):
    resposta = admin_client.get("/api/schema", headers={"Accept": "application/json"})
    assert resposta.status_code == 200
    assert set(resposta.json()["paths"]) == {
        "/api/estoque",
        "/api/estoque/rupturas",
        "/api/estoque/cache/status",
        "/api/estoque/{cod}/atual",
        "/api/estoque/{cod}/projecao",
        "/api/estoque/{cod}/recalcular",
        "/api/estoque/{cod}/disponibilidade",
        "/api/produto/{cod}/cardex",
        "/api/produto/{cod}/cardex-detalhado",
        "/api/pedido/{num}/workspace",
        "/api/ocorrencias",
        "/api/ocorrencias/{id}",
        "/api/ocorrencias/{id}/{acao}",
        "/api/eventos",
        "/api/acuracia",
        "/api/produto/{cod}/acuracia",
        "/api/token",
    }
