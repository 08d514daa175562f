"""The page that says whether the machine is healthy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import Schedule
from django_q.signing import SignedPackage
from django_q.status import Stat, Status

from carteira.models import Separacao
from projecao import fila, recalculo, situacao, trabalhos
from projecao.memoria import cache_memoria
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, ExecucaoJob, Produto, RecalculoPendente, Trabalho
from projecao.servico import corpo
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db
Tipo = Trabalho.Tipo


@pytest.fixture(autouse=True)
def estado_interno():
    fila.preparar()


@pytest.fixture
def planejador(client):
    usuario = User.objects.create_user("joana", password="x", is_staff=True)
    usuario.user_permissions.add(
        *Permission.objects.filter(codename__startswith="view_"), Permission.objects.get(codename="forcar_recalculo")
    )
    client.force_login(usuario)
    return client


def entrar(client, *permissoes):
    usuario = User.objects.create_user("bia", password="x", is_staff=True)
    usuario.user_permissions.add(*Permission.objects.filter(codename__in=permissoes))
    client.force_login(usuario)
    return client


def produto(cod, estoque=10):
    Produto.objects.create(cod_produto=cod, nome_produto=f"PALMITO {cod}")
    movimentar(cod, estoque)


def sair(cod, qtd, n=0):
    return Separacao.objects.create(
        separacao_lote_id=f"L{cod}", num_pedido="P1", cod_produto=cod, qtd_saldo=Decimal(qtd), expedicao=dia(n)
    )


def estourar(cod):
    """More than the 12 digits that any quantity may have: it cannot be projected."""
    sair(cod, 999_999_999_999)
    sair(cod, 999_999_999_999)


def ver(cliente):
    resposta = cliente.get(reverse("admin:projecao_saude"))
    assert resposta.status_code == 200
    return resposta.context["saude"]


def trabalhar():
    """A cluster of two workers says that it lives, as qcluster does."""
    vivo = Status(1, "grupo")
    vivo.workers = [2, 3]
    get_broker().set_stat(Stat.get_key("grupo"), SignedPackage.dumps(vivo, True), 30)


def frases(saude):
    return [problema["frase"] for problema in saude["problemas"]]


def pagina(cliente):
    return cliente.get(reverse("admin:projecao_saude")).content.decode()


# The rows


def test_the_rows_are_those_of_the_api_and_of_the_lists(planejador):
    for cod in "123456":
        produto(cod)
    unificar("6", "5")
    recalculo.drenar()
    EstoqueProjecaoCache.objects.filter(pk__in="12").update(data_calculo=timezone.now() - timedelta(hours=1))
    EstoqueProjecaoCache.objects.filter(pk="3").update(data_base=dia(-1))
    movimentar("4", 1)
    movimentar("6", 1)  # waits as the product that it is unified into
    linhas = ver(planejador)["linhas"]
    api = planejador.get("/api/estoque/cache/status").json()["linhas"]
    assert [linha["valor"] for linha in linhas] == ["5", "3", "2", "1", "2"]
    assert [int(linha["valor"]) for linha in linhas[:4]] == list(api.values())
    for linha in linhas:
        lista = planejador.get(linha["link"]).context["cl"]
        assert lista.result_count == int(linha["valor"]), linha["nome"]


def test_what_is_of_another_day_needs_attention(planejador):
    produto("1")
    recalculo.drenar()
    EstoqueProjecaoCache.objects.update(data_base=dia(-1))
    assert "1 projeção ainda é de outro dia." in frases(ver(planejador))


# The queue


def test_what_waits_is_told_by_its_cause(planejador):
    produto("1")
    recalculo.drenar()
    sair("1", 3)
    movimentar("1", 1)
    movimentar("2", 1)
    RecalculoPendente.objects.filter(motivo="separacao").update(criado_em=timezone.now() - timedelta(minutes=3))
    dados = ver(planejador)
    assert dados["fila"]["resumo"] == "2 produtos esperam em 3 marcas; a mais antiga, há 3 min."
    motivos = [(m["nome"], m["produtos"], m["marcas"], m["ha"]) for m in dados["fila"]["motivos"]]
    assert motivos[0] == ("Separação", "1", "1", "3 min")
    assert motivos[1][:3] == ("Movimentação de estoque", "2", "2")
    assert "A fila de recálculo está parada ou lenta: há quem espere há 3 min." in frases(dados)
    for motivo in dados["fila"]["motivos"]:
        assert planejador.get(motivo["link"]).context["cl"].result_count == int(motivo["marcas"])
    api = planejador.get("/api/estoque/cache/status").json()["fila"]
    assert (api["produtos"], api["marcas"]) == (2, 3)


def test_what_cannot_be_computed_is_named_with_its_reason_and_next_try(planejador):
    produto("1")
    recalculo.drenar()
    estourar("1")
    recalculo.drenar()
    dados = ver(planejador)
    (falha,) = dados["fila"]["falham"]
    assert (falha["cod"], falha["nome"], falha["tentativas"]) == ("1", "PALMITO 1", "1")
    assert "mais de 12 dígitos" in falha["erro"] and falha["proxima"] != "-"
    assert planejador.get(falha["link"]).status_code == 200
    assert "1 produto não pôde ser recalculado." in frases(dados)
    assert planejador.get(dados["fila"]["falham_url"]).context["cl"].result_count == 2
    # It waits for its next try: the queue is not slow for it.
    RecalculoPendente.objects.update(criado_em=timezone.now() - timedelta(hours=1))
    assert not [frase for frase in frases(ver(planejador)) if "parada" in frase]


def test_a_queue_of_thousands_names_only_some(planejador):
    agora = timezone.now()
    RecalculoPendente.objects.bulk_create(
        RecalculoPendente(cod_produto=f"{n:05}", motivo="carteira", criado_em=agora, erro="não cabe", tentativas=1)
        for n in range(3000)
    )
    dados = ver(planejador)
    assert dados["fila"]["motivos"][0]["produtos"] == dados["fila"]["motivos"][0]["com_erro"] == "3.000"
    assert len(dados["fila"]["falham"]) == situacao.QUE_FALHAM
    assert "20+ produtos não puderam ser recalculados." in frases(dados)


# The memory tier


@pytest.fixture
def sem_pressa(settings):
    """A lease that outlives the slowest of machines: what is read is kept."""
    settings.PROJECAO_REDIS_TIMEOUT_SEGUNDOS = Decimal(20)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_the_memory_shows_what_was_read(planejador, sem_pressa):
    for cod in "123":
        produto(cod)
    recalculo.drenar()
    for cod in "1232":
        corpo(cod, "projecao")
    corpo("3", "cardex")
    memoria = ver(planejador)["memoria"]
    assert memoria["estado"] == "Ligada"
    assert [p["cod"] for p in memoria["produtos"]] == ["3", "2", "1"], "most recently used first"
    assert memoria["produtos"][0]["nome"] == "PALMITO 3"
    api = planejador.get("/api/estoque/cache/status").json()["memoria"]
    assert (api["chaves"], api["acertos"], api["faltas"]) == (3, 1, 4)
    assert dict(memoria["figuras"])["Produtos guardados"] == "3 de 100"
    assert dict(memoria["figuras"])["Taxa de acerto"] == "20,0%"
    um, dois = cache_memoria.conteudo(10)[2], cache_memoria.conteudo(10)[0]
    assert um.bytes >= len(corpo("1", "projecao")) and dois.bytes > um.bytes
    assert 0 < um.resta_segundos <= 300 and 0 <= um.sem_uso_segundos < 60
    movimentar("2", 1)
    assert {guardado.cod_produto for guardado in cache_memoria.conteudo(10)} == {"1", "3"}
    assert len(cache_memoria.conteudo(1)) == 1


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_what_an_older_generation_left_is_not_shown_as_kept(sem_pressa):
    produto("1")
    recalculo.drenar()
    corpo("1", "projecao")
    cache_memoria.trocar_geracao()
    assert [guardado.resta_segundos for guardado in cache_memoria.conteudo(10)] == [0]


@pytest.mark.redis
def test_without_an_answer_of_redis_the_page_says_so(planejador):
    cache_memoria.disjuntor.abrir()
    dados = ver(planejador)
    assert (dados["memoria"]["estado"], dados["memoria"]["produtos"]) == ("Indisponível", [])
    assert dados["tom"] == "danger" and any("Redis não responde" in frase for frase in frases(dados))
    assert dados["trabalhadores"].startswith("Não se sabe")


def test_without_redis_the_tier_is_off_and_that_is_no_problem(planejador, settings):
    settings.REDIS_URL = ""
    dados = ver(planejador)
    assert (dados["memoria"]["estado"], dados["memoria"]["ligada"]) == ("Desligada", False)
    assert not [frase for frase in frases(dados) if "Redis" in frase]
    assert "Sem REDIS_URL" in pagina(planejador)


# Workers and jobs


def test_workers_that_are_alive_are_counted_and_none_is_a_problem(planejador):
    assert any(frase.startswith("Nenhum trabalhador está ativo") for frase in frases(ver(planejador)))
    trabalhar()
    dados = ver(planejador)
    assert dados["trabalhadores"] == "2 trabalhadores ativos."
    assert not [frase for frase in frases(dados) if "trabalhador" in frase]


def test_each_job_with_its_last_and_next_run_and_its_mean(planejador):
    agora = timezone.now()
    for duracao in (1000, 3000):
        ExecucaoJob.objects.create(nome="job_avancar_dia", inicio=agora, duracao_ms=duracao, produtos=2000)
    ExecucaoJob.objects.create(nome="compactar_projecoes", inicio=agora, erro="OSError: disco cheio")
    Schedule.objects.filter(name="job_avancar_dia").update(next_run=agora + timedelta(minutes=5, seconds=30))
    Schedule.objects.filter(name="compactar_projecoes").update(next_run=agora - timedelta(hours=2))
    assert not [frase for frase in frases(ver(planejador)) if "atrasada" in frase], "nobody is there to run it"
    trabalhar()
    dados = ver(planejador)
    jobs = {job["chave"]: job for job in dados["jobs"]}
    virada, limpeza = jobs["job_avancar_dia"], jobs["compactar_projecoes"]
    assert (virada["duracao"], virada["media"], virada["proxima"]) == ("3,0 s", "2,0 s", "em 5 min")
    assert (limpeza["resultado"], limpeza["erro"]) == ("Interrompido", "OSError: disco cheio")
    assert jobs["job_atualizar_projecoes_antigas"]["resultado"] == "Nunca executado"
    assert "Limpeza diária: a última execução foi interrompida." in frases(dados)
    assert "Limpeza diária: a próxima execução está atrasada há 2 h." in frases(dados)
    assert [e["nome"] for e in dados["execucoes"]] == ["Limpeza diária", "Virada do dia", "Virada do dia"]
    lista = planejador.get(virada["link"])
    assert lista.context["cl"].result_count == 2
    assert "Virada do dia" in lista.content.decode() and "3,0 s" in lista.content.decode()


def test_the_mean_is_of_the_last_runs(planejador):
    agora = timezone.now()
    ExecucaoJob.objects.bulk_create(
        ExecucaoJob(nome="job_avancar_dia", inicio=agora, duracao_ms=9000 if n < 50 else 20) for n in range(150)
    )
    jobs = {job["chave"]: job for job in ver(planejador)["jobs"]}
    assert jobs["job_avancar_dia"]["media"] == "20 ms"


def test_the_slowest_are_those_of_the_api(planejador):
    for cod in "123":
        produto(cod)
    recalculo.drenar()
    EstoqueProjecaoCache.objects.filter(pk="2").update(tempo_calculo_ms=1234)
    lentos = ver(planejador)["mais_lentos"]
    api = planejador.get("/api/estoque/cache/status").json()["mais_lentos"]
    assert [p["cod"] for p in lentos] == [p["cod_produto"] for p in api]
    assert (lentos[0]["cod"], lentos[0]["nome"], lentos[0]["tempo"]) == ("2", "PALMITO 2", "1,2 s")


# Works


def test_a_check_that_found_something_is_told_until_it_is_corrected(planejador):
    produto("1")
    recalculo.drenar()
    EstoqueAtual.objects.update(estoque=7)
    trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
    trabalhos.executar_pendentes()
    dados = ver(planejador)
    assert "A última conferência achou 1 divergência em 1 produto." in frases(dados)
    assert [t["resumo"] for t in dados["trabalhos"]] == ["1 divergência em 1 produto."]
    trabalhos.pedir(Tipo.CORRIGIR_ESTOQUE, produtos=["1"])
    trabalhos.executar_pendentes()
    assert not [frase for frase in frases(ver(planejador)) if "conferência" in frase]


# The page


def test_an_empty_database_has_a_page(planejador):
    texto = pagina(planejador)
    assert "Nenhum produto espera recálculo." in texto
    assert "Ainda não há projeções gravadas." in texto
    assert "Nenhum trabalho foi pedido ainda." in texto


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(planejador):
    def consultas():
        with CaptureQueriesContext(connection) as capturadas:
            ver(planejador)
        return len(capturadas)

    def encher(cods):
        for cod in cods:
            produto(cod)
        recalculo.drenar()
        estourar(cods[0])
        recalculo.drenar()
        for cod in cods:
            movimentar(cod, 1)
            ExecucaoJob.objects.create(nome="job_avancar_dia", inicio=timezone.now(), produtos=1)
        trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
        trabalhos.executar_pendentes()

    encher(["00"])
    ver(planejador)
    com_um = consultas()
    encher([f"{n:02}" for n in range(1, 25)])
    assert consultas() == com_um


def test_nothing_of_it_is_dropped_by_a_strict_csp(planejador):
    texto = pagina(planejador)
    proprio = texto[texto.index('<div class="pagina"') :]
    assert 'style="' not in proprio.split("</main>")[0].split('id="lentos"')[0]


def test_without_the_permission_there_is_neither_page_nor_link(client):
    entrar(client, "view_estoqueprojecaocache")
    assert client.get(reverse("admin:projecao_saude")).status_code == 403
    assert reverse("admin:projecao_saude") not in client.get("/admin/").content.decode()


def test_who_only_looks_has_no_buttons_and_no_links_astray(client):
    produto("1")
    recalculo.drenar()
    entrar(client, "view_recalculopendente")
    dados = ver(client)
    assert not dados["pode_pedir"] and dados["trabalhos"] is None and dados["execucoes_url"] is None
    assert {linha["link"] for linha in dados["linhas"]} == {None} == {p["link"] for p in dados["mais_lentos"]}
    texto = pagina(client)
    assert "Conferir agora" not in texto and "Recalcular todos" not in texto


def test_only_one_screen_of_the_sidebar_is_the_open_one(planejador):
    def abertos(url):
        navegacao = planejador.get(url).context["sidebar_navigation"]
        return [item["title"] for grupo in navegacao for item in grupo["items"] if item["active"]]

    assert abertos(reverse("admin:projecao_saude")) == ["Saúde do sistema"]
    assert abertos(reverse("admin:projecao_recalculopendente_changelist")) == ["Recálculos pendentes"]
    assert abertos("/admin/") == []


def test_the_home_leads_to_it_whoever_may_see_it(planejador):
    produto("1")
    recalculo.drenar()
    painel = planejador.get("/admin/").context["painel"]
    links = {cartao["chave"]: cartao.get("link") for cartao in painel["cartoes"]}
    assert links["fila"] == links["memoria"] == painel["link_da_saude"] == reverse("admin:projecao_saude")
