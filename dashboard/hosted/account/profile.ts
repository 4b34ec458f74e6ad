// Name, username and picture.
import { button } from "../card";
import { el } from "../dom";
import { form } from "../form";
import { t } from "../text";
import { type Place, section } from "./parts";

const PICTURE_BYTES_MAX = 100 * 1024;
const SIDES = [512, 384, 256, 128];

function profileForm({ account, change, redraw }: Place): HTMLElement {
	return form({
		fields: [
			{ name: "name", label: t("name"), value: account.name, autocomplete: "name", isOptional: true },
			{
				name: "username",
				label: t("username"),
				value: account.username ?? "",
				autocomplete: "username",
				isOptional: true,
				maxlength: 32,
			},
		],
		submit: t("save"),
		fieldOf: { username_taken: "username" },
		run: async ({ name, username }) => {
			await change("PATCH", "/account", { name, username: username || null });
			await redraw(t("saved"));
		},
	});
}

/** Small enough for the server: drawn anew at the largest side that fits. */
async function shrink(file: File): Promise<Blob> {
	const picture = await createImageBitmap(file);
	for (const side of SIDES) {
		const scale = Math.min(1, side / Math.max(picture.width, picture.height));
		const canvas = el("canvas");
		canvas.width = Math.max(1, Math.round(picture.width * scale));
		canvas.height = Math.max(1, Math.round(picture.height * scale));
		canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
		const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", 0.85));
		if (blob && blob.size <= PICTURE_BYTES_MAX) {
			return blob;
		}
	}
	throw new Error("the picture doesn't get small enough");
}

function toBase64(blob: Blob): Promise<string> {
	return new Promise((done, fail) => {
		const reader = new FileReader();
		reader.onload = () => done(String(reader.result).split(",")[1]);
		reader.onerror = fail;
		reader.readAsDataURL(blob);
	});
}

function picture({ account, change, redraw }: Place): HTMLElement {
	const problem = el("p", { class: "note bad", role: "alert" });
	const input: HTMLInputElement = el("input", {
		type: "file",
		id: "field-picture",
		accept: "image/png,image/jpeg,image/webp",
		onchange: async () => {
			const file = input.files?.[0];
			if (!file) {
				return;
			}
			try {
				const blob = await shrink(file);
				await change("PUT", "/account/image", { media_type: blob.type, data_base64: await toBase64(blob) });
				await redraw(t("saved"));
			} catch {
				problem.textContent = t("picture_problem");
			}
		},
	});
	return el(
		"div",
		{ class: "field" },
		el("label", { for: input.id }, t("picture")),
		input,
		problem,
		account.image_url &&
			button(
				t("picture_remove"),
				async () => {
					await change("DELETE", "/account/image");
					await redraw(t("saved"));
				},
				"link",
			),
	);
}

export function profile(place: Place): HTMLElement {
	return section(t("profile"), place.account.name || place.account.username, picture(place), profileForm(place));
}
