/** Lets the browser save what was fetched: a link to the API could carry no headers. */
export function saveFile(file: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

export function saveJson(data: unknown, name: string): void {
	saveFile(new Blob([JSON.stringify(data, null, "\t")], { type: "application/json" }), name);
}
