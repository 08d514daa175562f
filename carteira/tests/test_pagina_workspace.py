"""An order's workspace: the API's numbers, and pre-separations that planners move there."""

import re
import threading
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carteira import planejamento
from carteira.admin.busca import endereco
from carteira.admin.itens import dia_curto
from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from carteira.workspace import workspace
from projecao import recalculo, vivo
from projecao.admin.base import numero
from projecao.models import Produto, RecalculoPendente
from projecao.tests.fabrica import dia, movimentar

pytestmark = pytest.mark.django_db
Status = PreSeparacaoItem.Status


def linha(cod="A", qtd=100, num="P1", **campos):
    dados = {"expedicao": dia(5), "raz_social_red": "REDE SOL", "qtd_produto_pedido": qtd} | campos
    return CarteiraPrincipal.objects.create(num_pedido=num, cod_produto=cod, qtd_saldo_produto_pedido=qtd, **dados)


def pre(cod="A", qtd=40, num="P1", data=3, **campos):
    quando = None if data is None else dia(data)
    return PreSeparacaoItem.objects.create(
        num_pedido=num, cod_produto=cod, qtd_selecionada_usuario=qtd, data_expedicao_editada=quando, **campos
    )


def usuario(grupo):
    quem = User.objects.create_user(grupo.lower(), is_staff=True)
    quem.groups.add(Group.objects.get(name=grupo))
    return quem


@pytest.fixture
def planejador(client):
    client.force_login(usuario("Planejadores"))
    return client


@pytest.fixture
def outro(django_user_model):
    return django_user_model.objects.create_superuser("outro")


def abrir(cliente, num="P1", **consulta):
    return cliente.get(endereco(num), consulta)


def enviar(cliente, acao, alvo, num="P1", botao="salvar", lida=None, **mudancas):
    """The form that the page showed, with these changes, sent."""
    url = f"{endereco(num)}?{acao}={quote(str(alvo))}"
    painel = cliente.get(url).context["painel"]
    campos = {campo.name: campo.value() for campo in painel.form} if painel.form else {}
    dados = {nome: "" if valor is None else valor for nome, valor in (campos | mudancas).items()}
    lida = painel.lida if lida is None else lida
    return cliente.post(url, dados | {"lida": lida} | ({"ver_efeito": "1"} if botao == "ver_efeito" else {}))


def mensagens(cliente, resposta):
    pagina = cliente.get(resposta.url)
    return [str(mensagem) for mensagem in pagina.context["messages"]]


# Numbers


def test_the_figures_are_the_apis(admin_client):
    Produto.objects.create(cod_produto="A", nome_produto="PALMITO", peso_bruto="1.5", palletizacao=40)
    movimentar("A", "70.5")
    linha(preco_produto_pedido="2.5")
    pre()
    linha("B", 10, expedicao=dia(-1))
    da_api = admin_client.get("/api/pedido/P1/workspace").json()
    resposta = abrir(admin_client)
    for item, esperado in zip(resposta.context["itens"], da_api["itens"], strict=True):
        for nome in ("qtd_pedido", "qtd_pre_separada", "qtd_separada", "qtd_saldo", "estoque_hoje", "producao_hoje"):
            assert item[nome] == numero(Decimal(str(esperado[nome]))), nome
        for nome in ("menor_estoque_7d", "estoque_na_expedicao"):
            assert item[nome] == numero(Decimal(str(esperado[nome]))), nome
        for nome in ("peso", "pallet"):
            assert item[nome] == (numero(Decimal(str(esperado[nome]))) if esperado[nome] is not None else "-")
        for nome in ("expedicao", "data_disponivel", "data_disponivel_firme"):
            lida = item[nome] if item[nome] != "nenhuma" else None
            assert lida == (esperado[nome] and f"{esperado[nome][8:10]}/{esperado[nome][5:7]}")
    assert [item["atrasado"] for item in resposta.context["itens"]] == [False, True]
    corpo = resposta.content.decode()
    assert resposta.context["valor_total"] == "250,00" and resposta.context["peso_total"] == "150"
    assert "REDE SOL" in corpo and 'id="workspace-vivo"' in corpo and "Nenhuma em 29 dias" in corpo
    assert re.search(r'data-rotulo="Est.Hoje">70,5<', corpo)
    assert reverse("admin:projecao_estoqueprojecaocache_change", args=["A"]) in corpo


