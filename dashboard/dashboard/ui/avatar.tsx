// A picture, or initials where there is none that may be shown.

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

/** The content security policy lets no other host's pictures in: they would tell that host who looks at the page. */
function isOwn(url: string | null | undefined): url is string {
	return url?.startsWith(`${location.origin}/`) ?? false;
}

export function Avatar({ name, imageUrl, isSmall, isRound }: AvatarProps) {
	const classes = ["gh-avatar", isSmall ? "gh-avatar-small" : "", isRound ? "gh-avatar-round" : ""];
	return (
		<span className={classes.filter(Boolean).join(" ")} aria-hidden>
			{isOwn(imageUrl) ? <img src={imageUrl} alt="" /> : initials(name)}
		</span>
	);
}
