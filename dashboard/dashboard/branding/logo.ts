// Makes any picture that the browser can read a small PNG, as the API takes it.
import type { Logo } from "./draft";

const SIDE = 512;

export async function readLogo(file: File): Promise<Logo> {
	const picture = await createImageBitmap(file);
	const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.max(1, Math.round(picture.width * scale));
	canvas.height = Math.max(1, Math.round(picture.height * scale));
	canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
	const [, data_base64] = canvas.toDataURL("image/png").split(",");
	return { media_type: "image/png", data_base64 };
}
