"""An invented maker of preserves, sauces and oils: families, packs and brands, and the products they combine into."""

from random import Random
from typing import NamedTuple


class Embalagem(NamedTuple):
    texto: str
    peso_liquido: int
    """Grams in a case."""
    tara: int
    """Grams of glass, tin, brine and cardboard in a case."""
    palletizacao: int
    """Cases on a pallet."""
    centavos: int
    """Added to the price of a case, for the packing."""


class Familia(NamedTuple):
    prefixo: str
    linha: str
    """Where it is made; empty for what is bought ready."""
    centavos_por_kg: int
    variantes: tuple[str, ...]
    embalagens: tuple[Embalagem, ...]


VIDROS = (
    Embalagem("VD 12X100 G", 1200, 2700, 160, 1300),
    Embalagem("VD 12X200 G", 2400, 3900, 120, 1700),
    Embalagem("VD 6X360 G", 2160, 2600, 130, 1100),
    Embalagem("VD 6X500 G", 3000, 3300, 96, 1300),
)
POUCHES = (
    Embalagem("PCH 24X100 G", 2400, 2200, 110, 900),
    Embalagem("PCH 18X180 G", 3240, 2300, 90, 950),
    Embalagem("PCH 6X1 KG", 6000, 3100, 72, 800),
)
BALDES = (
    Embalagem("BD 6X2 KG", 12000, 7300, 48, 2100),
    Embalagem("BD 1X15 KG", 15000, 9200, 32, 1800),
)
LATAS = (
    Embalagem("LT 12X400 G", 4800, 3600, 90, 1900),
    Embalagem("LT 6X2,5 KG", 15000, 6000, 45, 2200),
)
BISNAGAS = (
    Embalagem("BS 24X200 G", 4800, 900, 100, 1400),
    Embalagem("BS 12X400 G", 4800, 800, 96, 1000),
    Embalagem("BS 12X1 KG", 12000, 1100, 60, 1200),
    Embalagem("GL 4X3,2 KG", 12800, 900, 50, 1100),
    Embalagem("SC 1X144X7 G", 1008, 400, 240, 700),
)
GARRAFAS = (
    Embalagem("VD 12X250 ML", 2750, 3900, 120, 1900),
    Embalagem("VD 12X500 ML", 5500, 5600, 84, 2300),
    Embalagem("PET 12X500 ML", 5500, 700, 84, 1100),
    Embalagem("PET 20X900 ML", 16500, 1200, 60, 1500),
    Embalagem("LT 6X5 L", 27600, 2400, 36, 2600),
)
CONSERVAS = VIDROS + POUCHES + BALDES

FAMILIAS = (
    Familia(
        "43",
        "LINHA 1 AZEITONAS",
        1690,
        tuple(
            f"AZEITONA VERDE {corte}"
            for corte in (
                "INTEIRA",
                "FATIADA",
                "SEM CAROÇO",
                "RECHEADA",
                "RECHEADA C/ PIMENTÃO",
                "RECHEADA C/ ALHO",
                "PICADA",
            )
        ),
        CONSERVAS,
    ),
    Familia(
        "44",
        "LINHA 1 AZEITONAS",
        1980,
        tuple(
            f"AZEITONA PRETA {corte}" for corte in ("INTEIRA", "FATIADA", "SEM CAROÇO", "AZAPA", "CHILENA", "PICADA")
        ),
        CONSERVAS,
    ),
    Familia(
        "45",
        "LINHA 2 CONSERVAS",
        2850,
        tuple(
            f"PALMITO {corte}"
            for corte in ("INTEIRO AÇAÍ", "PICADO AÇAÍ", "RODELA AÇAÍ", "INTEIRO PUPUNHA", "LASANHA PUPUNHA")
        ),
        VIDROS + BALDES + LATAS,
    ),
    Familia(
        "46",
        "LINHA 2 CONSERVAS",
        2240,
        (
            "COGUMELO FATIADO",
            "COGUMELO INTEIRO",
            "CHAMPIGNON FATIADO",
            "CHAMPIGNON INTEIRO",
            "COGUMELO SHIMEJI",
            "COGUMELO MISTO",
        ),
        CONSERVAS,
    ),
    Familia(
        "47",
        "LINHA 2 CONSERVAS",
        1320,
        (
            "PEPINO EM CONSERVA INTEIRO",
            "PEPINO EM CONSERVA FATIADO",
            "PEPINO AGRIDOCE",
            "PEPINO CORNICHON",
            "CEBOLINHA CRISTAL",
            "PICLES MISTO",
        ),
        CONSERVAS,
    ),
    Familia(
        "48",
        "LINHA 2 CONSERVAS",
        3480,
        (
            "ALCAPARRA",
            "ALCAPARRA GRAÚDA",
            "TOMATE SECO",
            "TOMATE SECO EM ÓLEO",
            "PIMENTA BIQUINHO",
            "PIMENTA DEDO DE MOÇA",
        ),
        CONSERVAS,
    ),
    Familia(
        "51",
        "LINHA 3 MOLHOS",
        980,
        tuple(
            f"MOLHO {sabor}"
            for sabor in (
                "DE PIMENTA",
                "SHOYU",
                "INGLÊS",
                "DE ALHO",
                "BARBECUE",
                "TÁRTARO",
                "PARA SALADA ITALIANO",
                "TERIYAKI",
            )
        ),
        BISNAGAS,
    ),
    Familia(
        "52",
        "LINHA 4 BISNAGAS",
        860,
        (
            "KETCHUP TRADICIONAL",
            "KETCHUP PICANTE",
            "KETCHUP DEFUMADO",
            "MOSTARDA AMARELA",
            "MOSTARDA ESCURA",
            "MOSTARDA C/ MEL",
        ),
        BISNAGAS,
    ),
    Familia(
        "53",
        "LINHA 4 BISNAGAS",
        1040,
        ("MAIONESE TRADICIONAL", "MAIONESE TEMPERADA", "MAIONESE DE ALHO", "MAIONESE VERDE"),
        BISNAGAS,
    ),
    Familia(
        "56",
        "LINHA 5 TOMATES",
        740,
        (
            "EXTRATO DE TOMATE",
            "MOLHO DE TOMATE TRADICIONAL",
            "MOLHO DE TOMATE MANJERICÃO",
            "TOMATE PELADO",
            "PASSATA RÚSTICA",
        ),
        POUCHES + LATAS + VIDROS,
    ),
    Familia(
        "61",
        "",
        3950,
        (
            "AZEITE DE OLIVA EXTRAVIRGEM",
            "AZEITE DE OLIVA TIPO ÚNICO",
            "AZEITE DE OLIVA C/ ALHO",
            "AZEITE DE OLIVA ACIDEZ 0,2",
        ),
        GARRAFAS,
    ),
    Familia(
        "62",
        "LINHA 6 ÓLEOS",
        1180,
        ("ÓLEO COMPOSTO SOJA E OLIVA", "ÓLEO DE GIRASSOL", "ÓLEO DE MILHO", "ÓLEO DE CANOLA", "ÓLEO DE ALGODÃO"),
        GARRAFAS,
    ),
    Familia(
        "63",
        "LINHA 6 ÓLEOS",
        540,
        ("VINAGRE DE ÁLCOOL", "VINAGRE DE MAÇÃ", "VINAGRE DE VINHO TINTO", "VINAGRE BALSÂMICO"),
        GARRAFAS,
    ),
)

