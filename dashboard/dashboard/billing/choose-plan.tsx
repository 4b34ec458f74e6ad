// The dialog in which an organization chooses another plan, and goes on to pay for it.
import { Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Reply } from "../api/types";
import { priceOf } from "../plans/plan-queries";
import { Dialog } from "../ui/dialog";
import { FormFoot } from "../ui/form-foot";
import { money } from "../ui/money";
import { CHECKOUT, useCheckout } from "./checkout";

type Plan = Reply<"/api/v1/billing", "get", 200>["plans"][number];

interface ChooseProps {
	plans: Plan[];
	/** plan_key of the one that counts now. */
	current: string | null;
	onClose: () => void;
}

export default function ChoosePlan({ plans, current, onClose }: ChooseProps) {
	const [key, setKey] = useState<string | null>(null);
	const checkout = useCheckout({ hasOwnProblem: true });
	const chosen = plans.find(({ plan_key }) => plan_key === key);
	return (
		<Dialog title="Choose a plan" onClose={onClose}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					if (chosen) {
						checkout.mutate({ plan_key: chosen.plan_key });
					}
				}}
			>
				<Stack gap="md">
					<Radio.Group label="Plan" value={key} onChange={setKey}>
						<Stack gap="sm" mt="xs">
							{plans.map((plan) => (
								<Radio
									key={plan.id}
									value={plan.plan_key}
									label={`${plan.display_name}${plan.plan_key === current ? " (current)" : ""}: ${priceOf(plan)}`}
									description={plan.description ?? undefined}
								/>
							))}
						</Stack>
					</Radio.Group>
					<Text c="dimmed" size="sm">
						It begins when it is paid, in place of the present one. Of the plan that you are on, what you pay is added to what is paid already.
					</Text>
					<FormFoot
						submit={chosen ? `Pay ${money(chosen.price, chosen.currency)}` : "Pay"}
						error={checkout.error}
						isRunning={checkout.isPending || checkout.isSuccess}
						isDisabled={!chosen}
						onCancel={onClose}
						calls={[{ method: "POST", path: CHECKOUT, body: { plan_key: key ?? "team" }, isSessionOnly: true }]}
					/>
				</Stack>
			</form>
		</Dialog>
	);
}