def test_a_product_that_cannot_be_computed_says_why(admin_client):
    movimentar("A", 200)
    linha()
    linha("R", 5)
    Separacao.objects.bulk_create([Separacao(cod_produto="R", qtd_saldo=999999999999) for _ in range(2)])
    resposta = abrir(admin_client)
    calculado, impossivel = resposta.context["itens"]
    assert calculado["situacao"].texto == "Sai na data"
    assert (impossivel["estoque_hoje"], impossivel["data_disponivel"]) == ("-", "-")
    assert impossivel["situacao"].texto == "Não calculado" and impossivel["situacao"].detalhe
    assert resposta.context["resposta"].texto == "Não se sabe: 1 item não pôde ser calculado."


def test_every_document_of_an_item_is_there_with_its_record(admin_client):
    registro = linha()
    Pedido.objects.create(num_pedido="P1", separacao_lote_id="L1", status="COTADO", expedicao=dia(2))
    separada = Separacao.objects.create(
        num_pedido="P1", separacao_lote_id="L1", cod_produto="A", qtd_saldo=10, expedicao=dia(9)
    )
    aberta, enviada = pre(), pre(qtd=5, status=Status.ENVIADO_SEPARACAO)
    [item] = abrir(admin_client).context["itens"]
    da_separacao, da_aberta, da_enviada, da_linha = item["documentos"]
    assert (da_separacao["quantidade"], da_separacao["detalhes"]) == ("10", ["lote L1", "Cotado"])
    assert da_separacao["quando"].endswith(dia_curto(dia(2))), "the lot's Pedido dates it"
    assert (da_aberta["quantidade"], da_aberta["pode_alterar"], da_aberta["pode_excluir"]) == ("40", True, True)
    assert (da_enviada["detalhes"], da_enviada["pode_alterar"]) == (["Enviado à separação"], False)
    assert (da_linha["quantidade"], da_linha["incluir"]) == ("50", "incluir=A")
    for documento, obj in zip(item["documentos"], (separada, aberta, enviada, registro), strict=True):
        nome = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
        assert documento["url"] == reverse(nome, args=[obj.pk])


def test_the_page_costs_as_much_for_many_items_as_for_one(admin_client):
    movimentar("A0", 10)
    for n in range(40):
        for num in ["P2"] if n else ["P1", "P2"]:
            linha(f"A{n}", 10, num=num)
            pre(f"A{n}", 4, num=num)
            Separacao.objects.create(num_pedido=num, separacao_lote_id=f"L{n}", cod_produto=f"A{n}", qtd_saldo=2)

    def consultas(num):
        with CaptureQueriesContext(connection) as capturadas:
            assert len(abrir(admin_client, num).context["itens"]) == (1 if num == "P1" else 40)
        return len(capturadas)

    consultas("P1")
    assert consultas("P1") == consultas("P2")
    recalculo.drenar()
    assert consultas("P1") == consultas("P2") <= 20


@pytest.mark.parametrize(
    "num", ["12/34", "a b?c#d", "100%", "é/ç/", "workspace/", "x&y=z", "//", "7/change/", "1;2", "a\nb", "'\"<b>"]
)
def test_any_order_number_has_its_page(planejador, num):
    movimentar("A", 200)
    linha(num=num)
    resposta = enviar(planejador, "incluir", "A", num=num, qtd_selecionada_usuario="40")
    assert resposta.status_code == 302
    assert planejador.get(resposta.url).context["itens"][0]["qtd_pre_separada"] == "40"
    achado = planejador.get(reverse("admin:carteira_workspace"), {"q": num})
    # A line end does not survive a search box.
    assert achado.url == endereco(num) if num == num.strip() else True


def test_any_product_code_can_be_set_apart(planejador):
    linha("A&B/1 ?#")
    [item] = abrir(planejador).context["itens"]
    resposta = planejador.get(f"{endereco('P1')}?{item['documentos'][0]['incluir']}")
    assert resposta.context["painel"].cod_produto == "A&B/1 ?#"


