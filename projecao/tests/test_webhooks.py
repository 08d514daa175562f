import socket
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from projecao import recalculo
from projecao.alertas import distribuicao
from projecao.alertas.webhooks import entregas, rede
from projecao.models import DestinoWebhook, EntregaWebhook, EventoDeRuptura
from projecao.tests.fabrica import dia, movimentar
from projecao.tests.recebedor import Recebedor

Estado = EntregaWebhook.Estado


@pytest.fixture
def recebedor(settings):
    settings.PROJECAO_WEBHOOK_HOSTS = ["localhost"]
    with Recebedor().aberto() as recebedor:
        yield recebedor


@pytest.fixture
def destino(db, recebedor):
    return DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)


def acontecer(cod="A", qtd=-5):
    movimentar(cod, qtd)
    recalculo.drenar()
    distribuicao.distribuir()


def depois(**tempo):
    return time_machine.travel(timezone.now() + timedelta(**tempo))


def test_an_edge_arrives_once_signed_and_complete(destino, recebedor):
    acontecer()
    acontecer("A", -5)
    assert entregas.entregar() == 1
    assert entregas.entregar() == 0
    [(cabecalhos, corpo)] = recebedor.pedidos
    mensagem = Webhook(destino.segredo).verify(corpo, cabecalhos)
    assert mensagem["type"] == "ruptura_detectada"
    assert mensagem["data"]["cod_produto"] == "A" and mensagem["data"]["dia_ruptura"] == dia(0).isoformat()
    assert mensagem["data"]["estoque_atual"] == -5 and mensagem["data"]["status_anterior"] == "OK"
    entrega = EntregaWebhook.objects.get()
    assert entrega.estado == Estado.ENTREGUE and entrega.tentativas == 1 and entrega.registro[0]["status"] == 204
    assert cabecalhos["webhook-id"] == entrega.id_da_mensagem
    with pytest.raises(WebhookVerificationError):
        Webhook(DestinoWebhook(segredo="whsec_b3V0cm8=").segredo).verify(corpo, cabecalhos)


def test_both_secrets_sign_while_one_replaces_the_other(destino, recebedor):
    antigo = destino.segredo
    novo = destino.trocar_segredo()
    acontecer()
    entregas.entregar()
    cabecalhos, corpo = recebedor.pedidos[0]
    for segredo in (antigo, novo):
        assert Webhook(segredo).verify(corpo, cabecalhos)
    assert destino.segredos(timezone.now() + timedelta(hours=25)) == [novo]


@pytest.mark.parametrize(
    ("filtros", "chega"),
    [
        ({}, True),
        ({"eventos": ["ruptura_resolvida"]}, False),
        ({"eventos": ["ruptura_detectada"]}, True),
        ({"produtos": ["B"]}, False),
        ({"produtos": ["A", "B"]}, True),
        ({"status": ["ATENÇÃO"]}, False),
        ({"status": ["OK"]}, True),
        ({"ativo": False}, False),
    ],
)
def test_a_destination_gets_what_it_asked_for(destino, recebedor, filtros, chega):
    DestinoWebhook.objects.update(**filtros)
    acontecer()
    entregas.entregar()
    assert len(recebedor.pedidos) == chega


def test_a_failure_is_tried_again_later_and_later_under_the_same_id(destino, recebedor):
    recebedor.respostas = [(500, {}, b"quebrou")] * 7
    acontecer()
    entrega = EntregaWebhook.objects.get()
    agora = timezone.now()
    for espera in entregas.ESPERAS:
        with time_machine.travel(agora, tick=False):
            entregas._anotar(entregas._tomar()[0], rede.Resposta(500, "quebrou", "Respondeu 500."))
            entrega.refresh_from_db()
            assert agora + espera <= entrega.proxima_em <= agora + espera * 1.2
            assert entregas._tomar() == []
            agora = entrega.proxima_em
    with time_machine.travel(agora, tick=False):
        entregas._anotar(entregas._tomar()[0], rede.Resposta(None, erro="ConnectError"))
    entrega.refresh_from_db()
    assert entrega.estado == Estado.DESISTIU and entrega.tentativas == 7 and entrega.proxima_em is None
    entregas.reenviar(entrega)
    recebedor.respostas = []
    assert entregas.entregar() == 1
    assert recebedor.pedidos[0][0]["webhook-id"] == entrega.id_da_mensagem


def test_the_first_retry_comes_within_the_run(destino, recebedor, monkeypatch):
    monkeypatch.setattr(entregas, "ESPERAS", [timedelta(seconds=0.1)])
    recebedor.respostas = [(503, {}, b"")]
    acontecer()
    assert entregas.entregar() == 1
    ids = [cabecalhos["webhook-id"] for cabecalhos, _ in recebedor.pedidos]
    assert len(ids) == 2 and len(set(ids)) == 1


def test_one_product_is_told_in_order_and_holds_no_other_back(destino, recebedor):
    recebedor.respostas = [(500, {}, b"")]
    acontecer("A", -5)
    acontecer("A", 100)
    acontecer("B", -5)
    tomadas = entregas._tomar()
    assert [entrega.evento.cod_produto for entrega in tomadas] == ["A", "B"]
    for entrega in tomadas:
        entregas._anotar(entrega, entregas._enviar(entrega))
    assert entregas._tomar() == []  # A's second waits for its first
    with depois(seconds=7):
        [primeira] = entregas._tomar()
        assert entregas._anotar(primeira, entregas._enviar(primeira))
        assert [entrega.evento.tipo for entrega in entregas._tomar()] == ["ruptura_resolvida"]


