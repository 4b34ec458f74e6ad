// Chooses light or dark before the first paint, so that the page doesn't flash.
(function () {
	var chosen = null;
	try {
		chosen = localStorage.getItem("gatehouse-color-scheme");
	} catch {
		/* Storage may be off: then the system decides. */
	}
	if (chosen !== "light" && chosen !== "dark") {
		chosen = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
	}
	document.documentElement.setAttribute("data-mantine-color-scheme", chosen);
})();
