// Backup codes at the one moment they are readable.
import { SecretOnce } from "../ui/secret-once";

export function BackupCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
	return (
		<SecretOnce
			label="Backup codes"
			secret={codes.join("\n")}
			note="Each code stands in for your second factor once. Codes from before don't work any more."
			onDone={onDone}
		/>
	);
}
