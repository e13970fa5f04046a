-- Hands out the people of one shard who are due, the longest overdue first, and
-- moves their alarms to the end of the lease. There is no second list: who does
-- not commit comes due again.
--
-- KEYS  1 the alarms of a shard
-- ARGV  1 µs that the caller's clock is ahead, 2 the lease in ms, 3 how many
-- Returns member, alarm, member, alarm, …

local t = redis.call('TIME')
local now = math.floor(t[1] * 1000 + (t[2] + ARGV[1]) / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local moved = {}
for i = 1, #due, 2 do
	moved[i] = now + ARGV[2]
	moved[i + 1] = due[i]
end
if #moved > 0 then
	redis.call('ZADD', KEYS[1], 'XX', unpack(moved))
end
return due
