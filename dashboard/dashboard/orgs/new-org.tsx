// The page that makes another organization.
import { Page, Section } from "../ui/page";
import { NewOrgForm } from "./new-org-form";

export function NewOrg() {
	return (
		<Page title="New organization" lead="An organization owns projects, members and keys. You become its owner.">
			<Section title="About it">
				<NewOrgForm />
			</Section>
		</Page>
	);
}
