/** The studies of a store, one line each. */

import type { Limits } from '../objectives/limit.ts';
import { limitsText } from '../objectives/limits.ts';
import { furtherOf, objectivesOf } from '../objectives/objectives.ts';
import { formatSpeedup } from '../units/format.ts';
import type { DeviceName, FrontReport } from './front/front.ts';
import { gainOf, headlineDrop } from './front/gain.ts';
import { confirmCommand } from './front/known.ts';
import { clipped, joinLines, textTable } from './text-table.ts';

export interface StudyRow {
  readonly study: string;
  /** Such as `running`, `complete` or `interrupted`. */
  readonly state: string;
  /** The dense model counted. */
  readonly complete: number;
  readonly failed: number;
  /** Stopped early. */
  readonly pruned: number;
  /** Waiting and running. */
  readonly waiting: number;
  /** Members of the front, the dense model counted; 0 before it is observed. */
  readonly frontSize: number;
  /** The best speed-up within one point, see `bestSpeedup`; null for none. */
  readonly bestSpeedup: number | null;
  /** Trials on the front whose latency is not known, and others that are not confirmed. */
  readonly disturbed: number;
  readonly unconfirmed: number;
  readonly hypervolume: number | null;
  /** What does not add up in it, in a sentence or two; null where everything does. */
  readonly doubts: string | null;
  /** What candidates are held to; empty without limits. */
  readonly limits: Limits;
  /** As the study names them. */
  readonly objectives: readonly string[];
  /** ISO 8601. */
  readonly created: string;
  /** Null where the hardware profile cannot be read any more. */
  readonly device: DeviceName | null;
  /** Path of the model, of which the last part is shown. */
  readonly model: string;
}

/** The speed-up of the fastest point within `maxDrop` that is faster beyond noise, confirmed where it was; null when there is none. */
export function bestSpeedup(report: FrontReport, maxDrop = headlineDrop): number | null {
  const gain = gainOf(report, maxDrop);
  return gain.kind === 'gained' ? gain.point.speedup : null;
}

const fileOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const deviceText = ({ device }: StudyRow): string =>
  device === null ? '-' : `${device.name}${device.computed ? ' (computed)' : ''}`;

const openLine = ({ study, disturbed, unconfirmed }: StudyRow): string[] => {
  const open = [
    ...(disturbed > 0 ? [`${disturbed} disturbed`] : []),
    ...(unconfirmed > 0 ? [`${unconfirmed} not confirmed`] : []),
  ];
  return open.length > 0 ? [`On the front of "${study}": ${open.join(', ')}; ${confirmCommand(study)}`] : [];
};

/** @param whole whether names are written whole: a file or pipe has no end of line that they could cross */
export function studyTable(studies: readonly StudyRow[], whole = false): string {
  if (studies.length === 0) return 'No study in this store yet.';
  const held = studies.flatMap(({ study, limits }) => {
    const words = limitsText(limits);
    return words ? [`Limits of "${study}": ${words}.`] : [];
  });
  const further = studies.flatMap(({ study, objectives }) =>
    furtherOf(objectives).length > 0
      ? [
          `Objectives of "${study}": ${objectivesOf(objectives)
            .map(({ words }) => words)
            .join(', ')}.`,
        ]
      : [],
  );
  const table = textTable<StudyRow>(
    [
      { header: 'study', align: 'left', cell: ({ study }) => clipped(study, whole ? Number.POSITIVE_INFINITY : 18) },
      { header: 'state', align: 'left', cell: ({ state }) => state },
      { header: 'done', align: 'right', cell: ({ complete }) => String(complete) },
      { header: 'fail', align: 'right', cell: ({ failed }) => String(failed) },
      { header: 'stopped', align: 'right', cell: ({ pruned }) => String(pruned) },
      { header: 'left', align: 'right', cell: ({ waiting }) => String(waiting) },
      { header: 'front', align: 'right', cell: ({ frontSize }) => String(frontSize) },
      {
        header: 'best 1pp',
        align: 'right',
        cell: ({ bestSpeedup }) => (bestSpeedup === null ? '-' : formatSpeedup(bestSpeedup)),
      },
    ],
    studies,
  );
  const where = textTable<StudyRow>(
    [
      { header: 'study', align: 'left', cell: ({ study }) => clipped(study, whole ? Number.POSITIVE_INFINITY : 16) },
      { header: 'device', align: 'left', cell: row => clipped(deviceText(row), whole ? Number.POSITIVE_INFINITY : 20) },
      {
        header: 'model',
        align: 'left',
        cell: ({ model }) => clipped(fileOf(model), whole ? Number.POSITIVE_INFINITY : 18),
      },
      { header: 'created', align: 'left', cell: ({ created }) => created.slice(0, 10) },
      { header: 'HV', align: 'right', cell: ({ hypervolume }) => hypervolume?.toPrecision(4) ?? '-' },
    ],
    studies,
  );
  return joinLines([...table, '', ...where, ...further, ...held, ...studies.flatMap(openLine)]);
}
