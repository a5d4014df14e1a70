/** The layers: which ranks the pick has, and where the other members of the front stand. */
import { rungLabel } from '../../decompose/ranks.ts';
import { formatCount, formatPercent } from '../../units/format.ts';
import type { Block } from '../document/document.ts';
import type { FrontPoint } from '../front/front.ts';
import type { TrialSite } from '../trial-report.ts';
import type { StudyReportView } from './view.ts';

/** More columns fit no paper. */
const membersShown = 5;

export function layersBlocks({ pick, point, front }: StudyReportView): Block[] {
  const isDense = pick.trial === 0;
  const members = front.points.filter(({ trial }) => trial !== 0 && trial !== pick.trial).slice(0, membersShown);
  const left = front.points.length - 1 - members.length - (isDense ? 0 : 1);
  const names = pick.sites.length > 0 ? pick.sites.map(({ site }) => site) : namesOf(front.points);
  return [
    { kind: 'heading', text: isDense ? 'The layers' : `The layers, and the ranks of trial ${pick.trial}` },
    {
      kind: 'paragraph',
      text: 'A row is a layer that may be factorised, in the order of the network. A method with its rank stands in its place.',
    },
    ...(names.length === 0
      ? [{ kind: 'paragraph', text: 'No layer is known: nothing but the dense model was tried.' } satisfies Block]
      : [table(names, pick.sites, isDense ? null : point, members)]),
    ...(pick.sites.length === 0 && names.length > 0
      ? [
          {
            kind: 'paragraph',
            text: 'The model is not where it was, so the work of each layer is left out.',
          } satisfies Block,
        ]
      : []),
    ...(left > 0 ? [{ kind: 'paragraph', text: `${left} more on the front are left out here.` } satisfies Block] : []),
  ];
}

const namesOf = (points: readonly FrontPoint[]): string[] => [
  ...new Set(points.flatMap(({ configuration }) => Object.keys(configuration))),
];

/** Empty for a trial that was searched with other layers. */
function rungIn({ configuration }: FrontPoint, site: string): string {
  const rung = configuration[site];
  return rung ? rungLabel(rung) : '';
}

function table(
  names: readonly string[],
  sites: readonly TrialSite[],
  pick: FrontPoint | null,
  members: readonly FrontPoint[],
): Block {
  const costs = new Map(sites.map(each => [each.site, each]));
  const all = sites.reduce((sum, { denseMacs }) => sum + denseMacs, 0);
  const right = 'right' as const;
  const left = 'left' as const;
  return {
    kind: 'table',
    columns: [
      { header: 'Layer', align: left },
      ...(sites.length > 0
        ? [
            { header: 'Dense MACs', align: right },
            { header: 'Share', align: right },
          ]
        : []),
      ...(pick === null
        ? []
        : [
            { header: `Trial ${pick.trial}`, align: left },
            ...(sites.length > 0 ? [{ header: 'MACs left', align: right }] : []),
          ]),
      ...members.map(({ trial }) => ({ header: `Trial ${trial}`, align: left })),
    ],
    rows: names.map(name => {
      const site = costs.get(name);
      return [
        name,
        ...(site
          ? [formatCount(site.denseMacs), formatPercent(site.denseMacs / all, 1)]
          : sites.length > 0
            ? ['', '']
            : []),
        ...(pick === null
          ? []
          : [
              rungIn(pick, name),
              ...(sites.length > 0 ? [site ? formatPercent(site.macs / site.denseMacs, 0) : ''] : []),
            ]),
        ...members.map(member => rungIn(member, name)),
      ];
    }),
    marked: [],
  };
}
