-- Replaces a person's record and alarm together, if the record still carries
-- the tag that the caller had loaded.
--
-- KEYS  1 the record, 2 the alarms of its shard
-- ARGV  1 the old tag ("" for none), 2 the new value; a tombstone without its
--       time gets the server's,
--       3 the alarm in ms ("" for none), 4 the member in the alarms,
--       5 µs that the caller's clock is ahead
-- Returns 1 if the value is stored, 0 if the record has another tag, -1 if the
-- record can not be read. See value.go for what a value looks like.
--
-- Redis hashes each byte that a script is given: a blob costs its length here.
-- It prints each number that a script gives to a command, so offsets are strings.

local life = 48 * 60 * 60 * 1000 -- dialog.TombstoneLife, ms

local function now()
	local t = redis.call('TIME')
	return math.floor(t[1] * 1000 + (t[2] + ARGV[5]) / 1000)
end

local head = redis.pcall('GETRANGE', KEYS[1], '0', '17')
if type(head) ~= 'string' then
	return -1 -- not even a string
end
local kind, tag = string.byte(head), string.sub(head, 2, 17)
if head == '' then
	if redis.call('EXISTS', KEYS[1]) == 1 then
		return -1
	end
elseif #head < 18 or tag == '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' then
	return -1
elseif kind == 2 then
	local erased = tonumber(redis.call('GETRANGE', KEYS[1], '17', '-1'))
	if not erased then
		return -1
	end
	if erased + life <= now() then
		tag = '' -- it has served its time
	end
elseif kind ~= 1 then
	return -1
end

local value = ARGV[2]
if tag == string.sub(value, 2, 17) then
	-- An earlier try of this same commit had landed. WAIT vouches only for what
	-- this connection has written, so write something that changes nothing.
	redis.call('SETRANGE', KEYS[1], 0, head)
	return 1
end
if tag ~= ARGV[1] then
	return 0
end

-- The alarm first: if that fails, nothing has happened.
if ARGV[3] == '' then
	redis.call('ZREM', KEYS[2], ARGV[4])
else
	redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
end
if string.byte(value) == 1 then
	redis.call('SET', KEYS[1], value)
	return 1
end
if #value == 17 then
	value = value .. string.format('%.0f', now())
end
redis.call('SET', KEYS[1], value, 'PX', life)
return 1
