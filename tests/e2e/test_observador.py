"""What watches over the other tests here must see, and must not see what is not there."""

import pytest

from tests.e2e.navegacao import TELAS, Observador, abrir_contexto, fotografar


@pytest.fixture
def observada(navegador, servidor, sessoes):
    """A page of the planner's, and who watches over it; what it sees fails nothing."""
    observador = Observador(servidor.url)
    with abrir_contexto(navegador, servidor, sessoes("planejador")) as contexto:
        observador.observar(contexto)
        pagina = contexto.new_page()
        pagina.goto("/admin/")
        yield pagina, observador


def test_a_sound_page_has_no_problems(observada):
    _, observador = observada
    observador.conferir()


@pytest.mark.parametrize(
    ("script", "problema"),
    [
        ("console.error('oh')", "console: oh"),
        ("setTimeout(() => { throw new Error('oh') })", "script: oh"),
        ("fetch('/admin/nada/')", "/admin/nada/: 404"),
        ("fetch('http://example.com/x.js')", "http://example.com/x.js"),
        ("document.body.append(Object.assign(new Image(), {src: '//example.com/x.png'}))", "http://example.com/x.png"),
    ],
)
def test_it_sees(observada, script, problema):
    pagina, observador = observada
    pagina.evaluate(f"() => {{ {script} }}")
    for _ in range(50):
        if observador.problemas:
            break
        pagina.wait_for_timeout(100)
    with pytest.raises(AssertionError) as visto:
        observador.conferir()
    assert problema in str(visto.value)


def test_a_refusal_that_was_wanted_is_tolerated(observada):
    pagina, observador = observada
    observador.tolerar(404, "/admin/nada/")
    pagina.goto("/admin/nada/")
    observador.conferir()


def test_a_page_that_scrolls_sideways_is_told(observada):
    pagina, _ = observada
    pagina.evaluate(
        "document.body.append(Object.assign(document.createElement('pre'), {textContent: 'x'.repeat(500)}))"
    )
    with pytest.raises(AssertionError, match="scrolls sideways"):
        fotografar(pagina, "larga-demais")
    (TELAS / "larga-demais-1366-claro.png").unlink()
