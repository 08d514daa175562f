-- Keep a rendered body, unless one of its codes was forgotten since the reader took its ticket:
-- what the reader saw may then be older than the change that made us forget.
-- KEYS: generation, sequence, counters, prefix of the entries, order of use, prefix of what was forgotten,
--       start of the sequence
-- ARGV: generation of the reader, ticket, form, body, day (ISO), now (ms), life (ms), capacity, code, other codes...
-- Returns 1 if kept.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local bilhete = tonumber(ARGV[2])
if tonumber(redis.call('GET', KEYS[2]) or '0') < bilhete then return 0 end
if tonumber(redis.call('GET', KEYS[7]) or 'inf') > bilhete then return 0 end
for i = 9, #ARGV do
  if tonumber(redis.call('GET', KEYS[6] .. ARGV[i]) or '0') > bilhete then return 0 end
end

local prefixo = KEYS[4] .. ARGV[1] .. ':'
local agora, vida, cod = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[9]
local chave = prefixo .. cod
if redis.call('HGET', chave, 'dia') ~= ARGV[5] then redis.call('DEL', chave) end
redis.call('HSET', chave, 'dia', ARGV[5], ARGV[3], ARGV[4])
if redis.call('PTTL', chave) < 0 then redis.call('PEXPIRE', chave, vida) end
for i = 10, #ARGV do
  redis.call('DEL', prefixo .. ARGV[i])
  redis.call('HSET', prefixo .. ARGV[i], 'para', cod)
  redis.call('PEXPIRE', prefixo .. ARGV[i], vida)
end

redis.call('ZADD', KEYS[5], agora, cod)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', agora - vida)
local sobra = redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[8])
if sobra > 0 then
  local saem = redis.call('ZPOPMIN', KEYS[5], sobra)
  for i = 1, #saem, 2 do redis.call('DEL', prefixo .. saem[i]) end
  redis.call('HINCRBY', KEYS[3], 'despejos', sobra)
end
return 1