def test_gone_switches_the_destination_off(destino, recebedor):
    recebedor.respostas = [(410, {}, b"")]
    acontecer("A", -5)
    acontecer("A", 100)
    entregas.entregar()
    destino.refresh_from_db()
    assert not destino.ativo and "410" in destino.motivo_desativacao
    assert sorted(EntregaWebhook.objects.values_list("estado", flat=True)) == ["cancelada", "desistiu"]
    assert len(recebedor.pedidos) == 1


def test_a_worker_that_dies_while_sending_leaves_it_to_another(destino, recebedor):
    acontecer()
    [perdida] = entregas._tomar()
    assert entregas.entregar() == 0
    with depois(seconds=61):
        assert entregas.entregar() == 1
    # The first was only slow, and answers at last: its outcome is another's by now.
    assert entregas._anotar(perdida, rede.Resposta(500)) is False
    assert EntregaWebhook.objects.get().estado == Estado.ENTREGUE


def test_what_happened_keeps_its_figures_however_late_it_is_told(destino, recebedor):
    acontecer("A", -5)
    movimentar("A", 500)
    recalculo.drenar()
    entregas.entregar()
    assert recebedor.mensagens()[0]["data"]["estoque_atual"] == -5


@pytest.mark.parametrize(
    "endereco",
    [
        "http://exemplo.com.br/x",
        "ftp://exemplo.com.br/x",
        "https://usuario:senha@exemplo.com.br/",
        "https://",
        "//exemplo.com.br",
        "https://exemplo.com.br:99999/",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_refused_before_they_are_looked_up(endereco):
    with pytest.raises(rede.DestinoProibido):
        rede.examinar(endereco)


@pytest.mark.parametrize(
    "numero",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::1]",
        "localhost",
    ],
)
def test_addresses_of_our_own_network_are_refused_however_they_are_written(numero):
    resposta = rede.postar(f"https://{numero}/", b"{}", {})
    assert resposta.status is None and resposta.erro
    assert "DestinoProibido" in resposta.erro or "gaierror" in resposta.erro


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    respostas = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: respostas)
    with pytest.raises(rede.DestinoProibido, match=r"10\.0\.0\.1"):
        rede.resolver("https://exemplo.com.br/")


def test_a_name_that_answers_differently_the_second_time_changes_nothing(monkeypatch):
    consultas = []

    def resolver(nome, porta, *args, **kwargs):
        consultas.append(nome)
        ip = "203.0.113.9" if len(consultas) > 1 else "8.8.8.8"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, porta))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    alvo = rede.resolver("https://exemplo.com.br/a?b=1#c")
    assert alvo == rede.Alvo("https://8.8.8.8:443/a?b=1", "exemplo.com.br", "exemplo.com.br")
    assert consultas == ["exemplo.com.br"]


def test_redirects_are_not_followed(recebedor):
    recebedor.respostas = [(302, {"location": recebedor.endereco}, b"")]
    resposta = rede.postar(recebedor.endereco, b"{}", {})
    assert resposta.status == 302 and "redirecionamentos" in resposta.erro and len(recebedor.pedidos) == 1


def test_a_receiver_that_says_nothing_ends(recebedor, monkeypatch):
    monkeypatch.setattr(rede, "TEMPO_DE_ESPERA", 0.3)
    recebedor.demora = 1
    assert "Timeout" in rede.postar(recebedor.endereco, b"{}", {}).erro


def test_of_a_receiver_that_says_too_much_only_the_beginning_is_read(recebedor):
    recebedor.respostas = [(200, {"content-length": str(10**9)}, b"x" * 200_000)]
    resposta = rede.postar(recebedor.endereco, b"{}", {})
    assert resposta.status == 200 and resposta.texto == "x" * rede.RESPOSTA_GUARDADA


def test_a_receiver_that_drips_ends_too(settings, monkeypatch):
    monkeypatch.setattr(rede, "TEMPO_TOTAL", 0.5)
    monkeypatch.setattr(rede, "TEMPO_DE_ESPERA", 0.4)
    settings.PROJECAO_WEBHOOK_HOSTS = ["localhost"]
    with socket.create_server(("127.0.0.1", 0)) as servidor:
        fim = threading.Event()

        def gotejar():
            conexao, _ = servidor.accept()
            with conexao:
                conexao.sendall(b"HTTP/1.1 200 OK\r\n")
                while not fim.wait(0.1):
                    try:
                        conexao.sendall(b"x: y\r\n")
                    except OSError:
                        return

        linha = threading.Thread(target=gotejar, daemon=True)
        linha.start()
        inicio = time.monotonic()
        resposta = rede.postar(f"http://localhost:{servidor.getsockname()[1]}/", b"{}", {})
        passou = time.monotonic() - inicio
        fim.set()
        linha.join()
    assert resposta.status is None and resposta.erro
    assert passou < 30  # for ever, were it left to the receiver


def test_a_certificate_is_for_the_name_and_not_for_the_number(settings):
    """A server without a certificate that anybody vouches for is told nothing."""
    settings.PROJECAO_WEBHOOK_HOSTS = ["localhost"]
    with Recebedor().aberto() as recebedor:
        resposta = rede.postar(recebedor.endereco.replace("http:", "https:"), b"segredo", {})
        assert resposta.status is None and recebedor.pedidos == []


def test_old_events_go_with_their_deliveries_but_not_what_still_waits(destino, recebedor):
    acontecer("A")
    entregas.entregar()
    acontecer("B")
    assert entregas.esquecer_antigas(timezone.now() + timedelta(days=1)) == 2
    assert list(EventoDeRuptura.objects.values_list("cod_produto", flat=True)) == ["B"]
