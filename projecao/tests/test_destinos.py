"""Destinations and deliveries as planners manage them, and `testar_webhook`."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook

from projecao import recalculo
from projecao.alertas import distribuicao
from projecao.models import DestinoWebhook, EntregaWebhook, Produto
from projecao.tests.fabrica import movimentar, unificar
from projecao.tests.recebedor import Recebedor

pytestmark = pytest.mark.django_db

LISTA = reverse("admin:projecao_destinowebhook_changelist")
INCLUIR = reverse("admin:projecao_destinowebhook_add")


@pytest.fixture
def recebedor(settings):
    settings.PROJECAO_WEBHOOK_HOSTS = ["localhost"]
    with Recebedor().aberto() as recebedor:
        yield recebedor


@pytest.fixture
def planejadora(client):
    return entrar(client, "Planejadores")


def entrar(client, grupo):
    usuario = User.objects.create_user(f"de {grupo}", password="x", is_staff=True)
    usuario.groups.add(Group.objects.get(name=grupo))
    client.force_login(usuario)
    return client


def confirmar(client, endereco):
    """What a dialog posts."""
    return client.post(endereco, {"_form_submitted": "True"}, follow=True)


def campos(**mudancas):
    return {"nome": "ERP", "endereco": "https://exemplo.com.br/estoque", "ativo": "on", "produtos": "", **mudancas}


def pagina(destino, acao="change"):
    return reverse(f"admin:projecao_destinowebhook_{acao}", args=[destino.pk])


def test_a_destination_is_made_with_its_filters_and_its_secret_is_shown_once(planejadora):
    for cod in ("A", "B"):
        Produto.objects.get_or_create(cod_produto=cod)
    dados = campos(eventos=["ruptura_detectada"], status=["CRÍTICO", "OK"], produtos=" A,B\r\n\r\nA ")
    resposta = planejadora.post(INCLUIR, dados, follow=True)
    destino = DestinoWebhook.objects.get()
    assert (destino.eventos, destino.status, destino.produtos) == (
        ["ruptura_detectada"],
        ["CRÍTICO", "OK"],
        ["A", "B"],
    )
    assert destino.criado_por.username == "de Planejadores" and destino.ativo
    texto = resposta.content.decode()
    assert texto.count(destino.segredo) == 1 and "não será mostrado de novo" in texto
    assert "no-store" in resposta["Cache-Control"]
    for endereco in (LISTA, pagina(destino), pagina(destino, "history")):
        assert destino.segredo not in planejadora.get(endereco).content.decode()


def test_the_form_shows_what_was_chosen_and_changes_it(planejadora):
    destino = DestinoWebhook.objects.create(nome="ERP", endereco="https://exemplo.com.br/", produtos=["A", "B"])
    segredo = destino.segredo
    assert "A\nB</textarea>" in planejadora.get(pagina(destino)).content.decode()
    planejadora.post(pagina(destino), campos(endereco="exemplo.com.br/novo", segredo="meu"))
    destino.refresh_from_db()
    assert destino.endereco == "https://exemplo.com.br/novo" and destino.produtos == [] and destino.segredo == segredo


@pytest.mark.parametrize(
    ("endereco", "frase"),
    [
        ("http://exemplo.com.br/", "https://"),
        ("https://usuario:senha@exemplo.com.br/", "usuário nem senha"),
        ("ftp://exemplo.com.br/", "URL completa"),
        ("javascript:alert(1)", "URL"),
        ("https://exem plo.com.br/", "espaços"),
        ("http://erp:8080/ruptura", "https://"),
    ],
)
def test_an_address_that_may_not_be_is_refused_in_its_field(planejadora, endereco, frase):
    resposta = planejadora.post(INCLUIR, campos(endereco=endereco))
    assert resposta.status_code == 200
    assert frase in " ".join(resposta.context["adminform"].form.errors["endereco"])
    assert not DestinoWebhook.objects.exists()


def test_an_address_of_one_word_is_taken_of_who_vouches_for_it(planejadora, settings):
    settings.PROJECAO_WEBHOOK_HOSTS = ["erp"]
    planejadora.post(INCLUIR, campos(endereco="http://erp:8080/ruptura"))
    assert DestinoWebhook.objects.get().endereco == "http://erp:8080/ruptura"


def test_codes_are_stored_as_those_they_are_computed_under_and_unknown_ones_are_pointed_at(planejadora):
    unificar("VELHO", "NOVO")
    Produto.objects.get_or_create(cod_produto="NOVO")
    resposta = planejadora.post(INCLUIR, campos(produtos="VELHO, NOVO, XYZ"), follow=True)
    assert DestinoWebhook.objects.get().produtos == ["NOVO", "XYZ"]
    assert "1 código ainda não é de nenhum produto: XYZ" in resposta.content.decode()


def test_a_code_too_long_for_any_product_is_refused(planejadora):
    planejadora.post(INCLUIR, campos(produtos="A," + "x" * 61))
    assert not DestinoWebhook.objects.exists()


def test_a_secret_is_replaced_shown_once_and_the_old_one_has_its_day(planejadora):
    destino = DestinoWebhook.objects.create(nome="ERP", endereco="https://exemplo.com.br/")
    antigo = destino.segredo
    endereco = pagina(destino, "trocar_segredo")
    planejadora.get(endereco)
    destino.refresh_from_db()
    assert destino.segredo == antigo  # looking changes nothing
    texto = confirmar(planejadora, endereco).content.decode()
    destino.refresh_from_db()
    assert destino.segredo != antigo and destino.segredos(timezone.now()) == [destino.segredo, antigo]
    assert texto.count(destino.segredo) == 1 and antigo not in texto
    assert f"até {timezone.localtime(destino.segredo_anterior_ate):%d/%m/%Y %H:%M}" in texto
    assert destino.segredo not in planejadora.get(pagina(destino)).content.decode()
    assert "Segredo trocado" in planejadora.get(pagina(destino, "history")).content.decode()


def test_switching_it_on_again_forgets_why_it_was_off(planejadora):
    destino = DestinoWebhook.objects.create(
        nome="ERP", endereco="https://exemplo.com.br/", ativo=False, motivo_desativacao="O servidor respondeu 410."
    )
    assert "O servidor respondeu 410." in planejadora.get(pagina(destino)).content.decode()
    planejadora.post(pagina(destino), campos())
    destino.refresh_from_db()
    assert destino.ativo and destino.motivo_desativacao == ""


def test_testing_sends_a_signed_message_and_shows_the_answer(planejadora, recebedor):
    destino = DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
    planejadora.get(pagina(destino, "testar"))
    assert recebedor.pedidos == []
    recebedor.respostas = [(200, {}, b"recebido <b>"), (500, {}, b"quebrou")]
    texto = confirmar(planejadora, pagina(destino, "testar")).content.decode()
    assert "Respondeu 200" in texto and "recebido &lt;b&gt;" in texto and destino.segredo not in texto
    [(cabecalhos, corpo)] = recebedor.pedidos
    assert Webhook(destino.segredo).verify(corpo, cabecalhos)["type"] == "teste"
    assert "Respondeu 500" in confirmar(planejadora, pagina(destino, "testar")).content.decode()
    assert not EntregaWebhook.objects.exists()


def test_a_test_reaches_nothing_of_our_own_network(planejadora, settings):
    settings.PROJECAO_WEBHOOK_HOSTS = []
    with Recebedor().aberto() as recebedor:
        destino = DestinoWebhook.objects.create(
            nome="ERP", endereco=recebedor.endereco.replace("http://localhost", "https://127.0.0.1")
        )
        texto = confirmar(planejadora, pagina(destino, "testar")).content.decode()
        assert "não é um servidor público" in texto and recebedor.pedidos == []


def test_who_only_looks_changes_nothing(client, recebedor):
    destino = DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
    entrar(client, "Consulta")
    texto = client.get(pagina(destino)).content.decode()
    assert "Trocar segredo" not in texto and destino.segredo not in texto
    for endereco in (pagina(destino, "testar"), pagina(destino, "trocar_segredo"), pagina(destino), INCLUIR):
        assert client.post(endereco, campos(_form_submitted="True")).status_code == 403
    assert recebedor.pedidos == [] and DestinoWebhook.objects.get().segredo == destino.segredo


@pytest.mark.parametrize("coluna", ["segredo__startswith", "segredo_anterior__startswith", "segredo"])
def test_the_list_does_not_tell_the_secret_letter_by_letter(planejadora, recebedor, coluna):
    DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco, segredo_anterior="whsec_x")
    assert planejadora.get(LISTA, {coluna: "whsec_"}).status_code in (302, 400)
    das_entregas = reverse("admin:projecao_entregawebhook_changelist")
    assert planejadora.get(das_entregas, {f"destino__{coluna}": "whsec_"}).status_code in (302, 400)


# Deliveries


@pytest.fixture
def entrega(recebedor):
    DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
    movimentar("A", -5)
    recalculo.drenar()
    distribuicao.distribuir()
    entrega = EntregaWebhook.objects.get()
    entrega.estado, entrega.tentativas, entrega.proxima_em = EntregaWebhook.Estado.DESISTIU, 7, None
    entrega.registro = [
        {"em": timezone.now().isoformat(), "status": 500, "resposta": "<script>x", "erro": "Respondeu 500.", "ms": 3.1},
        {"em": timezone.now().isoformat(), "status": None, "resposta": "", "erro": "ConnectError: não", "ms": 3.1},
    ]
    entrega.save()
    return entrega


def da_entrega(entrega, acao="change"):
    return reverse(f"admin:projecao_entregawebhook_{acao}", args=[entrega.pk])


def test_a_delivery_shows_its_attempts_and_what_was_answered(planejadora, entrega):
    texto = planejadora.get(da_entrega(entrega)).content.decode()
    assert "3,1 ms: 500 &lt;script&gt;x" in texto and "ConnectError: não" in texto and entrega.id_da_mensagem in texto
    assert "ConnectError: não" in planejadora.get(reverse("admin:projecao_entregawebhook_changelist")).content.decode()


@pytest.mark.parametrize("do_que", ["lista", "pagina"])
def test_it_is_sent_again_when_a_planner_asks(planejadora, entrega, do_que):
    if do_que == "lista":
        dados = {"action": "reenviar", "_selected_action": [entrega.pk]}
        resposta = planejadora.post(reverse("admin:projecao_entregawebhook_changelist"), dados, follow=True)
    else:
        resposta = confirmar(planejadora, da_entrega(entrega, "reenviar_esta"))
    assert "1 entrega volta à fila" in resposta.content.decode()
    entrega.refresh_from_db()
    assert entrega.estado == EntregaWebhook.Estado.PENDENTE and entrega.tentativas == 0 and len(entrega.registro) == 2


def test_to_a_destination_that_is_off_nothing_is_sent_again(planejadora, entrega):
    DestinoWebhook.objects.update(ativo=False)
    resposta = confirmar(planejadora, da_entrega(entrega, "reenviar_esta"))
    assert "Destino desativado: ERP" in resposta.content.decode()
    entrega.refresh_from_db()
    assert entrega.estado == EntregaWebhook.Estado.DESISTIU


def test_sending_again_is_for_who_may_change_destinations(client, entrega):
    entrar(client, "Consulta")
    assert confirmar(client, da_entrega(entrega, "reenviar_esta")).status_code == 403
    dados = {"action": "reenviar", "_selected_action": [entrega.pk]}
    client.post(reverse("admin:projecao_entregawebhook_changelist"), dados)
    entrega.refresh_from_db()
    assert entrega.estado == EntregaWebhook.Estado.DESISTIU


# The command


def test_the_command_tests_by_name_and_by_number_and_never_prints_the_secret(recebedor, capsys):
    destino = DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
    recebedor.respostas = [(200, {}, b"ok")]
    call_command("testar_webhook", "ERP")
    call_command("testar_webhook", str(destino.pk))
    saida = "".join(capsys.readouterr())
    assert "ERP: Respondeu 200" in saida and "Respondeu 204" in saida and destino.segredo not in saida
    ids = {cabecalhos["webhook-id"] for cabecalhos, _ in recebedor.pedidos}
    assert len(ids) == 2  # two tests are two messages


def test_the_command_fails_when_the_receiver_does(recebedor):
    DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
    recebedor.respostas = [(503, {}, b"fechado")]
    with pytest.raises(CommandError, match="Respondeu 503"):
        call_command("testar_webhook", "ERP")


def test_the_command_asks_which_one_when_it_cannot_tell():
    with pytest.raises(CommandError, match="Existem: nenhum"):
        call_command("testar_webhook", "ERP")
    for _ in range(2):
        DestinoWebhook.objects.create(nome="ERP", endereco="https://exemplo.com.br/")
    with pytest.raises(CommandError, match="Vários destinos"):
        call_command("testar_webhook", "ERP")