MARCAS = (
    "SERRA LUMA",
    "VALE DO TIRIM",
    "DONA ILDRA",
    "OLIVAL MORÁ",
    "PORTO ARUÊ",
    "CASA BRENHA",
    "QUINTAL GAÚNA",
    "BOM TRAVO",
)

MARCAS_DE_CLIENTES = tuple(
    f"{nome} {selo}"
    for selo in ("QUALIDADE", "ESCOLHA", "PRÁTICO", "SELEÇÃO")
    for nome in (
        "ARAQUI",
        "TREVILHA",
        "MERCALUZ",
        "PONTALI",
        "BEM PERTIM",
        "VERDANÉ",
        "CESTALI",
        "GIRAMAR",
        "PAMPALÁ",
        "NOVALAR",
    )
)


class ProdutoDemo(NamedTuple):
    cod_produto: str
    nome_produto: str
    linha: str
    cliente: str
    """Whose own brand it is; empty for ours."""
    palletizacao: int
    peso_bruto: int
    """Grams of a case."""
    preco: int
    """Cents of a case."""


def _combinacoes(marcas: tuple[str, ...], primeira: int) -> list[tuple[int, int, int, int, str]]:
    return [
        (f, v, e, primeira + m, marca)
        for f, familia in enumerate(FAMILIAS)
        for v in range(len(familia.variantes))
        for e in range(len(familia.embalagens))
        for m, marca in enumerate(marcas)
    ]


def _produto(rng: Random, f: int, v: int, e: int, m: int, marca: str) -> ProdutoDemo:
    familia, embalagem = FAMILIAS[f], FAMILIAS[f].embalagens[e]
    preco = familia.centavos_por_kg * embalagem.peso_liquido // 1000 + embalagem.centavos
    return ProdutoDemo(
        f"{familia.prefixo}{v + 1}{e + 1}{m:03d}",
        f"{familia.variantes[v]} {embalagem.texto} {marca}",
        familia.linha,
        marca if marca in MARCAS_DE_CLIENTES else "",
        embalagem.palletizacao,
        embalagem.peso_liquido + embalagem.tara,
        preco * rng.randint(92, 112) // 100,
    )


PROPRIAS = _combinacoes(MARCAS, 61)
DE_CLIENTES = _combinacoes(MARCAS_DE_CLIENTES, 101)
CAPACIDADE = len(PROPRIAS) + len(DE_CLIENTES)


def produtos(rng: Random, quantos: int) -> list[ProdutoDemo]:
    """`quantos` (at most CAPACIDADE) different products, most of them of our own brands while these last."""
    proprias = min(len(PROPRIAS), max(quantos * 85 // 100, quantos - len(DE_CLIENTES)))
    escolhidas = rng.sample(PROPRIAS, proprias) + rng.sample(DE_CLIENTES, quantos - proprias)
    return sorted(_produto(rng, *escolhida) for escolhida in escolhidas)