def test_the_page_follows_the_products_of_its_items(admin_client, client, usuario):
    linha()
    linha("B")
    resposta = abrir(admin_client)
    assert resposta.context["vivo"]["token"] == vivo.token(["A", "B"])
    assert 'id="workspace-vivo" class="workspace-vivo" data-vivo-parte' in resposta.content.decode()
    movimentar("B", 1)
    assert resposta.context["vivo"]["token"] != vivo.token(["A", "B"])
    usuario.is_staff = True
    usuario.save()
    usuario.user_permissions.add(Permission.objects.get(codename="view_carteiraprincipal"))
    client.force_login(usuario)
    assert "data-vivo-token" not in abrir(client).content.decode(), "he may not ask"


# States


def test_an_unknown_order_is_a_404_with_a_way_back(admin_client):
    resposta = abrir(admin_client, "NADA/9")
    assert resposta.status_code == 404
    corpo = resposta.content.decode()
    assert "O pedido NADA/9 não existe" in corpo
    assert f'action="{reverse("admin:carteira_workspace")}"' in corpo


def test_an_order_without_items(admin_client):
    Pedido.objects.create(num_pedido="P1", raz_social_red="REDE MAR", cod_uf="SP")
    resposta = abrir(admin_client)
    assert resposta.status_code == 200 and resposta.context["itens"] == []
    assert "Nada a sair" in resposta.content.decode() and "REDE MAR" in resposta.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_sum_that_the_database_refuses_leaves_a_page_all_the_same(admin_client, monkeypatch):
    """In transactions of its own, as when served: PostgreSQL would refuse whatever followed the failure in one."""
    linha()
    item = pre()

    def recusar(num_pedido):
        if workspace(num_pedido)["itens"][0]["qtd_pre_separada"] == 7:
            raise DataError("numeric field overflow")
        return workspace(num_pedido)

    monkeypatch.setattr(planejamento, "workspace", recusar)
    resposta = enviar(admin_client, "alterar", item.pk, qtd_selecionada_usuario="7")
    assert "Nada foi gravado" in resposta.context["painel"].erro
    assert PreSeparacaoItem.objects.get().qtd_selecionada_usuario == 40 and not LogEntry.objects.exists()
    PreSeparacaoItem.objects.update(qtd_selecionada_usuario=7)
    monkeypatch.setattr("carteira.admin.workspace.workspace", recusar)
    assert "não puderam ser calculados agora" in abrir(admin_client).content.decode()


# Search


def buscar(cliente, **consulta):
    return cliente.get(reverse("admin:carteira_workspace"), consulta)


def test_orders_are_found_by_number_and_by_customer(admin_client):
    linha(num="VCD1")
    linha("B", num="VCD1")
    linha(num="VCD2", raz_social_red="LOJA LUA")
    linha(num="FORA", ativo=False)
    Pedido.objects.create(num_pedido="VCD3", raz_social_red="REDE SOL NORTE", nome_cidade="NATAL", cod_uf="RN")
    Separacao.objects.create(num_pedido="VCD4", cod_produto="A", qtd_saldo=1)
    pre(num="VCD5")

    def achados(q):
        return [pedido["num_pedido"] for pedido in buscar(admin_client, q=q).context["pedidos"]]

    assert achados("vcd") == ["VCD1", "VCD2", "VCD3", "VCD4", "VCD5"]
    assert achados("rede sol") == ["VCD1", "VCD3"]
    assert achados("FORA") == []
    primeiro = buscar(admin_client, q="rede sol").context["pedidos"][0]
    assert (primeiro["cliente"], primeiro["itens"], primeiro["url"]) == ("REDE SOL", "2", endereco("VCD1"))
    assert buscar(admin_client, q=" VCD4 ").url == endereco("VCD4"), "a whole number opens it"


def test_what_leaves_this_week_is_offered_first(admin_client):
    linha(num="LONGE", expedicao=dia(20))
    linha(num="AMANHA", expedicao=dia(1))
    linha(num="HOJE", expedicao=dia(0))
    assert [pedido["num_pedido"] for pedido in buscar(admin_client).context["pedidos"]] == ["HOJE", "AMANHA"]


