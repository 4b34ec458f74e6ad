// A picture, or initials where there is none or it can't be loaded.
import { useState } from "react";

interface AvatarProps {
	name: string;
	imageUrl?: string | null;
	isSmall?: boolean;
	isRound?: boolean;
}

export function initials(name: string): string {
	const words = name
		.trim()
		.split(/[\s@._-]+/u)
		.filter(Boolean);
	return words
		.slice(0, 2)
		.map((word) => [...word][0]?.toUpperCase() ?? "")
		.join("");
}

export function Avatar({ name, imageUrl, isSmall, isRound }: AvatarProps) {
	const [failed, setFailed] = useState<string | null>(null);
	const classes = ["gh-avatar", isSmall ? "gh-avatar-small" : "", isRound ? "gh-avatar-round" : ""];
	return (
		<span className={classes.filter(Boolean).join(" ")} aria-hidden>
			{imageUrl && imageUrl !== failed ? (
				<img src={imageUrl} alt="" referrerPolicy="no-referrer" onError={() => setFailed(imageUrl)} />
			) : (
				initials(name)
			)}
		</span>
	);
}
