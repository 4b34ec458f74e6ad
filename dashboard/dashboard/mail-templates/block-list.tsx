// A list of blocks that grows, shrinks and is put in order, by pointer and by keyboard.
import { ActionIcon, Button, Group, Menu, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { type Block, KIND_NAMES, KINDS, type Kind, MEMBERS, type Member, moved, newBlock } from "./blocks";

interface BlockListProps {
	/** What a screen reader calls it. */
	label: string;
	blocks: Block[];
	/** Where the server's errors about these blocks are: "blocks", "blocks.2.columns.0". */
	place: string;
	problems: Record<string, string>;
	isDisabled: boolean;
	isInColumn?: boolean;
	onChange: (blocks: Block[]) => void;
}

/** Brings the focus back to a block that has moved or come, or to the list when one has gone. */
function useFocusAfter(blocks: Block[]) {
	const list = useRef<HTMLDivElement>(null);
	const wanted = useRef<{ key: string | null; part: string } | null>(null);
	useEffect(() => {
		const { current } = wanted;
		wanted.current = null;
		if (!current || !list.current) {
			return;
		}
		const block = current.key === null ? list.current : list.current.querySelector(`:scope > ul > [data-block="${current.key}"]`);
		const part = block?.querySelector<HTMLElement>(current.part);
		(part ?? list.current.querySelector<HTMLElement>(":scope > .gh-add button"))?.focus();
	}, [blocks]);
	return {
		list,
		focusAfter: (key: string | null, part: string) => {
			wanted.current = { key, part };
		},
	};
}

const FIRST_FIELD = "textarea, input, select, button";

export function BlockList({ label, blocks, place, problems, isDisabled, isInColumn, onChange }: BlockListProps) {
	const { list, focusAfter } = useFocusAfter(blocks);
	const move = (from: number, to: number, part: string) => {
		if (to >= 0 && to < blocks.length) {
			focusAfter(blocks[from].key, part);
			onChange(moved(blocks, from, to));
		}
	};
	const remove = (index: number) => {
		focusAfter((blocks[index + 1] ?? blocks[index - 1])?.key ?? null, "[data-remove]");
		onChange(blocks.toSpliced(index, 1));
	};
	const add = (kind: Kind) => {
		const block = newBlock(kind);
		focusAfter(block.key, FIRST_FIELD);
		onChange([...blocks, block]);
	};
	return (
		<div ref={list} className="gh-blocks" role="group" aria-label={label}>
			<ul>
				{blocks.map((block, index) => (
					<BlockItem
						key={block.key}
						block={block}
						name={`${KIND_NAMES[block.type]} ${index + 1}`}
						place={`${place}.${index}`}
						problems={problems}
						isDisabled={isDisabled}
						isFirst={index === 0}
						isLast={index === blocks.length - 1}
						onChange={(changed) => onChange(blocks.with(index, changed))}
						onMove={(step, part) => move(index, index + step, part)}
						onRemove={() => remove(index)}
					/>
				))}
			</ul>
			{isDisabled ? null : (
				<div className="gh-add">
					<Menu position="bottom-start">
						<Menu.Target>
							<Button variant="default" size="xs" leftSection={<IconPlus size={14} />} aria-label={`Add a block to ${label}`}>
								Add a block
							</Button>
						</Menu.Target>
						<Menu.Dropdown>
							{KINDS.filter((kind) => !isInColumn || kind !== "columns").map((kind) => (
								<Menu.Item key={kind} onClick={() => add(kind)}>
									{KIND_NAMES[kind]}
								</Menu.Item>
							))}
						</Menu.Dropdown>
					</Menu>
				</div>
			)}
		</div>
	);
}

interface BlockItemProps {
	block: Block;
	name: string;
	place: string;
	problems: Record<string, string>;
	isDisabled: boolean;
	isFirst: boolean;
	isLast: boolean;
	onChange: (block: Block) => void;
	/** part: selector of what has the focus, within the block. */
	onMove: (step: -1 | 1, part: string) => void;
	onRemove: () => void;
}

function BlockItem(props: BlockItemProps) {
	const { block, name, place, problems, isDisabled, isFirst, isLast, onChange, onMove, onRemove } = props;
	/** Alt with an arrow moves the block that the cursor is in. */
	const keyDown = (event: KeyboardEvent) => {
		const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
		if (!event.altKey || step === 0 || isDisabled) {
			return;
		}
		event.preventDefault();
		event.stopPropagation();
		const field = (event.target as HTMLElement).dataset.member;
		onMove(step, field ? `[data-member="${field}"]` : FIRST_FIELD);
	};
	return (
		<li data-block={block.key} className="gh-mail-block" onKeyDown={keyDown}>
			<div className="gh-block-head">
				<span>{name}</span>
				{isDisabled ? null : (
					<Group gap={2}>
						<ActionIcon variant="subtle" color="gray" data-up disabled={isFirst} aria-label={`Move ${name} up`} onClick={() => onMove(-1, "[data-up]:not(:disabled), [data-down]")}>
							<IconArrowUp size={16} />
						</ActionIcon>
						<ActionIcon variant="subtle" color="gray" data-down disabled={isLast} aria-label={`Move ${name} down`} onClick={() => onMove(1, "[data-down]:not(:disabled), [data-up]")}>
							<IconArrowDown size={16} />
						</ActionIcon>
						<ActionIcon variant="subtle" color="gray" data-remove aria-label={`Remove ${name}`} onClick={onRemove}>
							<IconTrash size={16} />
						</ActionIcon>
					</Group>
				)}
			</div>
			{problems[`${place}.type`] ? <p className="gh-block-problem">{problems[`${place}.type`]}</p> : null}
			{MEMBERS[block.type].map((member) => (
				<MemberField
					key={member.name}
					member={member}
					label={`${name}: ${member.label}`}
					value={block.members[member.name] ?? ""}
					error={problems[`${place}.${member.name}`]}
					isDisabled={isDisabled}
					onChange={(value) => onChange({ ...block, members: { ...block.members, [member.name]: value } })}
				/>
			))}
			{block.type === "columns" ? <Columns {...props} /> : null}
		</li>
	);
}

const COLUMNS_MAX = 3;

function Columns({ block, name, place, problems, isDisabled, onChange }: BlockItemProps) {
	const { columns } = block;
	const change = (next: Block[][]) => onChange({ ...block, columns: next });
	return (
		<>
			{columns.map((column, index) => (
				<fieldset key={`${block.key} ${index}`} className="gh-column">
					<legend>Column {index + 1}</legend>
					<BlockList
						label={`column ${index + 1} of ${name}`}
						blocks={column}
						place={`${place}.columns.${index}`}
						problems={problems}
						isDisabled={isDisabled}
						isInColumn
						onChange={(blocks) => change(columns.with(index, blocks))}
					/>
				</fieldset>
			))}
			{isDisabled ? null : (
				<Group gap="xs">
					<Button variant="subtle" size="compact-xs" disabled={columns.length >= COLUMNS_MAX} onClick={() => change([...columns, []])}>
						Add a column
					</Button>
					<Button variant="subtle" color="gray" size="compact-xs" disabled={columns.length <= 1} onClick={() => change(columns.slice(0, -1))}>
						Remove the last column
					</Button>
				</Group>
			)}
		</>
	);
}

interface MemberFieldProps {
	member: Member;
	label: string;
	value: string;
	error?: string;
	isDisabled: boolean;
	onChange: (value: string) => void;
}

function MemberField({ member, label, value, error, isDisabled, onChange }: MemberFieldProps) {
	const common = {
		"aria-label": label,
		"data-member": member.name,
		placeholder: member.placeholder ?? member.label,
		size: "sm",
		value,
		error,
		disabled: isDisabled,
	};
	if (member.data) {
		return <NativeSelect {...common} data={member.data} onChange={(event) => onChange(event.currentTarget.value)} />;
	}
	if (member.isLong) {
		return <Textarea {...common} autosize minRows={2} onChange={(event) => onChange(event.currentTarget.value)} />;
	}
	return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />;
}