def test_the_search_is_paged_and_costs_the_same(admin_client):
    def consultas():
        with CaptureQueriesContext(connection) as capturadas:
            resposta = buscar(admin_client, q="N")
        return len(capturadas), resposta

    linha(num="N000")
    consultas()
    uma, _ = consultas()
    CarteiraPrincipal.objects.bulk_create(
        [CarteiraPrincipal(num_pedido=f"N{n:03}", cod_produto="B") for n in range(120)]
    )
    muitas, resposta = consultas()
    assert uma == muitas
    assert len(resposta.context["pedidos"]) == 50 and "Página 1 de 3" in resposta.content.decode()
    assert buscar(admin_client, q="N", p=3).context["pedidos"][-1]["num_pedido"] == "N119"
    assert buscar(admin_client, q="zzz").context["pedidos"] == []


# Changes


def test_a_moved_date_is_seen_at_once(planejador):
    movimentar("A", 50)
    movimentar("B", 9)
    linha(qtd=40)
    item = pre(status=Status.RECOMPOSTO)
    linha("B", 5)
    recalculo.drenar()
    resposta = enviar(planejador, "alterar", item.pk, qtd_selecionada_usuario="30,5", data_expedicao_editada=dia(9))
    item.refresh_from_db()
    assert (item.qtd_selecionada_usuario, item.data_expedicao_editada) == (Decimal("30.5"), dia(9))
    assert item.status == Status.RECOMPOSTO
    assert RecalculoPendente.objects.filter(cod_produto="A").exists()
    [mensagem] = mensagens(planejador, resposta)
    assert mensagem.startswith("A: 30,5 para ")
    # The line's remaining 9,5 leaves on its own date now.
    assert "Pré-separada 30,5 (antes 40)" in mensagem and "Est.Min.D+7 40,5 (antes 10)" in mensagem
    depois = planejador.get(resposta.url)
    da_api = workspace("P1")["itens"][0]
    assert depois.context["itens"][0]["menor_estoque_7d"] == numero(da_api["menor_estoque_7d"]) == "40,5"
    assert depois.context["em_foco"] == "A"
    registro = LogEntry.objects.get()
    assert (registro.action_flag, registro.object_id) == (CHANGE, str(item.pk))
    assert registro.get_change_message() == "Alteração de Quantidade e Expedição."


def test_what_is_left_of_a_line_is_set_apart(planejador):
    movimentar("A", 200)
    linha(expedicao=dia(4), protocolo="X9")
    pre()
    resposta = enviar(planejador, "incluir", "A")
    nova = PreSeparacaoItem.objects.latest("pk")
    assert (nova.qtd_selecionada_usuario, nova.data_expedicao_editada, nova.protocolo_editado) == (60, dia(4), "X9")
    assert (nova.status, nova.criado_por.username) == (Status.CRIADO, "planejadores")
    assert LogEntry.objects.get().action_flag == ADDITION
    assert "incluída" in mensagens(planejador, resposta)[0]
    assert abrir(planejador, incluir="A").context["painel"].pre is None, "nothing is left"


def test_deleting_gives_it_back_to_the_line(planejador):
    movimentar("A", 200)
    linha()
    item = pre()
    confirmacao = abrir(planejador, excluir=item.pk)
    assert PreSeparacaoItem.objects.exists() and "a quantidade volta a ela" in confirmacao.content.decode()
    resposta = enviar(planejador, "excluir", item.pk)
    assert not PreSeparacaoItem.objects.exists()
    assert "Pré-separada 0 (antes 40)" in mensagens(planejador, resposta)[0]
    assert (LogEntry.objects.get().action_flag, LogEntry.objects.get().object_id) == (DELETION, str(item.pk))
    assert workspace("P1")["itens"][0]["expedicao"] == dia(5)


def test_deleting_the_last_thing_of_an_order_leads_to_the_search(planejador):
    resposta = enviar(planejador, "excluir", pre().pk)
    assert resposta.url == reverse("admin:carteira_workspace")
    assert "Nada mais resta do pedido P1." in mensagens(planejador, resposta)


