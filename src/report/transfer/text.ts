/** A transfer for a terminal. */
import { formatPercent } from '../../units/format.ts';
import { changeCell } from '../change.ts';
import { confirmCommand } from '../front/known.ts';
import { plural, speedupWords } from '../front/wording.ts';
import { joinLines, textTable } from '../text-table.ts';
import type { Member, TransferReport, Verdict, Volume } from './holding.ts';

export function transferText(report: TransferReport): string {
  const { from, to, members, notes } = report;
  const kept = members.filter(({ verdict }) => verdict === 'keep').length;
  return [
    [
      `The front of "${from.name}" on ${to.device.name}: ${kept} of ${members.length} ${plural(members.length, 'trial holds', 'trials hold')} there.`,
      orderSentence(report),
      report.volume ? volumeSentence(report.volume, report.own?.name ?? '') : report.own ? '' : noOwnFront,
      unknownSentence(report),
    ].filter(sentence => sentence !== ''),
    memberLines(members, from.device.name, to.device.name),
    [`It is stored as study "${to.name}", on which front, pick, roi, compare and verify work.`],
    notes,
  ]
    .filter(lines => lines.length > 0)
    .map(joinLines)
    .join('\n\n');
}

function orderSentence({ tau, tauInterval, ranked }: TransferReport): string {
  if (tau === null) return 'Too few of them are known on both devices to say whether their order by speed holds.';
  const interval = tauInterval
    ? ` [${tauInterval.map(each => each.toFixed(2)).join(', ')}]`
    : `, without an interval: ${ranked < 4 ? 'there are too few' : 'no two of them change places'}`;
  return `Order by speed: Kendall's tau ${tau.toFixed(2)}${interval}, over ${ranked} models with the dense one; 1 is the same order.`;
}

function unknownSentence({ members, to }: TransferReport): string {
  const unknown = members.filter(({ verdict }) => verdict === 'not-known').length;
  return unknown === 0
    ? ''
    : `The speed-up of ${unknown} is not known, since other work slowed the machine: "${confirmCommand(to.name)}" measures again.`;
}

const noOwnFront = 'There is no front that was searched on this device, so nobody knows what is lost against one.';

function volumeSentence({ loss, own, kept }: Volume, name: string): string {
  const share =
    kept === null ? '' : `; ${formatPercent(kept, 0)} of what the own front adds to the dense model is kept`;
  return loss > 0
    ? `Against the own front of the device ("${name}"), ${formatPercent(loss / own, 1)} of the hypervolume is lost${share}.`
    : `Nothing is lost against the own front of the device ("${name}"): its hypervolume is not larger${share}.`;
}

const memberLines = (members: readonly Member[], there: string, here: string): string[] => [
  ...textTable<Member>(
    [
      { header: 'trial', align: 'right', cell: member => String(member.there.trial) },
      { header: 'as trial', align: 'right', cell: member => (member.here ? String(member.here.trial) : '-') },
      { header: `on ${there}`, align: 'right', cell: member => speedupWords(member.there) },
      { header: `on ${here}`, align: 'right', cell: member => (member.here ? speedupWords(member.here) : '-') },
      { header: 'change pp ± 95 %', align: 'right', cell: member => changeCell(member.there.judged) },
      { header: 'verdict', align: 'left', cell: verdictCell },
    ],
    members,
  ),
];

const words: Readonly<Record<Verdict, string>> = {
  keep: 'keep',
  beaten: 'drop: beaten',
  'no-faster': 'drop: not faster than dense beyond noise',
  slower: 'drop: slower than dense',
  'not-known': 'not known: disturbed',
  'not-measured': 'not timed there',
};

const verdictCell = ({ verdict, here }: Member): string =>
  verdict === 'beaten'
    ? `${words.beaten} by ${here?.dominatedBy === 0 ? 'the dense model' : `trial ${here?.dominatedBy}`}`
    : words[verdict];
