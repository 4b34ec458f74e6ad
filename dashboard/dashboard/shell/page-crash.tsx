// Shown instead of a page whose script failed, for example after an update of the server.
import { Problem } from "../ui/resource";

export function PageCrash({ error }: { error: unknown }) {
	return <Problem level={1} error={error} onRetry={() => location.reload()} />;
}
