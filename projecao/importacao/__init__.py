"""The files that planners bring (SPEC.md section 8).

leitura     a file → its header and raw cells, whatever its encoding, delimiter or format
planilha    what a kind of file holds: columns, headers, key. One subclass per TIPO, in the app of its model
linhas      raw cells → values, or every reason why not
comparacao  values against the database → a plan: what is new, what differs, what is gone
carga       `importar`, the one entry: the plan, stored in one transaction
"""
