"""A product's page: the documents behind each day, the chart and what can be promised."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao import recalculo, servico
from projecao.admin import produto_projetado
from projecao.admin.grafico import Escala, grafico
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache, Produto
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db


def pagina(cliente, cod="1", **consulta):
    return cliente.get(reverse("admin:projecao_estoqueprojecaocache_change", args=[cod]), consulta)


def quantia(texto: str) -> Decimal:
    return Decimal(texto.replace(".", "").replace(",", "."))


def produto(cod="1", estoque=100, **campos):
    Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}", **campos)
    movimentar(cod, estoque)


def carteira(qtd, cod="1", pedido="P1", **campos):
    return CarteiraPrincipal.objects.create(
        num_pedido=pedido, cod_produto=cod, qtd_saldo_produto_pedido=qtd, qtd_produto_pedido=qtd, **campos
    )


def uma_de_cada_origem():
    """Stock 100; D0: -30 (late), D2: -100 -20.5 +40, no date: 7."""
    produto()
    Pedido.objects.create(
        num_pedido="P1", separacao_lote_id="L1", raz_social_red="REDE SOL", nome_cidade="NATAL", cod_uf="RN"
    )
    criadas = [
        Separacao.objects.create(
            num_pedido="P1", separacao_lote_id="L1", cod_produto="1", qtd_saldo=30, expedicao=dia(-3)
        ),
        PreSeparacaoItem.objects.create(
            num_pedido="P2", cod_produto="1", qtd_selecionada_usuario=100, data_expedicao_editada=dia(2)
        ),
        carteira("20.5", pedido="P3", expedicao=dia(2), raz_social_red="LOJA", municipio="RECIFE", estado="PE"),
        ProgramacaoProducao.objects.create(
            cod_produto="1", qtd_programada=40, data_programacao=dia(2), linha_producao="LINHA 2"
        ),
        carteira(7, pedido="P4"),
    ]
    recalculo.drenar()
    return criadas


def test_documents_add_up_to_every_cell(admin_client):
    uma_de_cada_origem()
    dias = pagina(admin_client).context["dias"]
    assert sum(mostrado["documentos"]["total"] for mostrado in dias) == 4
    for mostrado in dias:
        linhas = mostrado["documentos"]["linhas"]
        quantias = [quantia(linha["qtd"]) for linha in linhas]
        assert sum(q for q in quantias if q > 0) == quantia(mostrado["producao"])
        assert -sum(q for q in quantias if q < 0) == quantia(mostrado["saidas"])
        saldos = [linha["saldo"] for linha in linhas]
        assert [mostrado["estoque_inicial"], *saldos][-1] == mostrado["estoque_final"]


def test_a_day_tells_where_its_numbers_come_from(admin_client):
    uma_de_cada_origem()
    resposta = pagina(admin_client)
    primeiro, _, terceiro, *_ = resposta.context["dias"]
    [atrasado] = primeiro["documentos"]["linhas"]
    assert atrasado["atrasado"]
    assert (atrasado["pedido"], atrasado["lote"], atrasado["cliente"], atrasado["local"], atrasado["saldo"]) == (
        "P1",
        "L1",
        "REDE SOL",
        "NATAL/RN",
        "70",
    )
    assert [(d["origem"], d["qtd"], d["saldo"], d["negativo"]) for d in terceiro["documentos"]["linhas"]] == [
        ("Pré-separação", "-100", "-30", True),
        ("Linha da carteira", "-20,5", "-50,5", True),
        ("Programação de produção", "+40", "-10,5", True),
    ]
    assert terceiro["documentos"]["linhas"][2]["local"] == "LINHA 2"
    corpo = resposta.content.decode()
    assert '<span class="produto-atrasado">atrasado</span>' in corpo
    assert f"{hoje() - timedelta(days=3):%d/%m/%Y}" in corpo


def test_what_has_no_date_is_listed_apart(admin_client):
    *_, sem_data = uma_de_cada_origem()
    resposta = pagina(admin_client)
    [linha] = resposta.context["sem_data"]["linhas"]
    assert (linha["pedido"], linha["qtd"], linha["data"], linha["saldo"]) == ("P4", "7", "sem data", None)
    assert "Sem data: 7" in resposta.content.decode()


def urls(resposta):
    documentos = [linha for mostrado in resposta.context["dias"] for linha in mostrado["documentos"]["linhas"]]
    return [linha["url"] for linha in (*documentos, *resposta.context["sem_data"]["linhas"])]


def test_each_document_opens_its_record(client):
    criadas = uma_de_cada_origem()
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Consulta"))
    client.force_login(usuario)
    resposta = pagina(client)
    esperadas = [
        reverse(f"admin:{criada._meta.app_label}_{criada._meta.model_name}_change", args=[criada.pk])
        for criada in criadas
    ]
    assert urls(resposta) == esperadas
    for url in esperadas:
        assert f'href="{url}"' in resposta.content.decode()
        assert client.get(url).status_code == 200


def test_links_are_only_for_those_who_may_view_the_record(client):
    uma_de_cada_origem()
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True)
    usuario.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_estoqueprojecaocache", "view_programacaoproducao"])
    )
    client.force_login(usuario)
    resposta = pagina(client)
    assert [bool(url) for url in urls(resposta)] == [False, False, False, True, False]
    assert "/admin/carteira/" not in resposta.content.decode()


def test_nobody_looks_without_the_permission(client):
    produto()
    recalculo.drenar()
    client.force_login(User.objects.create_user("pessoa", password="x", is_staff=True))
    assert pagina(client).status_code == 403
    assert pagina(client, quantidade="5").status_code == 403


def test_a_unified_products_documents_name_their_code(admin_client):
    unificar("velho", "1")
    produto()
    carteira(8, cod="velho", expedicao=dia(1))
    carteira(2, cod="1", pedido="P2", expedicao=dia(1))
    recalculo.drenar()
    resposta = pagina(admin_client)
    documentos = resposta.context["dias"][1]["documentos"]["linhas"]
    assert [(d["cod_produto"], d["saldo"]) for d in documentos] == [("velho", "92"), ("1", "90")]
    assert resposta.content.decode().count("código velho") == 1
    assert "código 1<" not in resposta.content.decode()


def test_the_page_costs_as_many_queries_for_30_documents_as_for_1(admin_client):
    produto()
    carteira(1, expedicao=dia(1))
    recalculo.drenar()
    pagina(admin_client)  # content types and such, once a process
    with CaptureQueriesContext(connection) as com_um:
        pagina(admin_client, quantidade="5")
    for n in range(29):
        carteira(1, pedido=f"X{n}", expedicao=dia(n % 5) if n % 6 else None)
    recalculo.drenar()
    with CaptureQueriesContext(connection) as com_trinta:
        resposta = pagina(admin_client, quantidade="5")
    assert len(urls(resposta)) == 30
    assert len(com_trinta) == len(com_um)


def test_of_thousands_the_first_are_shown_and_the_rest_still_adds_up(admin_client, monkeypatch):
    monkeypatch.setattr(produto_projetado, "DOCUMENTOS_MOSTRADOS", 2)
    produto()
    for n in range(4):
        carteira(10, pedido=f"X{n}", expedicao=dia(1))
    ProgramacaoProducao.objects.create(cod_produto="1", qtd_programada=5, data_programacao=dia(1))
    recalculo.drenar()
    resposta = pagina(admin_client)
    documentos = resposta.context["dias"][1]["documentos"]
    assert len(documentos["linhas"]) == 2
    assert documentos["resto"] == {"quantos": "3", "saidas": "20", "producao": "5", "saldo": "65"}
    assert "e mais 3 documentos: 20 de saídas e 5 de produção" in resposta.content.decode()


def test_days_figures_and_documents_are_of_one_call(admin_client, monkeypatch):
    uma_de_cada_origem()
    movimentar("1", 11)  # marked, and not computed yet
    chamadas, detalhar = [], servico.detalhar
    monkeypatch.setattr(servico, "detalhar", lambda cod: chamadas.append(cod) or detalhar(cod))
    resposta = pagina(admin_client)
    assert chamadas == ["1"]
    assert resposta.context["dias"][0]["estoque_inicial"] == "111"
    assert resposta.context["original"].estoque_atual == 111


# A product that cannot be computed


def test_what_cannot_be_computed_shows_why_and_the_stored_numbers(admin_client):
    produto()
    recalculo.drenar()
    Separacao.objects.bulk_create([Separacao(cod_produto="1", qtd_saldo=999999999999) for _ in range(2)])
    resposta = pagina(admin_client, quantidade="5")
    assert resposta.status_code == 200
    assert "mais de 12 dígitos" in resposta.context["avisos"][0]
    assert resposta.context["dias"][0]["estoque_final"] == "100"
    assert not resposta.context["com_documentos"]
    corpo = resposta.content.decode()
    assert "últimos números guardados" in corpo
    assert "data-abrir-todos" not in corpo


def test_a_promise_on_what_cannot_be_computed_says_why(admin_client):
    produto()
    recalculo.drenar()
    Separacao.objects.create(cod_produto="1", qtd_saldo=999999999999)
    Separacao.objects.create(cod_produto="1", qtd_saldo=999999999999)
    promessa = pagina(admin_client, quantidade="5").context["promessa"]
    assert "não pôde ser projetado" in promessa["form"].non_field_errors()[0]
    assert "resposta" not in promessa


@pytest.mark.django_db(transaction=True)
def test_a_sum_that_the_database_refuses_leaves_a_page_all_the_same(admin_client, monkeypatch):
    """In a transaction of its own, as when served: PostgreSQL would refuse whatever followed the failure in it."""
    produto()
    recalculo.drenar()
    movimentar("1", 5)

    def recusar(familias, dia):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        raise DataError("quantidade ilegível")

    monkeypatch.setattr(recalculo, "calcular", recusar)
    resposta = pagina(admin_client, quantidade="5")
    assert "números desta página são antigos" in resposta.context["avisos"][0]
    assert resposta.context["dias"][0]["estoque_final"] == "100"


@pytest.mark.django_db(transaction=True)
def test_a_page_is_read_in_one_transaction_that_writes_nothing(admin_client):
    uma_de_cada_origem()
    resposta = pagina(admin_client, quantidade="5")
    assert resposta.context["promessa"]["resposta"]["disponivel"] == por_extenso(0)


@pytest.mark.parametrize("cod", ["nada", "a\x00b"])
def test_a_product_that_is_not_there_is_no_error(admin_client, cod):
    assert pagina(admin_client, cod).status_code == 302
    assert EstoqueProjecaoCache.objects.count() == 0


# What can be promised


@pytest.fixture
def negociavel():
    """600 today, 450 from D2 on, 1,050 from D5 on."""
    produto(estoque=600)
    carteira(150, expedicao=dia(2))
    ProgramacaoProducao.objects.create(cod_produto="1", qtd_programada=600, data_programacao=dia(5))
    recalculo.drenar()


def por_extenso(n):
    return produto_projetado._por_extenso(dia(n))


@pytest.mark.parametrize(
    ("n", "frase", "estoque", "falta"),
    [
        (0, "Há 500 em {}, mas parte já tem destino: prometer faria faltar a outro pedido.", "600", "0"),
        (3, "Não: em {} faltam 50 para 500.", "450", "50"),
        (5, "Sim: 500 em {}, sem faltar a nenhum outro pedido.", "1.050", "0"),
    ],
)
def test_can_i_promise_500(admin_client, negociavel, n, frase, estoque, falta):
    resposta = pagina(admin_client, quantidade="500", data=dia(n).isoformat())
    dada = resposta.context["promessa"]["resposta"]
    assert dada["frase"] == frase.format(por_extenso(n).lower())
    assert (dada["disponivel"], dada["firme"]) == (por_extenso(0), por_extenso(5))
    assert (dada["estoque_na_data"], dada["falta"]) == (estoque, falta)
    assert dada["frase"] in resposta.content.decode()


def test_without_a_date_it_is_today(admin_client, negociavel):
    dada = pagina(admin_client, quantidade="1.489,5", data="").context["promessa"]["resposta"]
    assert dada["frase"] == f"Não: em {por_extenso(0).lower()} faltam 889,5 para 1.489,5."
    assert dada["disponivel"] == dada["firme"] == "Em nenhum dos 29 dias"


@pytest.mark.parametrize(
    ("quantidade", "data", "campo", "erro"),
    [
        ("", "", "quantidade", "Escreva a quantidade."),
        ("muito", "", "quantidade", "Escreva um número, como 500 ou 1.489,5."),
        ("12.5", "", "quantidade", "Escreva os decimais com vírgula"),
        ("0", "", "quantidade", "A quantidade deve ser maior que zero."),
        ("-3", "", "quantidade", "A quantidade deve ser maior que zero."),
        ("1" * 20, "", "quantidade", "15 dígitos"),
        ("5", "2026-02-31", "data", "Esta data não existe."),
        ("5", "2001-01-01", "data", "01/01/2001 está fora da projeção, que vai de"),
        ("5", "2999-01-01", "data", "01/01/2999 está fora da projeção, que vai de"),
    ],
)
def test_bad_input_is_said_beside_its_field(admin_client, negociavel, quantidade, data, campo, erro):
    resposta = pagina(admin_client, quantidade=quantidade, data=data)
    promessa = resposta.context["promessa"]
    assert erro in promessa["form"].errors[campo][0]
    assert "resposta" not in promessa
    corpo = resposta.content.decode()
    assert erro in corpo
    assert f'aria-describedby="id_{campo}_error"' in corpo


def test_nothing_is_answered_before_it_is_asked(admin_client, negociavel):
    promessa = pagina(admin_client).context["promessa"]
    assert "resposta" not in promessa
    assert not promessa["form"].is_bound


def test_the_form_goes_back_to_the_list_that_it_came_from(admin_client, negociavel):
    resposta = pagina(admin_client, quantidade="5", _changelist_filters="q=palmito&p=2")
    assert '<input type="hidden" name="_changelist_filters" value="q=palmito&amp;p=2">' in resposta.content.decode()


# The chart


@pytest.mark.parametrize(
    ("valores", "menor", "maior", "passo"),
    [
        (["0"], "0", "1", "0.2"),
        (["100"], "0", "100", "20"),
        (["-120", "430"], "-200", "600", "200"),
        (["0.003"], "0", "0.003", "0.001"),
        (["-554", "685"], "-750", "750", "250"),
        (["999999999999.999"], "0", "1E+12", "2E+11"),
    ],
)
def test_the_axis_ends_in_whole_steps(valores, menor, maior, passo):
    escala = Escala.para(Decimal(valor) for valor in valores)
    assert escala == Escala(Decimal(menor), Decimal(maior), Decimal(passo))
    assert escala.marcas()[0] == escala.menor
    assert escala.marcas()[-1] == escala.maior


def test_coordinates_are_not_localized_and_show_what_the_table_shows(admin_client):
    uma_de_cada_origem()
    resposta = pagina(admin_client)
    desenho = resposta.context["grafico"]
    pontos = desenho["linha"].split()
    assert len(pontos) == len(desenho["dias"]) == 29
    assert all(len(ponto.split(",")) == 2 for ponto in pontos)
    assert [bool(d["negativo"]) for d in desenho["dias"]] == [d["negativo"] for d in resposta.context["dias"]]
    assert [bool(d["saidas"]) for d in desenho["dias"][:3]] == [True, False, True]
    assert [bool(d["producao"]) for d in desenho["dias"][:3]] == [False, False, True]
    assert desenho["ruptura"]["texto"] == f"Ruptura em {dia(2):%d/%m}"
    assert "O menor é -10,5" in desenho["descricao"]
    assert 'viewBox="0 0 1000 320"' in resposta.content.decode()


@pytest.mark.parametrize(("propria", "mostrada"), [(None, "10"), ("25.5", "25,5"), ("0", "0")])
def test_the_safety_level_is_the_products_or_the_installations(admin_client, propria, mostrada):
    produto(estoque_seguranca=None if propria is None else Decimal(propria))
    recalculo.drenar()
    resposta = pagina(admin_client)
    assert resposta.context["grafico"]["seguranca"]["texto"] == mostrada
    assert f"Segurança: {mostrada}" in resposta.content.decode()


def test_height_grows_upwards():
    vazio = {"saidas": Decimal(0), "producao": Decimal(0), "estoque_inicial": Decimal(0)}
    dias = [vazio | {"dia": n, "data": dia(n), "estoque_final": Decimal(n)} for n in range(29)]
    alturas = [float(ponto["y"]) for ponto in grafico(dias, Decimal(0))["dias"]]
    assert alturas == sorted(alturas, reverse=True)
