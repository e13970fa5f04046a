-- Tells how many people of one shard are due, and the alarm of the longest
-- overdue. It changes nothing.
--
-- KEYS  1 the alarms of a shard
-- ARGV  1 µs that the caller's clock is ahead
-- Returns 0, or the number and the alarm in ms.

local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not first[1] then
	return 0
end
local t = redis.call('TIME')
local now = math.floor(t[1] * 1000 + (t[2] + ARGV[1]) / 1000)
if tonumber(first[2]) > now then
	return 0
end
return {redis.call('ZCOUNT', KEYS[1], '-inf', now), first[2]}
