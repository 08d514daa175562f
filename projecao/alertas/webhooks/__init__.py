"""Telling other systems: what (`mensagem`), over which road (`rede`), to whom and when again (`entregas`)."""