@pytest.mark.parametrize(
    ("escrito", "erro"),
    [
        ("0", "maior que zero"),
        ("-1", "maior que zero"),
        ("61", "No máximo 60"),
        ("12.5", "decimais com vírgula"),
        ("", "Escreva a quantidade"),
        ("1,2345", "3 casas decimais"),
    ],
)
def test_a_quantity_that_cannot_be(planejador, escrito, erro):
    linha()
    pre(qtd=40)
    item = pre(qtd=20)
    resposta = enviar(planejador, "alterar", item.pk, qtd_selecionada_usuario=escrito)
    assert resposta.status_code == 200
    assert erro in " ".join(resposta.context["painel"].form.errors["qtd_selecionada_usuario"])
    item.refresh_from_db()
    assert item.qtd_selecionada_usuario == 20


def test_what_was_beyond_the_balance_may_stay_or_shrink(planejador):
    linha(qtd=30)
    item = pre(qtd=50)
    assert enviar(planejador, "alterar", item.pk, data_expedicao_editada=dia(6)).status_code == 302
    assert enviar(planejador, "alterar", item.pk, qtd_selecionada_usuario="49").status_code == 302
    assert enviar(planejador, "alterar", item.pk, qtd_selecionada_usuario="51").status_code == 200


def test_a_line_that_has_its_lot_has_nothing_left(planejador):
    linha(separacao_lote_id="L1")
    assert abrir(planejador, incluir="A").context["painel"].pre is None


@pytest.mark.parametrize(
    ("mudanca", "aviso"),
    [
        ({"data_expedicao_editada": dia(-2)}, "já passou"),
        ({"data_expedicao_editada": dia(40)}, "além dos 29 dias"),
        ({"data_expedicao_editada": ""}, "não sai em nenhum dia"),
        ({"data_agendamento_editada": dia(1)}, "anterior à expedição"),
    ],
)
def test_what_is_probably_a_slip_is_saved_with_a_warning(planejador, mudanca, aviso):
    linha()
    resposta = enviar(planejador, "alterar", pre().pk, **mudanca)
    assert aviso in mensagens(planejador, resposta)[1]


def test_what_counts_for_nothing_yet_can_be_made_to_count(planejador):
    """An order of nothing but a pre-separation of zero has no page until it has a quantity."""
    item = pre(qtd=0)
    assert abrir(planejador).status_code == 404
    dados = {"lida": planejamento.assinatura(PreSeparacaoItem.objects.get()), "qtd_selecionada_usuario": "3"}
    resposta = planejador.post(f"{endereco('P1')}?alterar={item.pk}", dados)
    assert planejador.get(resposta.url).context["itens"][0]["qtd_pre_separada"] == "3"


def test_a_date_that_does_not_exist_is_said(planejador):
    linha()
    resposta = enviar(planejador, "alterar", pre().pk, data_expedicao_editada="2026-02-31")
    assert "não existe" in resposta.content.decode()


# What if


@pytest.mark.parametrize("acao", ["alterar", "incluir", "excluir"])
def test_seeing_an_effect_leaves_nothing_behind(planejador, acao, django_capture_on_commit_callbacks):
    movimentar("A", 50)
    linha()
    item = pre()
    recalculo.drenar()
    antes = (workspace("P1"), list(PreSeparacaoItem.objects.values()))
    mudancas = {} if acao == "excluir" else {"data_expedicao_editada": dia(0)}
    alvo = "A" if acao == "incluir" else item.pk
    with django_capture_on_commit_callbacks() as anunciados:
        resposta = enviar(planejador, acao, alvo, botao="ver_efeito", **mudancas)
    efeito = {mudanca["rotulo"]: (mudanca["antes"], mudanca["depois"]) for mudanca in resposta.context["painel"].efeito}
    pre_separada = {"alterar": None, "incluir": ("40", "100"), "excluir": ("40", "0")}[acao]
    assert efeito.get("Pré-separada") == pre_separada
    assert "Expedição" in efeito and "nada foi salvo" in resposta.content.decode()
    assert (workspace("P1"), list(PreSeparacaoItem.objects.values())) == antes
    assert not RecalculoPendente.objects.exists() and not LogEntry.objects.exists() and not anunciados
    # What was tried can be done.
    assert enviar(planejador, acao, alvo, **mudancas).status_code == 302


