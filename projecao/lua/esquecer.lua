-- Drop the entries of these codes, and refuse to keep what readers are computing of them right now.
-- KEYS: generation, sequence, prefix of the entries, order of use, prefix of what was forgotten
-- ARGV: life of the refusal (ms), codes...
local geracao = redis.call('GET', KEYS[1])

local function esquecer(cod)
  -- Deleting comes first: under memory pressure Redis still deletes when it refuses to write.
  if geracao then
    redis.call('DEL', KEYS[3] .. geracao .. ':' .. cod)
    redis.call('ZREM', KEYS[4], cod)
  end
  if redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('SET', KEYS[5] .. cod, redis.call('INCR', KEYS[2]), 'PX', ARGV[1])
  end
end

for i = 2, #ARGV do
  local destino = geracao and redis.call('HGET', KEYS[3] .. geracao .. ':' .. ARGV[i], 'para')
  if destino then esquecer(destino) end
  esquecer(ARGV[i])
end
