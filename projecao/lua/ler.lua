-- Read one rendered body and count the hit or miss. One round trip.
-- KEYS: lease, sequence, counters, prefix of the entries, order of use
-- ARGV: code, form, day (ISO), now (ms)
-- Returns {generation or nil, body or nil, ticket or nil}; no generation: the lease has run out.
local geracao = redis.call('GET', KEYS[1])
if not geracao then return {false, false, false} end

local prefixo = KEYS[4] .. geracao .. ':'
local cod = ARGV[1]
local destino = redis.call('HGET', prefixo .. cod, 'para')
if destino then cod = destino end

local lido = redis.call('HMGET', prefixo .. cod, 'dia', ARGV[2])
if lido[1] == ARGV[3] and lido[2] then
  redis.call('ZADD', KEYS[5], ARGV[4], cod)
  redis.call('HINCRBY', KEYS[3], 'acertos', 1)
  return {geracao, lido[2], false}
end

redis.call('HINCRBY', KEYS[3], 'faltas', 1)
local vez = redis.call('GET', KEYS[2])
if not vez then
  -- Starts at the clock, so that it never runs backwards over a flush or a restart.
  local agora = redis.call('TIME')
  vez = string.format('%d%06d', agora[1], agora[2])
  redis.call('SET', KEYS[2], vez)
end
return {geracao, false, vez}