def test_the_effect_shown_is_the_effect_had(planejador):
    movimentar("A", 50)
    linha()
    item = pre()
    mudanca = {"qtd_selecionada_usuario": "55", "data_expedicao_editada": dia(1)}
    previsto = enviar(planejador, "alterar", item.pk, botao="ver_efeito", **mudanca).context["painel"].efeito
    [mensagem] = mensagens(planejador, enviar(planejador, "alterar", item.pk, **mudanca))
    assert previsto
    for numero_mudado in previsto:
        assert "{rotulo} {depois} (antes {antes})".format(**numero_mudado) in mensagem


# Two planners


def test_an_edit_over_somebody_elses_is_refused_and_shown(planejador):
    linha()
    item = pre()
    lida = planejamento.assinatura(PreSeparacaoItem.objects.get())
    PreSeparacaoItem.objects.filter(pk=item.pk).update(qtd_selecionada_usuario=10)  # leaves atualizado_em as it was
    resposta = enviar(planejador, "alterar", item.pk, lida=lida, data_expedicao_editada=dia(8))
    painel = resposta.context["painel"]
    assert "Alguém alterou esta pré-separação" in painel.erro and "agora ela é de 10 para" in painel.erro
    item.refresh_from_db()
    assert (item.qtd_selecionada_usuario, item.data_expedicao_editada) == (10, dia(3))
    # Having seen it, he may insist.
    assert painel.form["data_expedicao_editada"].value() == f"{dia(8)}"
    assert enviar(planejador, "alterar", item.pk, lida=painel.lida, data_expedicao_editada=dia(8)).status_code == 302


def test_the_other_planner_is_named(planejador, outro, client):
    linha()
    item = pre()
    lida = planejamento.assinatura(PreSeparacaoItem.objects.get())
    client.force_login(outro)
    enviar(client, "alterar", item.pk, qtd_selecionada_usuario="7")
    assert "outro em " in enviar(client, "alterar", item.pk, lida=lida).context["painel"].erro


def test_deleting_what_somebody_changed_is_refused(planejador):
    linha()
    item = pre()
    resposta = enviar(planejador, "excluir", item.pk, lida="outra")
    assert PreSeparacaoItem.objects.exists() and "alterou" in resposta.context["painel"].erro


def test_what_is_gone_or_was_sent_is_said(planejador):
    linha()
    item = pre()
    url = f"{endereco('P1')}?alterar={item.pk}"
    PreSeparacaoItem.objects.update(status=Status.ENVIADO_SEPARACAO)
    assert "já foi enviada" in planejador.post(url, {"qtd_selecionada_usuario": "1"}).context["painel"].erro
    item.delete()
    for resposta in (planejador.get(url), planejador.post(url, {"qtd_selecionada_usuario": "1"})):
        assert resposta.status_code == 200 and "não existe mais" in resposta.content.decode()
    assert "não existe mais" in abrir(planejador, alterar="x").content.decode()
    assert "não existe mais" in abrir(planejador, alterar=pre(num="P2").pk).content.decode(), "of another order"


def test_a_race_between_reading_and_saving_is_lost_by_the_second():
    """The form's own look is earlier than the lock: what counts is what the lock finds."""
    linha()
    pre()
    item, mesmo = PreSeparacaoItem.objects.get(), PreSeparacaoItem.objects.get()
    lida = planejamento.assinatura(item)
    item.qtd_selecionada_usuario = 50
    planejamento.gravar(item, lida)
    mesmo.qtd_selecionada_usuario = 60
    with pytest.raises(planejamento.Alterada):
        planejamento.gravar(mesmo, lida)
    mesmo.delete()
    with pytest.raises(planejamento.Alterada) as erro:
        planejamento.excluir(item, lida)
    assert erro.value.atual is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_together_they_never_set_apart_more_than_there_is():
    linha(qtd=100)
    largada, recusas = threading.Barrier(4), []

    def separar():
        try:
            largada.wait()
            planejamento.gravar(PreSeparacaoItem(num_pedido="P1", cod_produto="A", qtd_selecionada_usuario=60))
        except planejamento.SemSaldo as recusa:
            recusas.append(str(recusa))
        finally:
            connection.close()

    planejadores = [threading.Thread(target=separar) for _ in range(4)]
    for planejador in planejadores:
        planejador.start()
    for planejador in planejadores:
        planejador.join()
    assert PreSeparacaoItem.objects.count() == 1
    assert recusas == ["No máximo 40: o resto da linha já está pré-separado ou separado."] * 3


