// The person's own menu: account, light or dark, sign out.
import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconLogout, IconMoon, IconSun, IconUser, IconUsersPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { api, send } from "../api/client";
import { useSession } from "../api/queries";
import { useAction } from "../ui/action";
import { Avatar } from "../ui/avatar";

export function AccountMenu() {
	const navigate = useNavigate();
	const { data: session } = useSession();
	const { setColorScheme } = useMantineColorScheme();
	const scheme = useComputedColorScheme("light");
	const signOut = useAction({
		run: () => send(api.DELETE("/api/v1/session")),
		onDone: () => location.assign("/sign-in"),
	});
	const name = session?.user.name || session?.user.email || "";
	return (
		<Menu position="bottom-end" width={250}>
			<Menu.Target>
				<ActionIcon variant="transparent" size={36} radius="xl">
					<span className="gh-hidden">Account of {name}</span>
					<Avatar name={name} isRound />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label style={{ overflowWrap: "anywhere" }}>{session?.user.email}</Menu.Label>
				<Menu.Item leftSection={<IconUser size={15} />} onClick={() => navigate({ to: "/account" })}>
					Your account
				</Menu.Item>
				<Menu.Item leftSection={<IconUsersPlus size={15} />} onClick={() => navigate({ to: "/join" })}>
					Join an organization
				</Menu.Item>
				<Menu.Item
					leftSection={scheme === "dark" ? <IconSun size={15} /> : <IconMoon size={15} />}
					onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
				>
					{scheme === "dark" ? "Light colours" : "Dark colours"}
				</Menu.Item>
				<Menu.Divider />
				<Menu.Item leftSection={<IconLogout size={15} />} onClick={() => signOut.mutate(undefined)}>
					Sign out
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
