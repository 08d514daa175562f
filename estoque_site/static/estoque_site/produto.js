/* Days open and close. The page comes with all of them open, which is what it shows without scripts. */

(() => {
    const botoes = [...document.querySelectorAll("button.produto-dia")];
    const todos = document.querySelector("[data-abrir-todos]");

    const abrir = (botao, aberto) => {
        botao.setAttribute("aria-expanded", String(aberto));
        document.getElementById(botao.getAttribute("aria-controls")).hidden = !aberto;
    };
    const aberto = (botao) => botao.getAttribute("aria-expanded") === "true";
    const nomear = () => {
        if (todos) {
            todos.textContent = botoes.every(aberto) ? "Fechar todos os dias" : "Abrir todos os dias";
        }
    };

    for (const botao of botoes) {
        abrir(botao, false);
        botao.addEventListener("click", () => {
            abrir(botao, !aberto(botao));
            nomear();
        });
    }
    if (todos && botoes.length) {
        todos.hidden = false;
        todos.addEventListener("click", () => {
            const abertos = !botoes.every(aberto);
            botoes.forEach((botao) => abrir(botao, abertos));
            nomear();
        });
    }

    // The address of a day (#dia-5) opens it: a cell of another page can be explained by a link.
    const doEndereco = () => {
        const linha = /^#dia-\d+$/.test(location.hash) && document.querySelector(location.hash);
        const botao = linha && linha.querySelector("button.produto-dia");
        if (botao) {
            abrir(botao, true);
            nomear();
            linha.scrollIntoView({ block: "center" });
        }
    };
    addEventListener("hashchange", doEndereco);
    doEndereco();
})();
