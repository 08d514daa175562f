/* Follows a work that a worker does, and shows the page anew when it begins and when it ends. */

(() => {
    const INTERVALO = 1000;
    const INTERVALO_DEPOIS_DE_ERRO = 5000;
    const quadro = document.querySelector("[data-andamento]");
    if (!quadro) {
        return;
    }
    const frase = quadro.querySelector("[role=status]");
    const barra = quadro.querySelector("progress");

    const mostrar = (andamento) => {
        if (frase.textContent !== andamento.frase) {
            frase.textContent = andamento.frase;
        }
        if (andamento.percentual === null) {
            barra.removeAttribute("value");
        } else {
            barra.value = andamento.percentual;
        }
    };

    const perguntar = async () => {
        let espera = INTERVALO;
        try {
            const resposta = await fetch(quadro.dataset.andamento, { headers: { Accept: "application/json" } });
            const andamento = await resposta.json();
            if (andamento.estado !== quadro.dataset.estado) {
                location.reload();
                return;
            }
            mostrar(andamento);
        } catch {
            // The server restarts, or the session ended: the work goes on, and so does the asking.
            frase.textContent = "Sem resposta do servidor; tentando de novo.";
            espera = INTERVALO_DEPOIS_DE_ERRO;
        }
        setTimeout(perguntar, espera);
    };
    setTimeout(perguntar, INTERVALO);
})();
