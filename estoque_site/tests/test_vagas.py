"""Real processes that count, fork, end and are killed: sums never go down, and files do not become more."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from estoque_site.vagas import TodosOsProcessos

PREPARO = """
import os, signal, sys, time
from pathlib import Path
from estoque_site import vagas
vagas.ligar(Path(sys.argv[1]))
from prometheus_client import Counter, Gauge, Histogram
feitos = Counter("feitos", "", ["por"])
demoras = Histogram("demoras", "", buckets=(1, 10))
pico = Gauge("pico", "", multiprocess_mode="max")

def filho(fazer):
    pid = os.fork()
    if not pid:
        fazer()
        os._exit(0)
    return pid
"""


def iniciar(pasta: Path, programa: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PREPARO + programa, str(pasta)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
    )


def rodar(pasta: Path, programa: str) -> str:
    processo = iniciar(pasta, programa)
    dito, _ = processo.communicate(timeout=60)
    return dito


def somas(pasta: Path) -> dict[str, float]:
    return {
        "".join([amostra.name, *(f" {valor}" for valor in amostra.labels.values())]): amostra.value
        for metrica in TodosOsProcessos(pasta).collect()
        for amostra in metrica.samples
    }


def arquivos(pasta: Path) -> set[str]:
    return {arquivo.name for arquivo in pasta.glob("*.db")}


def de_vagas(*numeros: int) -> set[str]:
    return {f"{tipo}_{numero}.db" for tipo in ("counter", "histogram", "gauge_max") for numero in numeros}


def test_processes_at_once_add_up(tmp_path):
    pasta = tmp_path / "var" / "metricas"  # neither exists: a fresh machine
    contar = "feitos.labels('a').inc(3); demoras.observe(5); pico.set({}); print('!', flush=True); sys.stdin.read()"
    processos = [iniciar(pasta, contar.format(pico)) for pico in (7, 20, 4)]
    assert [processo.stdout.readline() for processo in processos] == ["!\n"] * 3
    assert arquivos(pasta) == de_vagas(0, 1, 2)
    for processo in processos:
        processo.communicate(timeout=60)
    assert somas(pasta) == {
        "feitos_total a": 9,
        "demoras_sum": 15,
        "demoras_bucket 1.0": 0,
        "demoras_bucket 10.0": 3,
        "demoras_bucket +Inf": 3,
        "demoras_count": 3,
        "pico": 20,
    }


def test_what_a_killed_process_counted_stays_and_its_slot_is_used_again(tmp_path):
    morrer = "feitos.labels('a').inc({}); os.kill(os.getpid(), signal.SIGKILL)"
    for quantos, soma in ((5, 5), (2, 7), (1, 8)):
        rodar(tmp_path, morrer.format(quantos))
        assert somas(tmp_path)["feitos_total a"] == soma
        assert arquivos(tmp_path) == de_vagas(0)


def test_a_hundred_recycled_workers_leave_the_files_of_those_that_lived_at_once(tmp_path):
    """As qcluster's: forked from a process that counts too, three at once, and each third one is killed."""
    rodar(
        tmp_path,
        """
def trabalhar(morre):
    feitos.labels("filho").inc()
    demoras.observe(2)
    if morre:
        os.kill(os.getpid(), signal.SIGKILL)

for _ in range(34):
    feitos.labels("pai").inc()
    for pid in [filho(lambda: trabalhar(n == 2)) for n in range(3)]:
        os.waitpid(pid, 0)
""",
    )
    feito = somas(tmp_path)
    assert (feito["feitos_total pai"], feito["feitos_total filho"], feito["demoras_count"]) == (34, 102, 102)
    assert arquivos(tmp_path) <= de_vagas(0, 1, 2, 3)


def test_a_child_that_lives_on_does_not_hold_its_parents_slot(tmp_path):
    pid = int(rodar(tmp_path, "feitos.labels('a').inc(); print(filho(lambda: (os.close(1), time.sleep(60))))"))
    try:
        rodar(tmp_path, "feitos.labels('a').inc()")
        assert (arquivos(tmp_path), somas(tmp_path)["feitos_total a"]) == (de_vagas(0), 2)
    finally:
        os.kill(pid, 9)


def test_a_file_half_written_when_the_power_failed_stops_nobody(tmp_path):
    rodar(tmp_path, "feitos.labels('a').inc(5)")
    inteiro = (tmp_path / "counter_0.db").read_bytes()
    (tmp_path / "counter_1.db").write_bytes(inteiro[:4] + bytes(len(inteiro) - 4))
    (tmp_path / "counter_2.db").touch()
    assert somas(tmp_path)["feitos_total a"] == 5
    (tmp_path / "counter_0.db").write_bytes((tmp_path / "counter_1.db").read_bytes())
    rodar(tmp_path, "feitos.labels('a').inc(2)")
    assert somas(tmp_path)["feitos_total a"] == 2


def test_a_folder_that_cannot_be_written_stops_the_start_with_its_name(tmp_path):
    (tmp_path / "arquivo").touch()
    ambiente = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "arquivo" / "metricas")}
    comando = [sys.executable, "-c", "import estoque_site.settings"]
    erro = subprocess.run(comando, env=ambiente, cwd=settings.BASE_DIR, capture_output=True, text=True).stderr
    assert "ImproperlyConfigured: PROMETHEUS_MULTIPROC_DIR" in erro.splitlines()[-1]


def test_the_tests_count_for_themselves():
    assert str(settings.METRICAS_DIR) == os.environ["PROMETHEUS_MULTIPROC_DIR"]
    assert settings.METRICAS_DIR != settings.VAR_DIR / "metricas"
