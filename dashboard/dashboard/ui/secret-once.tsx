// A secret at the one moment it is readable: copy it, or take the whole .env block.
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { CopyBlock } from "./copy";

interface SecretOnceProps {
	label: string;
	secret: string;
	/** Lines for a program's environment, the secret among them. */
	env?: [name: string, value: string][];
	note?: string;
	onDone: () => void;
}

export function SecretOnce({ label, secret, env, note, onDone }: SecretOnceProps) {
	return (
		<Stack gap="md">
			<div className="gh-banner gh-banner-accent">
				<IconShieldLock size={20} aria-hidden />
				<p>
					<strong>Copy it now.</strong> It's shown this once; only a fingerprint of it is stored.
				</p>
			</div>
			<div>
				<Text fw={500} size="sm" mb={6}>
					{label}
				</Text>
				<CopyBlock text={secret} label={label} />
			</div>
			{env ? (
				<div>
					<Text fw={500} size="sm" mb={6}>
						For your <code>.env</code> file
					</Text>
					<CopyBlock text={env.map(([name, value]) => `${name}=${value}`).join("\n")} label=".env lines" />
				</div>
			) : null}
			{note ? (
				<div className="gh-banner gh-banner-test" role="status">
					<p>{note}</p>
				</div>
			) : null}
			<Group justify="flex-end">
				<Button onClick={onDone}>I have stored it</Button>
			</Group>
		</Stack>
	);
}
