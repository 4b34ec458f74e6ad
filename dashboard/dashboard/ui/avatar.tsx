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

/**
 * The content security policy lets no other host's pictures in: they would tell that host who looks at the page. Those that
 * Gatehouse keeps it serves here too, whatever host their address names.
 */
function ownAddress(url: string | null | undefined): string | null {
	if (!url || !URL.canParse(url)) {
		return null;
	}
	const { origin, pathname } = new URL(url);
	return origin === location.origin || pathname.startsWith("/api/v1/public/assets/") ? pathname : null;
}

export function Avatar({ name, imageUrl, isSmall, isRound }: AvatarProps) {
	const classes = ["gh-avatar", isSmall ? "gh-avatar-small" : "", isRound ? "gh-avatar-round" : ""];
	const address = ownAddress(imageUrl);
	return (
		<span className={classes.filter(Boolean).join(" ")} aria-hidden>
			{address ? <img src={address} alt="" /> : initials(name)}
		</span>
	);
}
