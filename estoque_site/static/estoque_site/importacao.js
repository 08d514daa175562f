/* What the pages of imports gain with a script: a file may be dropped, an option hides where it means nothing, and a
   button is pressed once. Without it the plain form does all of that. */

(() => {
    const alvo = document.querySelector("[data-alvo]");
    if (alvo) {
        prepararAlvo(alvo);
        prepararTipo();
    }
    for (const botao of document.querySelectorAll("[data-enviando]")) {
        prepararEnvio(botao);
    }

    function prepararAlvo(alvo) {
        const entrada = alvo.querySelector("input[type=file]");
        const escolhido = alvo.querySelector("[data-escolhido]");
        const nenhum = escolhido.textContent;
        alvo.classList.add("envio-pronto");

        const sobre = (sim) => alvo.classList.toggle("envio-sobre", sim);
        for (const evento of ["dragenter", "dragover"]) {
            alvo.addEventListener(evento, (e) => {
                e.preventDefault();
                sobre(true);
            });
        }
        for (const evento of ["dragleave", "dragend"]) {
            alvo.addEventListener(evento, () => sobre(false));
        }
        alvo.addEventListener("drop", (e) => {
            e.preventDefault();
            sobre(false);
            if (e.dataTransfer.files.length === 1) {
                entrada.files = e.dataTransfer.files;
                entrada.dispatchEvent(new Event("change"));
            } else if (e.dataTransfer.files.length) {
                escolhido.textContent = "Solte um arquivo de cada vez.";
            }
        });
        // A file that misses the target would replace the page.
        for (const evento of ["dragover", "drop"]) {
            document.addEventListener(evento, (e) => e.preventDefault());
        }
        entrada.addEventListener("change", () => {
            const [arquivo] = entrada.files;
            if (arquivo && arquivo.size > Number(entrada.dataset.maximo)) {
                entrada.value = "";
                escolhido.textContent = entrada.dataset.grandeDemais;
            } else {
                escolhido.textContent = arquivo ? arquivo.name : nenhum;
            }
        });
    }

    function prepararTipo() {
        const tipo = document.querySelector("#id_tipo");
        const opcao = document.querySelector("[data-so-de]");
        if (!opcao) {
            return;
        }
        const mostrar = () => {
            opcao.hidden = tipo.value !== "" && !opcao.dataset.soDe.split(" ").includes(tipo.value);
            if (opcao.hidden) {
                opcao.querySelector("input").checked = false;
            }
        };
        tipo.addEventListener("change", mostrar);
        mostrar();
    }

    function prepararEnvio(botao) {
        const escrito = botao.textContent;
        botao.form.addEventListener("submit", () => {
            botao.disabled = true;
            botao.textContent = botao.dataset.enviando;
        });
        // Back in the history: the browser shows the page as it was left.
        window.addEventListener("pageshow", (evento) => {
            if (evento.persisted) {
                botao.disabled = false;
                botao.textContent = escrito;
            }
        });
    }
})();