# Permissions


def test_who_may_only_look_sees_no_button_and_is_refused(client):
    client.force_login(usuario("Consulta"))
    linha()
    item = pre()
    corpo = abrir(client).content.decode()
    assert not re.search(r"\?(alterar|incluir|excluir)=", corpo)
    for consulta in (f"alterar={item.pk}", f"excluir={item.pk}", "incluir=A", ""):
        assert abrir(client, **dict([consulta.split("=")] if consulta else [])).context["painel"] is None
        resposta = client.post(f"{endereco('P1')}?{consulta}", {"qtd_selecionada_usuario": "1"})
        assert resposta.status_code == 403
    assert PreSeparacaoItem.objects.get().qtd_selecionada_usuario == 40


def test_each_action_asks_for_its_own_permission(client, usuario):
    usuario.is_staff = True
    usuario.save()
    permissoes = ["view_carteiraprincipal", "view_preseparacaoitem", "change_preseparacaoitem"]
    usuario.user_permissions.add(*Permission.objects.filter(codename__in=permissoes))
    client.force_login(usuario)
    linha()
    item = pre()
    assert enviar(client, "alterar", item.pk, qtd_selecionada_usuario="5").status_code == 302
    for consulta in (f"excluir={item.pk}", "incluir=A"):
        assert client.post(f"{endereco('P1')}?{consulta}", {}).status_code == 403


def test_without_permission_the_page_is_closed(client, usuario):
    linha()
    assert client.get(endereco("P1")).url.startswith(reverse("admin:login"))
    usuario.is_staff = True
    usuario.save()
    client.force_login(usuario)
    assert abrir(client).status_code == buscar(client).status_code == 403
    assert client.post(endereco("P1")).status_code == 403


# The ways to it


@pytest.mark.parametrize("modelo", [CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao])
def test_lists_and_records_lead_to_the_order(admin_client, modelo):
    linha(num="P/1")
    pre(num="P/1")
    Separacao.objects.create(num_pedido="P/1", cod_produto="A", qtd_saldo=1)
    Pedido.objects.create(num_pedido="P/1", separacao_lote_id="L1")
    nome = f"admin:carteira_{modelo._meta.model_name}"
    assert endereco("P/1") in admin_client.get(reverse(f"{nome}_changelist")).content.decode()
    registro = reverse(f"{nome}_change", args=[modelo.objects.get().pk])
    acao = registro.replace("change/", "pode-sair/")
    assert acao in admin_client.get(registro).content.decode()
    assert admin_client.get(acao).url == endereco("P/1")
    modelo.objects.update(num_pedido="")
    assert admin_client.get(acao).url == reverse("admin:carteira_workspace")
    assert admin_client.get(reverse(f"{nome}_changelist")).status_code == 200


def test_a_products_documents_lead_to_their_orders(client):
    movimentar("A", 10)
    linha(num="P/1")
    recalculo.drenar()
    quem = usuario("Consulta")
    client.force_login(quem)
    pagina = reverse("admin:projecao_estoqueprojecaocache_change", args=["A"])
    assert endereco("P/1") in client.get(pagina).content.decode()
    quem.groups.clear()
    quem.user_permissions.add(Permission.objects.get(codename="view_estoqueprojecaocache"))
    corpo = client.get(pagina).content.decode()
    assert endereco("P/1") not in corpo and "P/1" in corpo


def test_the_sidebar_lists_it_and_marks_only_it(admin_client):
    linha()
    grupos = abrir(admin_client).context["sidebar_navigation"]
    abertos = [item["title"] for grupo in grupos for item in grupo["items"] if item["active"]]
    assert abertos == ["Pedido: pode sair?"]
