-- Replaces a person's blob by another that means the same, if the record still
-- carries the tag that stands in the new value. Its alarm stays as it is.
--
-- KEYS  1 the record
-- ARGV  1 the new value
-- Returns 1 if the value is stored, 0 if the record has another tag, is erased
-- or is not there, -1 if it can not be read.

local head = redis.pcall('GETRANGE', KEYS[1], 0, 17)
if type(head) ~= 'string' then
	return -1 -- not even a string
end
if string.sub(head, 1, 17) == string.sub(ARGV[1], 1, 17) and #head == 18 then
	redis.call('SET', KEYS[1], ARGV[1])
	return 1
end
local kind = string.byte(head)
if head == '' and redis.call('EXISTS', KEYS[1]) == 0 then
	return 0
end
if #head < 18 or (kind ~= 1 and kind ~= 2) then
	return -1
end
return 0
