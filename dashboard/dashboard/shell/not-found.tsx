// An address that leads nowhere.
import { Button } from "@mantine/core";
import { IconMap2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Empty } from "../ui/resource";

export function NotFound() {
	return (
		<Empty
			level={1}
			title="Nothing lives at this address"
			icon={<IconMap2 size={26} stroke={1.5} />}
			action={
				<Button component={Link} to="/" variant="default">
					Go to your projects
				</Button>
			}
		>
			The page may have moved, or belong to an organization that you aren't a member of.
		</Empty>
	);
}
