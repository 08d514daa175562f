"""The worklist and the events, as programs see them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from projecao import recalculo
from projecao.alertas import distribuicao, ocorrencias
from projecao.models import EventoDeRuptura, Ocorrencia, Produto
from projecao.tests.fabrica import dia, movimentar

pytestmark = pytest.mark.django_db

PROBLEMA = {"type", "title", "status", "detail"}


@pytest.fixture
def planejador(usuario, cliente_logado):
    nomes = ("view_ocorrencia", "tratar_ocorrencia", "view_eventoderuptura")
    usuario.user_permissions.add(*Permission.objects.filter(codename__in=nomes))
    return cliente_logado


def acontecer(**qtds):
    for cod, qtd in qtds.items():
        Produto.objects.get_or_create(cod_produto=cod, defaults={"nome_produto": f"PALMITO {cod}"})
        movimentar(cod, qtd)
    recalculo.drenar()
    distribuicao.distribuir()


def da(cod):
    return Ocorrencia.objects.get(cod_produto=cod)


def cods(cliente, consulta=""):
    return [item["cod_produto"] for item in cliente.get(f"/api/ocorrencias?{consulta}").json()["results"]]


def fazer(cliente, cod, acao, **corpo):
    return cliente.post(f"/api/ocorrencias/{da(cod).pk}/{acao}", corpo, content_type="application/json")


def test_the_list_has_each_item_with_its_numbers_of_now(planejador):
    acontecer(A=-5)
    movimentar("A", -7)
    corpo = planejador.get("/api/ocorrencias").json()
    assert (corpo["count"], corpo["next"], corpo["pendentes"]) == (1, None, 1)
    [item] = corpo["results"]
    assert item | {"id": 0, "aberta_em": ""} == {
        "id": 0,
        "cod_produto": "A",
        "nome_produto": "PALMITO A",
        "estado": "aberta",
        "responsavel": None,
        "adiada_ate": None,
        "aberta_em": "",
        "fechada_em": None,
        "vezes": 1,
        "status_ruptura": "CRÍTICO",
        "dia_ruptura": dia(0).isoformat(),
        "estoque_atual": -12,
        "falta": 12,
    }


def test_filters_and_pages(planejador, usuario):
    acontecer(A=-5, B=-5, C=-5)
    ocorrencias.tratar(da("B").pk, "assumiu", usuario)
    ocorrencias.tratar(da("C").pk, "fechou", usuario)
    assert sorted(cods(planejador)) == ["A", "B", "C"]
    assert cods(planejador, "estado=aberta") == ["A"]
    assert sorted(cods(planejador, "estado=ABERTA, em_andamento")) == ["A", "B"]
    assert cods(planejador, "responsavel=eu") == cods(planejador, "responsavel=maria") == ["B"]
    assert cods(planejador, "responsavel=ninguem&estado=aberta") == ["A"]
    assert cods(planejador, "busca=palmito c") == ["C"]
    movimentar("A", 100)
    assert sorted(cods(planejador, "status_ruptura=critico")) == ["B", "C"]
    assert sorted(cods(planejador, f"dia_ruptura_ate={dia(0)}")) == ["B", "C"]
    pagina = planejador.get("/api/ocorrencias?page_size=2&page=2").json()
    assert len(pagina["results"]) == 1 and pagina["previous"]


@pytest.mark.parametrize("consulta", ["estado=x", "status_ruptura=x", "dia_ruptura_ate=ontem", "busca=%00"])
def test_what_a_filter_cannot_mean_is_a_problem(planejador, consulta):
    resposta = planejador.get(f"/api/ocorrencias?{consulta}")
    assert (resposta.status_code, resposta["Content-Type"]) == (400, "application/problem+json")
    assert resposta.json().keys() >= PROBLEMA


def test_every_action_answers_the_item_with_its_record(planejador):
    acontecer(A=-5)
    for acao, corpo, estado in [
        ("assumir", {}, "em_andamento"),
        ("comentar", {"texto": "Liguei."}, "em_andamento"),
        ("liberar", {}, "aberta"),
        ("adiar", {"ate": dia(2).isoformat()}, "adiada"),
        ("retomar", {}, "aberta"),
        ("fechar", {"texto": "Feito."}, "fechada"),
        ("reabrir", {}, "aberta"),
    ]:
        resposta = fazer(planejador, "A", acao, **corpo)
        assert (resposta.status_code, resposta.json()["estado"]) == (200, estado), acao
        assert resposta.json()["registros"][-1]["acao"] == ocorrencias.VERBOS[acao]
    item = planejador.get(f"/api/ocorrencias/{da('A').pk}").json()
    assert item == resposta.json()
    assert [(r["usuario"], r["acao"]) for r in item["registros"]][:2] == [(None, "abriu"), ("maria", "assumiu")]
    assert item["registros"][2]["texto"] == "Liguei."


def test_what_does_not_fit_what_it_is_by_now_is_a_conflict(planejador):
    acontecer(A=-5)
    for acao, corpo, frase in [
        ("reabrir", {}, "não está fechada"),
        ("adiar", {}, "depois de hoje"),
        ("adiar", {"ate": dia(0).isoformat()}, "depois de hoje"),
        ("comentar", {"texto": " "}, "Escreva"),
    ]:
        resposta = fazer(planejador, "A", acao, **corpo)
        assert (resposta.status_code, resposta["Content-Type"]) == (409, "application/problem+json")
        assert frase in resposta.json()["detail"] and resposta.json()["title"] == "Conflito"
    assert da("A").registros.count() == 1


def test_bodies_and_addresses_that_say_nothing_are_problems(planejador):
    acontecer(A=-5)
    endereco = f"/api/ocorrencias/{da('A').pk}"
    assert fazer(planejador, "A", "adiar", ate="ontem").status_code == 400
    assert fazer(planejador, "A", "comentar", texto="x" * 2001).status_code == 400
    assert fazer(planejador, "A", "comentar", texto="a\x00b").status_code == 400
    assert fazer(planejador, "A", "apagar").status_code == 404
    for corpo in ("[]", "null", "1", '"x"', "{"):
        torto = planejador.post(f"{endereco}/comentar", corpo, content_type="application/json")
        assert (torto.status_code, torto["Content-Type"]) == (400, "application/problem+json"), corpo
    assert planejador.post(f"{endereco}/fechar", "<x/>", content_type="text/xml").status_code == 415
    assert planejador.get(f"{endereco}/fechar").status_code == 405
    for pk in ("999999", "99999999999999999999999"):
        assert planejador.get(f"/api/ocorrencias/{pk}").status_code == 404
        assert planejador.post(f"/api/ocorrencias/{pk}/fechar").status_code == 404


def test_who_may_look_and_who_may_act(usuario, cliente_logado):
    acontecer(A=-5)
    endereco = f"/api/ocorrencias/{da('A').pk}"
    leituras = ("/api/ocorrencias", endereco, "/api/eventos")
    for caminho in leituras:
        assert Client().get(caminho).status_code == 401
        assert cliente_logado.get(caminho).status_code == 403
    usuario.user_permissions.add(*Permission.objects.filter(codename__in=("view_ocorrencia", "view_eventoderuptura")))
    for caminho in leituras:
        assert cliente_logado.get(caminho).status_code == 200
    resposta = cliente_logado.post(f"{endereco}/assumir")
    assert (resposta.status_code, resposta.json()["status"]) == (403, 403)
    assert Client().post(f"{endereco}/assumir").status_code == 401
    sem_token = Client(enforce_csrf_checks=True)
    sem_token.force_login(User.objects.create_superuser("chefe"))
    assert sem_token.post(f"{endereco}/assumir").status_code == 403  # a session needs the CSRF token
    assert da("A").estado == Ocorrencia.Estado.ABERTA


def test_events_are_paged_the_newest_first(planejador):
    acontecer(A=-5, B=-5)
    acontecer(A=100)
    corpo = planejador.get("/api/eventos?page_size=2").json()
    assert corpo["count"] == 3 and corpo["next"] and corpo["previous"] is None
    evento = corpo["results"][0]
    assert (evento["tipo"], evento["cod_produto"], evento["status_anterior"]) == ("ruptura_resolvida", "A", "CRÍTICO")
    assert evento["dia_anterior"] == dia(0).isoformat() and evento["dia_ruptura"] is None
    assert evento["estado"] == "distribuido" and evento["id"] == EventoDeRuptura.objects.latest("id").pk
    so_um = planejador.get("/api/eventos?tipo=ruptura_detectada&cod_produto=B").json()["results"]
    assert [item["cod_produto"] for item in so_um] == ["B"]
    assert planejador.get("/api/eventos?tipo=x").status_code == 400


def test_the_cost_of_the_list_does_not_grow(planejador, django_assert_num_queries):
    acontecer(**{f"P{n:02}": -5 for n in range(30)})
    # session, user, two of permissions, marks, rows of another day, count, page; unifications, marks, rows
    with django_assert_num_queries(11):
        cods(planejador, "page_size=1")
    with django_assert_num_queries(11):
        cods(planejador, "page_size=30")
