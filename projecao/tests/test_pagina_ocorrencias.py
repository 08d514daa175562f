"""The worklist's pages: what they show, whom they let act, and what each action does."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from carteira.models import Separacao
from projecao import recalculo
from projecao.alertas import distribuicao, ocorrencias
from projecao.models import Ocorrencia, Produto
from projecao.models import RegistroDeOcorrencia as Registro
from projecao.tests.fabrica import dia, movimentar

pytestmark = pytest.mark.django_db

LISTA = reverse("admin:projecao_ocorrencia_changelist")
Estado = Ocorrencia.Estado


def pessoa(nome, grupo):
    usuario = User.objects.create_user(nome, password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name=grupo))
    return usuario


@pytest.fixture
def ana(client):
    ana = pessoa("ana", "Planejadores")
    client.force_login(ana)
    return ana


@pytest.fixture
def bia():
    return pessoa("bia", "Planejadores")


def acontecer(**qtds):
    for cod, qtd in qtds.items():
        Produto.objects.get_or_create(cod_produto=cod, defaults={"nome_produto": f"PALMITO AÇAÍ {cod}"})
        movimentar(cod, qtd)
    recalculo.drenar()
    distribuicao.distribuir()


def da(cod):
    return Ocorrencia.objects.get(cod_produto=cod)


def pagina(cod):
    return reverse("admin:projecao_ocorrencia_change", args=[da(cod).pk])


def linhas(client, consulta=""):
    resposta = client.get(f"{LISTA}?{consulta}")
    assert resposta.status_code == 200
    return resposta.context["lista"].get("linhas")


def cods(client, consulta=""):
    return [linha["cod"] for linha in linhas(client, consulta)]


def mensagens(resposta):
    return [str(mensagem) for mensagem in resposta.context["messages"]]


def test_an_item_stands_with_its_products_numbers_of_now(client, ana):
    acontecer(A=-5)
    movimentar("A", -7)  # marked: not recalculated yet
    [linha] = linhas(client)
    assert (linha["cod"], linha["nome"], linha["status"], linha["falta"]) == ("A", "PALMITO AÇAÍ A", "Crítico", "12")
    assert linha["estado"] == "Aberta" and linha["vezes"] == "1 vez" and linha["responsavel"] == ""
    texto = client.get(LISTA).content.decode()
    assert f'href="{pagina("A")}"' in texto and "12" in texto


def test_at_first_one_sees_what_is_free_and_what_is_ones_own(client, ana, bia):
    acontecer(A=-5, B=-5, C=-5, D=-5, E=-5)
    ocorrencias.tratar(da("B").pk, "assumiu", bia)
    ocorrencias.tratar(da("C").pk, "assumiu", ana)
    ocorrencias.tratar(da("D").pk, "adiou", ana, ate=dia(3))
    ocorrencias.tratar(da("E").pk, "fechou", ana)
    assert sorted(cods(client)) == ["A", "C"]
    assert sorted(cods(client, "situacao=abertas")) == ["A", "B", "C"]
    assert cods(client, "situacao=adiadas") == ["D"]
    assert cods(client, "situacao=fechadas") == ["E"]
    assert sorted(cods(client, "situacao=todas")) == ["A", "B", "C", "D", "E"]
    assert cods(client, "situacao=abertas&responsavel=eu") == ["C"]
    assert cods(client, "situacao=abertas&responsavel=ninguem") == ["A"]


def test_filters_by_text_status_and_day_are_of_the_numbers_of_now(client, ana):
    acontecer(A=-5, B=-5)
    Ocorrencia.objects.filter(cod_produto="B").update(nome_produto="DOCE")
    assert cods(client, "busca=acai palmito") == ["A"]
    assert cods(client, "busca=b") == ["B"]
    assert cods(client, f"dia_ruptura_ate={dia(0)}&status_ruptura=CRÍTICO") == ["A", "B"]
    movimentar("A", 500)  # marked: by now it is no rupture, and its item is still open
    assert cods(client, "status_ruptura=CRÍTICO") == ["B"]
    assert cods(client, f"dia_ruptura_ate={dia(28)}") == ["B"]
    assert cods(client, "status_ruptura=OK") == ["A"]
    assert sorted(cods(client)) == ["A", "B"]


@pytest.mark.parametrize(
    ("consulta", "frase"),
    [("situacao=x", "situação x"), ("dia_ruptura_ate=31/02/2026", "não existe"), ("status_ruptura=X", "status X")],
)
def test_a_filter_that_says_nothing_is_answered_in_words(client, ana, consulta, frase):
    resposta = client.get(f"{LISTA}?{consulta}")
    assert frase in " ".join(resposta.context["lista"]["erros"])


def test_the_nearest_rupture_comes_first_and_the_cost_does_not_grow(client, ana, django_assert_max_num_queries):
    acontecer(**{f"P{n:02}": -5 for n in range(60)})
    Separacao.objects.create(cod_produto="TARDE", qtd_saldo=5, expedicao=dia(9))
    acontecer(CEDO=-5, TARDE=0)
    with django_assert_max_num_queries(20) as primeira:
        assert cods(client) == ["CEDO", *(f"P{n:02}" for n in range(49))]
    with django_assert_max_num_queries(len(primeira)):
        assert cods(client, "page=2") == [*(f"P{n:02}" for n in range(49, 60)), "TARDE"]


def test_several_are_taken_snoozed_and_closed_at_once(client, ana, bia):
    acontecer(A=-5, B=-5, C=-5)
    ocorrencias.tratar(da("C").pk, "assumiu", bia)
    todas = [da(cod).pk for cod in "ABC"]
    resposta = client.post(f"{LISTA}?situacao=todas", {"acao": "assumir", "item": todas}, follow=True)
    assert resposta.redirect_chain == [(f"{LISTA}?situacao=todas", 302)]
    assert mensagens(resposta) == ["2 ocorrências assumidas.", "bia já assumiu esta ocorrência. (C)"]
    assert da("A").responsavel == ana and da("C").responsavel == bia
    resposta = client.post(LISTA, {"acao": "adiar", "item": todas[:2], "ate": dia(4).isoformat()}, follow=True)
    assert mensagens(resposta) == ["2 ocorrências adiadas."] and da("A").adiada_ate == dia(4)
    client.post(LISTA, {"acao": "fechar", "item": todas[:1], "texto": "Produção antecipada."})
    assert da("A").estado == Estado.FECHADA
    assert da("A").registros.last().texto == "Produção antecipada."


@pytest.mark.parametrize(
    ("dados", "frase"),
    [
        ({"acao": "assumir"}, "Marque ao menos uma"),
        ({"acao": "adiar", "item": "1"}, "Adie até uma data depois de hoje"),
        ({"acao": "adiar", "item": "1", "ate": "31/02/2026"}, "não existe"),
        ({"acao": "reabrir", "item": "1"}, "na página da ocorrência"),
        ({"acao": "fechar", "item": "999999"}, "não existe mais"),
        ({"acao": "fechar", "item": "1", "texto": "x" * 2001}, "mais de 2000 letras"),
    ],
)
def test_what_cannot_be_done_is_said(client, ana, dados, frase):
    acontecer(A=-5)
    if dados.get("item") == "1":
        dados = {**dados, "item": da("A").pk}
    assert frase in " ".join(mensagens(client.post(LISTA, dados, follow=True)))
    assert da("A").registros.count() == 1


def test_an_unknown_action_is_refused(client, ana):
    acontecer(A=-5)
    assert client.post(pagina("A"), {"acao": "apagar"}).status_code == 400


def test_each_action_of_the_page_is_done_and_recorded(client, ana):
    acontecer(A=-5)
    passos = [
        ({"acao": "assumir"}, Estado.EM_ANDAMENTO),
        ({"acao": "comentar", "texto": "Liguei <b>."}, Estado.EM_ANDAMENTO),
        ({"acao": "liberar"}, Estado.ABERTA),
        ({"acao": "adiar", "ate": dia(2).isoformat(), "texto": "Chega amanhã."}, Estado.ADIADA),
        ({"acao": "retomar"}, Estado.ABERTA),
        ({"acao": "fechar"}, Estado.FECHADA),
        ({"acao": "reabrir"}, Estado.ABERTA),
    ]
    for dados, estado in passos:
        botoes = client.get(pagina("A")).content.decode()
        assert f'value="{dados["acao"]}"' in botoes
        assert client.post(pagina("A"), dados, follow=True).status_code == 200
        assert da("A").estado == estado, dados
    feitas = list(da("A").registros.values_list("acao", flat=True))
    assert feitas == [Registro.Acao.ABRIU, *(ocorrencias.VERBOS[dados["acao"]] for dados, _ in passos)]
    texto = client.get(pagina("A")).content.decode()
    assert "Liguei &lt;b&gt;." in texto and f"Até {dia(2):%d/%m/%Y}. Chega amanhã." in texto and "Sistema" in texto
    assert reverse("admin:projecao_estoqueprojecaocache_change", args=["A"]) in texto


def test_what_another_did_first_is_a_message_and_no_error(client, ana, bia):
    acontecer(A=-5)
    ocorrencias.tratar(da("A").pk, "assumiu", bia)
    resposta = client.post(pagina("A"), {"acao": "assumir"}, follow=True)
    assert mensagens(resposta) == ["bia já assumiu esta ocorrência."] and da("A").responsavel == bia


def test_buttons_are_those_that_would_be_taken(ana):
    acontecer(A=-5)
    for acao, ate in (("assumiu", None), ("adiou", dia(2)), ("fechou", None)):
        for verbo in ocorrencias.possiveis(da("A")):
            ocorrencias.ACOES[ocorrencias.VERBOS[verbo]](da("A"), ocorrencias.Pedido(ana, "x", dia(1)))
        ocorrencias.tratar(da("A").pk, acao, ana, ate=ate)
    assert ocorrencias.possiveis(da("A")) == ["reabrir", "comentar"]


def test_who_only_looks_sees_no_button_and_may_do_nothing(client):
    acontecer(A=-5)
    client.force_login(pessoa("caio", "Consulta"))
    for endereco in (LISTA, pagina("A")):
        texto = client.get(endereco).content.decode()
        assert "A" in texto and 'name="acao"' not in texto
        assert client.post(endereco, {"acao": "assumir", "item": da("A").pk}).status_code == 403
    client.force_login(User.objects.create_user("novo", is_staff=True))
    for endereco in (LISTA, pagina("A")):
        assert client.get(endereco).status_code == 403
    assert da("A").estado == Estado.ABERTA


@pytest.mark.parametrize("pk", ["999999", "99999999999999999999", "abc", "-1"])
def test_what_does_not_exist_is_not_found(client, ana, pk):
    assert client.get(f"{LISTA}{pk}/change/").status_code == 404


def test_pages_follow_their_numbers(client, ana):
    acontecer(A=-5)
    lista, item = (client.get(endereco).context["vivo"] for endereco in (LISTA, pagina("A")))
    assert lista["avisar"] and not item["avisar"]
    movimentar("A", -1)
    assert client.get(item["url"]).json()["token"] != item["token"]


def test_an_item_whose_product_went_under_another_code_is_still_shown(client, ana):
    from projecao.tests.fabrica import unificar

    acontecer(A=-5)
    movimentar("NOVO", 100)
    unificar("A", "NOVO")
    acontecer(NOVO=1)
    assert da("A").estado == Estado.FECHADA
    [linha] = linhas(client, "situacao=fechadas")
    assert linha["cod"] == "A" and linha["status"] == "OK"
    assert (
        reverse("admin:projecao_estoqueprojecaocache_change", args=["NOVO"]) in client.get(pagina("A")).content.decode()
    )


def test_the_home_says_how_many_are_open(client, ana, settings):
    settings.UNFOLD = {**settings.UNFOLD, "DASHBOARD_CALLBACK": "projecao.painel.callback"}
    acontecer(A=-5, B=-5)
    ocorrencias.tratar(da("A").pk, "assumiu", ana)
    texto = client.get("/admin/").content.decode()
    assert "Ocorrências abertas: 2 (1 sua)" in texto and f"{LISTA}?situacao=abertas" in texto
