// The dialog that makes new backup codes.
import { Button, Group, Stack, Text } from "@mantine/core";
import { api, send } from "../api/client";
import { useAction } from "../ui/action";
import { Dialog } from "../ui/dialog";
import { FormProblem } from "../ui/resource";
import { ViewAsApi } from "../ui/view-as-api";
import { BackupCodes } from "./backup-codes";

export default function NewBackupCodes({ onClose }: { onClose: () => void }) {
	const make = useAction({
		run: () => send(api.POST("/api/v1/account/backup_codes")),
		refresh: [],
		hasOwnProblem: true,
	});
	return (
		<Dialog onClose={onClose} title="New backup codes" showsSecret={make.data !== undefined}>
			{make.data ? (
				<BackupCodes codes={make.data.backup_codes} onDone={onClose} />
			) : (
				<Stack gap="md">
					<Text>Ten codes for the day your phone is lost. The ones you have now stop working.</Text>
					<FormProblem error={make.error} />
					<Group justify="space-between">
						<ViewAsApi
							calls={[{ method: "POST", path: "/api/v1/account/backup_codes", isSessionOnly: true, isPersonal: true }]}
						/>
						<Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
							Make ten codes
						</Button>
					</Group>
				</Stack>
			)}
		</Dialog>
	);
}
