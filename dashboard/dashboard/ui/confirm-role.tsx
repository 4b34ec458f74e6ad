// The dialog before somebody gets another role: a select changes by one key or turn of the wheel.
import { useSession } from "../api/queries";
import { Confirm } from "./confirm";
import type { ApiCall } from "./view-as-api";

interface ConfirmRoleProps {
	person: { user_id: string; name?: string | null; email?: string | null };
	/** Where it counts: the organization's name, or the project's. */
	place: string;
	from: string;
	to: string;
	calls: ApiCall[];
	isRunning: boolean;
	error: unknown;
	onConfirm: () => void;
	onClose: () => void;
}

export default function ConfirmRole({ person, place, from, to, ...dialog }: ConfirmRoleProps) {
	const { data: session } = useSession();
	const isOwn = person.user_id === session?.user.id;
	return (
		<Confirm
			title={isOwn ? "Change your own role?" : "Change the role?"}
			button="Change the role"
			{...dialog}
		>
			In <strong>{place}</strong>, {isOwn ? "you are" : <>{person.name || person.email} is</>} <strong>{to}</strong> instead
			of {from} from the next request on.
			{isOwn ? " Rights that you give up here only somebody else can give back." : ""}
		</Confirm>
	);
}
