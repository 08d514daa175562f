-- Read one rendered body and count the hit or miss. One round trip.
-- KEYS: lease, sequence, counters, prefix of the entries, order of use, start of the sequence
-- ARGV: code, form, day (ISO), now (ms)
-- Returns {generation, body or nil, ticket or nil}; or {nil, nil, Redis' clock in ms} if the lease has run out.
local relogio = redis.call('TIME')
local geracao = redis.call('GET', KEYS[1])
if not geracao then return {false, false, relogio[1] * 1000 + math.floor(relogio[2] / 1000)} end

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
  -- Starts at the clock, so that it never runs backwards over a flush or a restart; and remembers where it
  -- started, since tickets from before know nothing of what was forgotten then.
  vez = string.format('%d%06d', relogio[1], relogio[2])
  redis.call('SET', KEYS[2], vez)
  redis.call('SET', KEYS[6], vez)
end
return {geracao, false, vez}
