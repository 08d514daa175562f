-- What is kept, most recently used first. Changes nothing, and counts as nobody's use.
-- KEYS: order of use, prefix of the entries    ARGV: generation, oldest use (ms), how many at most
-- Returns {code, last use (ms), rest of its life (ms; negative if it is over), bytes} of each.
local prefixo = KEYS[2] .. ARGV[1] .. ':'
local usados = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local lidos = {}
for i = 1, #usados, 2 do
  local chave, bytes = prefixo .. usados[i], 0
  for _, campo in ipairs(redis.call('HKEYS', chave)) do bytes = bytes + redis.call('HSTRLEN', chave, campo) end
  lidos[#lidos + 1] = {usados[i], usados[i + 1], redis.call('PTTL', chave), bytes}
end
return lidos
