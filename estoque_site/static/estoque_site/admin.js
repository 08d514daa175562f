/* What unfold's pages leave unsaid, or say in English, to who listens to them instead of looking. */

addEventListener("DOMContentLoaded", () => {
    document.getElementById("content")?.setAttribute("role", "main");
    document.getElementById("result_list")?.setAttribute("aria-label", document.title);
    // The labels of a small screen's cards: CSS can raise every word's first letter, or none.
    for (const celula of document.querySelectorAll("[data-label]")) {
        const rotulo = celula.dataset.label;
        celula.dataset.label = rotulo.charAt(0).toLocaleUpperCase() + rotulo.slice(1);
    }
    const caixas = () => {
        for (const caixa of document.querySelectorAll('[aria-label="scrollable content"]')) {
            caixa.setAttribute("aria-label", "Conteúdo com rolagem");
        }
    };
    caixas();
    addEventListener("load", caixas);
});
