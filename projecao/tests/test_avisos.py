from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from projecao import recalculo
from projecao.alertas import avisos, distribuicao
from projecao.models import Acompanhamento, AvisoPorEmail
from projecao.models.aviso import Frequencia
from projecao.tests.fabrica import movimentar


@pytest.fixture
def maria(usuario):
    usuario.email = "maria@exemplo.com.br"
    usuario.save()
    return usuario


def acontecer(*cods, qtd=-5):
    for cod in cods:
        movimentar(cod, qtd)
    recalculo.drenar()
    distribuicao.distribuir()


def test_one_letter_with_all_that_happened(maria):
    Acompanhamento.objects.create(usuario=maria)
    acontecer("A", "B")
    assert avisos.enviar() == 1
    assert avisos.enviar() == 0
    [carta] = mail.outbox
    assert carta.to == ["maria@exemplo.com.br"] and "2 mudanças de ruptura" in carta.subject
    assert "A\n    Ruptura detectada." in carta.body and "B\n    Ruptura detectada." in carta.body


@pytest.mark.parametrize(
    ("filtros", "escritas"),
    [
        ({"cod_produto": "A"}, 1),
        ({"cod_produto": "B"}, 0),
        ({"status": "CRÍTICO"}, 1),
        ({"status": "ATENÇÃO"}, 0),
    ],
)
def test_a_follower_hears_of_what_he_follows(maria, filtros, escritas):
    Acompanhamento.objects.create(usuario=maria, **filtros)
    acontecer("A")
    assert avisos.enviar() == escritas


def test_two_followings_make_one_notice_and_the_impatient_one_decides(maria):
    Acompanhamento.objects.create(usuario=maria, frequencia=Frequencia.DIARIA)
    Acompanhamento.objects.create(usuario=maria, cod_produto="A")
    acontecer("A")
    assert AvisoPorEmail.objects.get().frequencia == Frequencia.NA_HORA


def test_the_daily_letter_leaves_at_its_hour(maria):
    Acompanhamento.objects.create(usuario=maria, frequencia=Frequencia.DIARIA)
    hoje = timezone.localdate()
    local = timezone.get_current_timezone()
    with time_machine.travel(datetime.combine(hoje, time(9), local), tick=False):
        acontecer("A")
        assert avisos.enviar() == 0
    with time_machine.travel(datetime.combine(hoje + timedelta(days=1), time(6, 59), local), tick=False):
        assert avisos.enviar() == 0
    with time_machine.travel(datetime.combine(hoje + timedelta(days=1), time(7), local), tick=False):
        assert avisos.enviar() == 1


def test_a_mail_server_that_is_away_is_tried_again_and_nothing_is_lost(maria, settings):
    Acompanhamento.objects.create(usuario=maria)
    acontecer("A")
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert avisos.enviar() == 0
    aviso = AvisoPorEmail.objects.get()
    assert aviso.tentativas == 1 and "Refused" in aviso.erro and aviso.enviado_em is None
    settings.EMAIL_BACKEND = backend
    assert avisos.enviar() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert avisos.enviar() == 1
    assert AvisoPorEmail.objects.get().enviado_em


def test_who_cannot_be_written_to_is_owed_nothing(maria, django_user_model, settings):
    sem_endereco = django_user_model.objects.create_user("joao")
    saiu = django_user_model.objects.create_user("ana", email="ana@exemplo.com.br", is_active=False)
    for pessoa in (sem_endereco, saiu):
        Acompanhamento.objects.create(usuario=pessoa)
    acontecer("A")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    Acompanhamento.objects.create(usuario=maria)
    acontecer("B")
    assert not AvisoPorEmail.objects.exists()
