"""Invented customers: chains, wholesalers and food service, in invented towns."""

from random import Random
from typing import NamedTuple

VAREJO, ATACADO, FOOD_SERVICE = "varejo", "atacado", "food service"

RAZOES = {
    VAREJO: ("SUPERMERCADOS {}", "REDE {}", "HIPER {}", "MERCADO {}", "COMERCIAL {} DE ALIMENTOS"),
    ATACADO: ("ATACADO {}", "{} ATACAREJO", "DISTRIBUIDORA {}", "ARMAZÉM {}"),
    FOOD_SERVICE: ("{} FOOD SERVICE", "PIZZARIAS {}", "COZINHAS {}", "LANCHES {}", "RESTAURANTES {}"),
}
NOMES = (
    *("ARAQUI", "TREVILHA", "MERCALUZ", "PONTALI", "BEM PERTIM", "VERDANÉ", "CESTALI", "GIRAMAR", "PAMPALÁ", "NOVALAR"),
    *(
        "SOLANDRA",
        "IPERUÁ",
        "JATIMIRIM",
        "BOA LAVRA",
        "CAMPINAL",
        "RIBEIRAMA",
        "ESTRELINA",
        "MANDURI DO VALE",
        "OITICAL",
    ),
    *("TABOARA", "VINDIMÁ", "CORUMBIRA", "LAGOANA", "PRATIVALE", "SERTANIL", "UMBUANA", "XINGUARA DO SUL", "ZABELÊ"),
)
CIDADES = (
    ("SP", "Santa Olívia do Tietê"),
    ("SP", "Vila Aurora Paulista"),
    ("SP", "Campo Lindoso"),
    ("RJ", "Porto das Garças"),
    ("RJ", "Serra da Boa Brisa"),
    ("MG", "São Tibério das Minas"),
    ("MG", "Ribeirão do Ouro Fino Velho"),
    ("ES", "Barra do Jucuém"),
    ("PR", "Pinhal das Araucárias"),
    ("SC", "Vale do Itapuá"),
    ("RS", "Nova Colônia do Jaguari"),
    ("BA", "Mar de Itaúna"),
    ("PE", "Olho d'Água do Capibá"),
    ("CE", "Jangada Nova"),
    ("GO", "Buritizal de Goiás"),
    ("DF", "Setor Planalto Novo"),
    ("MT", "Chapada do Ipê"),
    ("PA", "Igarapé das Castanhas"),
    ("AM", "Boca do Anavi"),
)
VENDEDORES = (
    "Iracema Tolosa",
    "Benedito Airão",
    "Dulce Marambá",
    "Otávio Serpa Lindo",
    "Rosana Quintaé",
    "Ciro Valverde Moura",
)


class Cliente(NamedTuple):
    tipo: str
    nome: str
    cnpj: str
    cidade: str
    uf: str
    vendedor: str


def _digito(numeros: str) -> str:
    pesos = [2 + i % 8 for i in range(len(numeros))]
    resto = sum(int(n) * peso for n, peso in zip(reversed(numeros), pesos, strict=True)) % 11
    return str(0 if resto < 2 else 11 - resto)


def cnpj(raiz: int) -> str:
    """A well-formed CNPJ of a root that begins with 99, a range from which none has been issued."""
    numeros = f"99{raiz:06d}0001"
    numeros += _digito(numeros)
    numeros += _digito(numeros)
    return f"{numeros[:2]}.{numeros[2:5]}.{numeros[5:8]}/{numeros[8:12]}-{numeros[12:]}"


def clientes(rng: Random, quantos: int) -> list[Cliente]:
    """At most as many as there are combinations of a kind of business and a name."""
    todos = [(tipo, razao.format(nome)) for tipo, razoes in RAZOES.items() for razao in razoes for nome in NOMES]
    escolhidos = rng.sample(todos, min(quantos, len(todos)))
    raizes = rng.sample(range(100_000, 1_000_000), len(escolhidos))
    feitos = []
    for (tipo, nome), raiz in zip(escolhidos, raizes, strict=True):
        uf, cidade = rng.choice(CIDADES)
        feitos.append(Cliente(tipo, nome, cnpj(raiz), cidade, uf, rng.choice(VENDEDORES)))
    return feitos
