// Builds elements; text only ever becomes text nodes.

type Child = Node | string | null | false | undefined;
type Attributes = Record<string, string | boolean | null | undefined | ((event: Event) => void)>;

export function el<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	attributes: Attributes = {},
	...children: Child[]
): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	const { class: classes } = attributes;
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") {
			element.addEventListener(name.slice(2), value);
		} else if (value !== false && value !== null && value !== undefined) {
			element.setAttribute(name, value === true ? "" : value);
		}
	}
	if (typeof classes === "string") {
		// The names that a project's own style sheet may use.
		element.classList.add(...classes.split(" ").map((name) => `gh-${name}`));
	}
	element.append(
		...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
	);
	return element;
}
