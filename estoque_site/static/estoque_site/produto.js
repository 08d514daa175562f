/* Days open and close. The page comes with all of them open, which is what it shows without scripts; so does a table
   that takes the place of this one (vivo.js), in which the days that were open are open again. */

(() => {
    const DIA = "button.produto-dia";
    const BOTAO_GERAL = "[data-abrir-todos]";
    const abertos = new Set();
    const botoes = () => [...document.querySelectorAll(DIA)];
    const dia = (botao) => botao.getAttribute("aria-controls");
    const todosAbertos = () => botoes().every((botao) => abertos.has(dia(botao)));

    const mostrar = () => {
        for (const botao of botoes()) {
            const aberto = abertos.has(dia(botao));
            botao.setAttribute("aria-expanded", String(aberto));
            document.getElementById(dia(botao)).hidden = !aberto;
        }
        for (const todos of document.querySelectorAll(BOTAO_GERAL)) {
            todos.hidden = !botoes().length;
            todos.textContent = todosAbertos() ? "Fechar todos os dias" : "Abrir todos os dias";
        }
    };

    const alternar = (botao) => {
        if (!abertos.delete(dia(botao))) {
            abertos.add(dia(botao));
        }
    };

    const alternarTodos = () => {
        const fechar = todosAbertos();
        abertos.clear();
        if (!fechar) {
            botoes().forEach((botao) => abertos.add(dia(botao)));
        }
    };

    document.addEventListener("click", ({ target }) => {
        const botao = target.closest(DIA);
        if (botao || target.closest(BOTAO_GERAL)) {
            botao ? alternar(botao) : alternarTodos();
            mostrar();
        }
    });
    document.addEventListener("vivo:trocado", mostrar);

    // The address of a day (#dia-5) opens it: a cell of another page can be explained by a link.
    const doEndereco = () => {
        const linha = /^#dia-\d+$/.test(location.hash) && document.querySelector(location.hash);
        const botao = linha && linha.querySelector(DIA);
        if (botao) {
            abertos.add(dia(botao));
            mostrar();
            linha.scrollIntoView({ block: "center" });
        }
    };
    addEventListener("hashchange", doEndereco);
    mostrar();
    doEndereco();
})();
