/** Workers and shared trials as tables. */
import type { OpenWork, WorkerRow } from '../store/fleet.ts';
import { type Column, joinLines, textTable } from './text-table.ts';

type Cell<Row> = (row: Row) => string;
const left = <Row>(header: string, cell: Cell<Row>): Column<Row> => ({ header, align: 'left', cell });
const right = <Row>(header: string, cell: Cell<Row>): Column<Row> => ({ header, align: 'right', cell });

/** `lost`: nothing was heard of it for longer than its lease. */
export const workerState = ({ alive, state }: WorkerRow): WorkerRow['state'] | 'lost' => (alive ? state : 'lost');

export const workerTable = (rows: readonly WorkerRow[]): string =>
  joinLines(
    textTable<WorkerRow>(
      [
        left('worker', ({ name }) => name),
        left('state', workerState),
        right('done', ({ finished }) => `${finished}`),
        right('failed', ({ failed }) => `${failed}`),
        left('class', ({ deviceClass }) => deviceClass),
        left('roles', ({ roles }) => roles.join(',')),
        left('version', ({ version }) => version),
        left('device', ({ device }) => device),
        left('does', ({ doing }) => doing || '-'),
      ],
      rows,
    ),
  );

export const workTable = (rows: readonly OpenWork[]): string =>
  joinLines(
    textTable<OpenWork>(
      [
        left('study', ({ study }) => study),
        right('trial', ({ number }) => `${number}`),
        left('state', ({ state }) => state),
        left('next', ({ role }) => role),
        left('class', ({ deviceClass }) => deviceClass),
        right('tries', ({ attempt }) => `${attempt}`),
        right('lost', ({ losses }) => `${losses}`),
        left('worker', ({ worker }) => worker ?? '-'),
        left('why', ({ detail }) => detail || '-'),
      ],
      rows,
    ),
  );
