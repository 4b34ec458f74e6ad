-- wrk sends one body over and over: wrk -s post.lua … -- CONTENT-TYPE BODY
function init(args)
	wrk.method = "POST"
	wrk.headers["Content-Type"] = args[1]
	wrk.body = args[2]
end
