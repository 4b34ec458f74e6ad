-- wrk refreshes tokens, each successor in its turn: wrk -s refresh.lua … -- TOKEN…
-- Every thread has tokens of its own, so more of them are wanted than there are connections.
local threads = 0

function setup(thread)
	thread:set("number", threads)
	threads = threads + 1
end

function init(args)
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
	tokens, first, last = {}, 1, 0
	for i, token in ipairs(args) do
		if i % 2 == number % 2 then
			last = last + 1
			tokens[last] = token
		end
	end
end

function request()
	local token = tokens[first]
	tokens[first] = nil
	first = first + 1
	return wrk.format(nil, nil, nil, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, headers, body)
	last = last + 1
	tokens[last] = string.match(body, '"refresh_token":"([^"]+)"')
end
