-- Renew the lease under the generation that the database holds. Never goes back to an older generation.
-- KEYS: lease, generation    ARGV: generation, end of the lease (ms since the epoch)
local atual = tonumber(redis.call('GET', KEYS[2]) or '-1')
if tonumber(ARGV[1]) >= atual then
  redis.call('SET', KEYS[2], ARGV[1])
  redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[2])
end
