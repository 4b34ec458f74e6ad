// The dialog that sets an authenticator app up: scan, type the first code, keep the backup codes.
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { api, send } from "../api/client";
import type { NewTotp } from "../api/types";
import { useAction } from "../ui/action";
import { CopyBlock } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";
import { BackupCodes } from "./backup-codes";
import { FACTORS } from "./factors";

/** The server's picture as elements of this page: nothing of it can run. */
function QrCode({ svg }: { svg: string }) {
	const place = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
		place.current?.replaceChildren(document.importNode(drawn, true));
	}, [svg]);
	return <div ref={place} className="gh-qr" role="img" aria-label="QR code for your authenticator app" />;
}

function FirstCode({ begun, onCodes }: { begun: NewTotp; onCodes: (codes: string[]) => void }) {
	const [code, setCode] = useState("");
	const verify = useAction({
		run: () => send(api.POST("/api/v1/account/totp/verify", { body: { code } })),
		refresh: [FACTORS],
		done: "Authenticator app added",
		onDone: ({ backup_codes }) => onCodes(backup_codes),
		hasOwnProblem: true,
	});
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				verify.mutate(undefined);
			}}
		>
			<Stack gap="md">
				<Text>Scan this with your authenticator app, then type the code that it shows.</Text>
				<QrCode svg={begun.qr_svg ?? ""} />
				<CopyBlock text={begun.secret ?? ""} label="Key to type instead" />
				<TextInput
					label="Code"
					inputMode="numeric"
					autoComplete="one-time-code"
					maxLength={12}
					value={code}
					onChange={(event) => setCode(event.currentTarget.value)}
					required
					data-autofocus
				/>
				<FormProblem error={verify.error} />
				<Group justify="flex-end">
					<Button type="submit" loading={verify.isPending} disabled={code === ""}>
						Finish
					</Button>
				</Group>
			</Stack>
		</form>
	);
}

export default function SetUpTotp({ onClose }: { onClose: () => void }) {
	const [codes, setCodes] = useState<string[]>();
	const begin = useAction({
		run: () => send(api.POST("/api/v1/account/totp")),
		refresh: [FACTORS],
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="Set up an authenticator app" showsSecret={codes !== undefined}>
			{codes ? (
				<BackupCodes codes={codes} onDone={onClose} />
			) : begin.data ? (
				<FirstCode begun={begin.data} onCodes={setCodes} />
			) : (
				<Stack gap="md">
					<Text>An app on your phone shows a new code every half minute. It takes the place of an app from before.</Text>
					<FormProblem error={begin.error} />
					<Group justify="flex-end">
						<Button loading={begin.isPending} onClick={() => begin.mutate(undefined)} data-autofocus>
							Begin
						</Button>
					</Group>
				</Stack>
			)}
		</Dialog>
	);
}
