/** What a reviewer needs: retraining, where it was measured, the commands that make everything again, and hashes. */

import { hasTestImages } from '../../store/training.ts';
import { formatPercent, formatPoints } from '../../units/format.ts';
import { shellWord, shellWords } from '../../units/shell-word.ts';
import type { Block } from '../document/document.ts';
import type { TrainingView } from '../trainings-text.ts';
import type { StudyReportView } from './view.ts';

export function retrainingBlocks({ pick }: StudyReportView): Block[] {
  if (pick.trial === 0) return [];
  const heading: Block = { kind: 'heading', text: 'Retraining' };
  if (pick.trainings.length === 0)
    return [
      heading,
      {
        kind: 'paragraph',
        text: `Trial ${pick.trial} was not retrained. Retraining may win lost accuracy back; its speed stays.`,
      },
    ];
  const right = 'right' as const;
  return [
    heading,
    {
      kind: 'paragraph',
      text: pick.trainings.every(({ run }) => hasTestImages(run))
        ? 'Accuracies are on test images, which neither the training nor the choice of its epoch ever saw.'
        : 'Accuracies are on images that the training never saw. Where these chose the best epoch, it flatters itself a little.',
    },
    {
      kind: 'table',
      columns: [
        { header: 'State', align: 'left' },
        { header: 'Before', align: right },
        { header: 'After', align: right },
        { header: 'Against dense', align: right },
        { header: 'Images', align: right },
        { header: 'Epochs', align: right },
        { header: 'File SHA-256', align: 'left' },
      ],
      rows: pick.trainings.map(trainingRow),
      marked: [],
    },
  ];
}

const trainingRow = ({ run, epochs }: TrainingView): string[] => [
  run.state,
  formatPercent(run.beforeTop1),
  run.top1 === null ? '-' : formatPercent(run.top1),
  run.top1 === null ? '-' : formatPoints(run.top1 - run.denseTop1),
  String(run.validationImages),
  String(epochs.length),
  run.writtenSha256?.slice(0, 16) ?? '-',
];

export const environmentBlocks = ({ pick }: StudyReportView): Block[] => [
  { kind: 'heading', text: 'Where it was measured' },
  { kind: 'facts', rows: Object.entries(pick.environment) },
];

export function commandsBlocks(view: StudyReportView): Block[] {
  const { pick, front, store, commandLine } = view;
  const of = `--study ${shellWord(front.study)} --store ${shellWord(store)}`;
  const trial = pick.trial === 0 ? [] : [`rankfront export ${of} --trial ${pick.trial} --out trial-${pick.trial}.onnx`];
  return [
    { kind: 'heading', text: 'Make it again' },
    { kind: 'paragraph', text: 'The search, confirming its front, and the model of the pick:' },
    { kind: 'commands', lines: [shellWords(['rankfront', ...commandLine]), `rankfront confirm ${of}`, ...trial] },
    {
      kind: 'paragraph',
      text: 'These check this report: the first recounts and measures, the second proposes every trial again.',
    },
    { kind: 'commands', lines: [`rankfront verify ${of}`, `rankfront replay ${of}`, reportCommand(view)] },
  ];
}

function reportCommand({ front, store, asked }: StudyReportView): string {
  const trial = asked === null ? '' : ` --trial ${asked}`;
  return `rankfront report --study ${shellWord(front.study)} --store ${shellWord(store)}${trial} --out report.html`;
}

export const hashesBlocks = ({ hashes, pickSha256, pick, version }: StudyReportView): Block[] => [
  { kind: 'heading', text: 'Hashes' },
  { kind: 'paragraph', text: 'Each is a SHA-256. Whoever has the same files finds the same hashes.' },
  {
    kind: 'facts',
    rows: [
      ...Object.entries(hashes),
      ...(pickSha256 === null || pick.trial === 0 ? [] : [[`model of trial ${pick.trial}`, pickSha256] as const]),
    ],
  },
  { kind: 'paragraph', text: `Written by Rankfront ${version}.` },
];
