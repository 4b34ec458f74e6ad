// What a form began with: what is read anew replaces it only while the person has changed nothing.
import { useForm } from "@mantine/form";
import { useState } from "react";
import type { Tagged } from "../api/client";

interface DraftOptions<T> {
	/** The newest that was read. */
	found: Tagged<T>;
	isChanged: (base: T) => boolean;
	/** Fills the form. */
	startFrom: (value: T) => void;
}

/**
 * What was typed stays when somebody else's change arrives; saving it is then refused by the ETag it began with. `start` is for what
 * the server answers to saving, which may come before or after the page has read it again.
 */
export function useDraft<T>({ found, isChanged, startFrom }: DraftOptions<T>) {
	const [base, setBase] = useState(found);
	// What had been read when the form last began: it says nothing new, even while it's still shown.
	const [known, setKnown] = useState(found.etag);
	const start = (tagged: Tagged<T>) => {
		setBase(tagged);
		setKnown(found.etag);
		startFrom(tagged.value);
	};
	const isOld = found.etag !== known && found.etag !== base.etag;
	if (isOld && !isChanged(base.value)) {
		start(found);
	}
	return { base, start, isOld };
}

interface FormDraftOptions<T, Values> {
	found: Tagged<T>;
	valuesOf: (value: T) => Values;
	/** Only what differs: what is sent. */
	patchOf: (before: T, now: Values) => object;
}

/** The same with a form of Mantine's, whose first values are what was read. */
export function useFormDraft<T, Values extends object>({ found, valuesOf, patchOf }: FormDraftOptions<T, Values>) {
	const form = useForm<Values>({ initialValues: valuesOf(found.value) });
	const { base, start } = useDraft({
		found,
		isChanged: (before) => Object.keys(patchOf(before, form.values)).length > 0,
		startFrom: (value) => form.setValues(valuesOf(value)),
	});
	return { form, base, start };
}
