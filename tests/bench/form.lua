-- wrk sends one form over and over: wrk -s form.lua … -- FORM
function init(args)
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
	wrk.body = args[1]
end
