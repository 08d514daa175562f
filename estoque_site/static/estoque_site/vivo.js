/* Pages that follow their numbers. projecao/vivo.py says how a page takes part; in short:

     {% include "admin/vivo.html" %}                  once, with `vivo` in the context
     <div id="my-numbers" data-vivo-parte>…</div>     what is replaced, by id

   While the page is visible, the state at [data-vivo] is asked for its token. When it is not the page's, the page
   itself is fetched, and its parts take the place of these: what is open stays open, what was typed stays typed,
   focus and scrolling stay where they are. While somebody writes inside a part, all parts wait for him.
   After it, `vivo:trocado` is dispatched on the document, for scripts that dress the parts. No number is made here. */

(() => {
    const linha = document.querySelector("[data-vivo]");
    if (!linha) {
        return;
    }
    const ESPERA_MAXIMA = 60;
    const PACIENCIA = 20_000;
    const EDITAVEIS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea";
    const FOCAVEIS = "a[href], button, summary, input, select, textarea, [tabindex]";
    const recado = linha.querySelector("[data-vivo-recado]");
    const acao = linha.querySelector("[data-vivo-acao]");
    const partes = () => [...document.querySelectorAll("[data-vivo-parte]")];
    const nomes = (pagina) => [...pagina.querySelectorAll("[data-vivo-parte]")].map((parte) => parte.id).join();
    const estado = linha.dataset;
    let espera = Number(estado.vivoSegundos);
    let relogio = null;
    let perguntando = false;
    let parado = false;
    let frase = recado.textContent;

    // A screen reader speaks only what changed.
    const dizer = (texto, tom = "", link = "") => {
        if (recado.textContent !== texto) {
            recado.textContent = texto;
        }
        estado.vivoEstado = tom;
        acao.textContent = link;
        acao.hidden = !link;
    };

    const parar = (texto, tom, link) => {
        parado = true;
        dizer(texto, tom, link);
    };

    class SemSessao extends Error {}

    const buscar = async (url, tipo) => {
        const resposta = await fetch(url, { headers: { Accept: tipo }, signal: AbortSignal.timeout(PACIENCIA) });
        if (resposta.redirected && new URL(resposta.url).searchParams.has("next")) {
            throw new SemSessao();
        }
        if (resposta.status === 403) {
            parar("Você não tem mais permissão para ver estes números.", "falha", "Atualizar");
        }
        if (!resposta.ok) {
            throw new Error(resposta.status);
        }
        return resposta;
    };

    // What a person did to a part, to be done again to the one that takes its place.

    const nome = (campo) => campo.id || campo.name;
    const mexido = (campo) =>
        campo.matches("select")
            ? [...campo.options].some((opcao) => opcao.selected !== opcao.defaultSelected)
            : campo.value !== campo.defaultValue || Boolean(campo.checked) !== Boolean(campo.defaultChecked);
    const mesmoCampo = (parte, campo) =>
        [...parte.querySelectorAll("input, select, textarea")].find((outro) => nome(outro) === nome(campo));

    const lembrar = (parte) => {
        const focaveis = [...parte.querySelectorAll(FOCAVEIS)];
        return {
            campos: [...parte.querySelectorAll("input, select, textarea")].filter((campo) => nome(campo) && mexido(campo)),
            abertos: [...parte.querySelectorAll("details")].map((detalhe) => detalhe.open),
            rolagens: focaveis.map((elemento) => [elemento.scrollLeft, elemento.scrollTop]),
            foco: focaveis.indexOf(document.activeElement),
            focado: document.activeElement,
        };
    };

    const repor = (parte, { campos, abertos, rolagens, foco, focado }) => {
        for (const campo of campos) {
            const outro = mesmoCampo(parte, campo);
            if (outro) {
                outro.value = campo.value;
                outro.checked = campo.checked;
            }
        }
        parte.querySelectorAll("details").forEach((detalhe, n) => {
            detalhe.open = abertos[n] ?? detalhe.open;
        });
        const focaveis = [...parte.querySelectorAll(FOCAVEIS)];
        focaveis.forEach((elemento, n) => {
            [elemento.scrollLeft, elemento.scrollTop] = rolagens[n] ?? [0, 0];
        });
        if (foco >= 0) {
            const mesmo =
                (focado.id && focaveis.find((elemento) => elemento.id === focado.id)) ||
                focaveis.find((elemento) => elemento.href && elemento.href === focado.href);
            (mesmo || focaveis[foco])?.focus({ preventScroll: true });
        }
    };

    const trocar = (pagina) => {
        const lembrancas = partes().map((parte) => [parte, lembrar(parte)]);
        for (const [parte] of lembrancas) {
            const novos = [...pagina.getElementById(parte.id).childNodes];
            parte.replaceChildren(...novos.map((no) => document.adoptNode(no)));
        }
        // Before focus and scrolling return: what is closed takes no focus and has no height.
        document.dispatchEvent(new CustomEvent("vivo:trocado"));
        lembrancas.forEach(([parte, lembranca]) => repor(parte, lembranca));
    };

    const escrevendo = () => {
        const foco = document.activeElement;
        return foco.matches(EDITAVEIS) && foco.closest("[data-vivo-parte]");
    };

    const renovar = async () => {
        const resposta = await buscar(location.href, "text/html");
        const pagina = new DOMParser().parseFromString(await resposta.text(), "text/html");
        const nova = pagina.querySelector("[data-vivo]");
        if (!nova || resposta.redirected) {
            parar("O que esta página mostrava mudou de lugar.", "novo", "Atualizar");
            return;
        }
        if (nomes(pagina) !== nomes(document)) {
            parar("Há números novos.", "novo", "Atualizar"); // and the page is not laid out as it was
            return;
        }
        if (escrevendo()) {
            return; // since the answer was asked for
        }
        trocar(pagina);
        estado.vivo = nova.dataset.vivo;
        estado.vivoToken = nova.dataset.vivoToken;
        estado.vivoHora = nova.dataset.vivoHora;
        frase = `Atualizado às ${estado.vivoHora}.`;
        dizer(frase);
    };

    const conferir = async () => {
        const atual = await (await buscar(estado.vivo, "application/json")).json();
        if (atual.token === estado.vivoToken) {
            dizer(frase);
        } else if ("vivoAvisar" in estado) {
            parar("Há números novos.", "novo", "Atualizar");
        } else if (escrevendo()) {
            dizer("Há números novos: aparecem quando você terminar de escrever.", "novo");
        } else {
            await renovar();
        }
    };

    const perguntar = async () => {
        clearTimeout(relogio);
        if (perguntando || parado || document.hidden) {
            return;
        }
        perguntando = true;
        try {
            await conferir();
            espera = Number(estado.vivoSegundos);
        } catch (erro) {
            if (erro instanceof SemSessao) {
                parar(`Sua sessão terminou; estes números são de ${estado.vivoHora}.`, "falha", "Entrar de novo");
            } else if (!parado) {
                dizer(`Sem resposta do servidor; estes números são de ${estado.vivoHora}.`, "falha");
                espera = Math.min(espera + espera, ESPERA_MAXIMA);
            }
        }
        perguntando = false;
        relogio = setTimeout(perguntar, espera * 1000);
    };

    document.addEventListener("visibilitychange", perguntar);
    document.addEventListener("focusout", () => estado.vivoEstado === "novo" && setTimeout(perguntar));
    acao.addEventListener("click", (evento) => {
        evento.preventDefault();
        location.reload();
    });
    relogio = setTimeout(perguntar, espera * 1000);
})();
