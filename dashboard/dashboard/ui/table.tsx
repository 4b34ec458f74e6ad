// A table that turns into stacked cards on narrow screens and stays a table for screen readers.
import type { ReactNode } from "react";
import { land, useTarget } from "./target";

export interface Column<Row> {
	key: string;
	label: string;
	cell: (row: Row) => ReactNode;
	/** The column of row actions: no heading, aligned to the end. */
	isAction?: boolean;
}

interface TableProps<Row> {
	label: string;
	columns: Column<Row>[];
	rows: readonly Row[];
	rowKey: (row: Row) => string;
}

export function Table<Row>({ label, columns, rows, rowKey }: TableProps<Row>) {
	const target = useTarget();
	const isTarget = (row: Row) => rowKey(row) === target;
	return (
		<div className="gh-panel">
			<table className="gh-table" role="table" aria-label={label}>
				<thead role="rowgroup">
					<tr role="row">
						{columns.map((column) => (
							<th key={column.key} role="columnheader" scope="col">
								<span className={column.isAction ? "gh-hidden" : undefined}>{column.label}</span>
							</th>
						))}
					</tr>
				</thead>
				<tbody role="rowgroup">
					{rows.map((row) => (
						<tr
							key={rowKey(row)}
							role="row"
							ref={isTarget(row) ? land : undefined}
							className={isTarget(row) ? "gh-target" : undefined}
						>
							{columns.map((column, index) => (
								<td
									key={column.key}
									role={index === 0 ? "rowheader" : "cell"}
									data-label={column.isAction || index === 0 ? undefined : column.label}
									className={column.isAction ? "gh-table-action" : undefined}
								>
									{column.cell(row)}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
