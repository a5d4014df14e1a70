/** Trainings: their curves with phases, what was frozen, and what a step took. */
import type { TrainingRecord, TrainingRow } from '../../src/serve/api/training.ts';
import { hasTestImages } from '../../src/store/training.ts';
import { formatMs, formatPercent, formatPoints } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import { type ChartOption, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { selectField } from '../form.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { table, tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import { accuracyOption, type Epoch, frozenOption, lossOption, type Shown, stepOption } from '../training-charts.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'training',
  title: 'Training',
  mount: (element, context) => {
    const renewed = renewing(context);
    const query = () => ({ ...(context.state.get('run') === '' ? {} : { run: context.state.get('run') }) });
    const live = liveRecord(context, element, { reader: 'training', query }, record => {
      if (record.shown) show(element, renewed(), record, record.shown, live.again);
      else
        element.replaceChildren(
          emptyState(
            'No trial of this study was trained yet.',
            `Train one with "rankfront retrain --study ${context.study} --trial N --out retrained.onnx".`,
          ),
        );
    });
    context.state.onChange(live.again);
  },
};

function show(
  element: HTMLElement,
  context: ViewContext,
  record: TrainingRecord,
  shown: Shown,
  again: () => void,
): void {
  const run = record.runs.find(({ id }) => id === shown.run);
  if (!run) return;
  const choose = (value: string): void => {
    context.state.set({ run: value }, 'push');
    again();
  };
  const choices = record.runs.map(each => ({
    value: String(each.id),
    words: `Trial ${each.trial}, ${new Date(each.startedAtMs).toLocaleString()}, ${each.state}`,
  }));
  const curve = (title: string, words: string, option: (theme: Theme) => ChartOption) =>
    chartFigure(context, { title, words, option }).element;
  const { epochs } = shown;
  const last = epochs.at(-1);
  fill(
    element,
    h('div', { class: 'row card' }, selectField('Training', choices, String(run.id), choose)),
    h(
      'section',
      { class: 'card' },
      h('p', {}, summary(run, record.accuracy)),
      run.detail === '' ? null : h('p', { class: 'faint' }, run.detail),
    ),
    epochs.length === 0
      ? emptyState('No epoch is finished yet.', 'The first one appears here by itself.')
      : h(
          'div',
          { class: 'columns' },
          curve(
            record.accuracy[0]?.toUpperCase() + record.accuracy.slice(1),
            accuracyWords(run, last, record.accuracy),
            theme => accuracyOption(theme, run, shown),
          ),
          curve('Loss', `Training loss ${last?.trainLoss.toFixed(3)} after epoch ${last?.epoch}.`, theme =>
            lossOption(theme, shown),
          ),
          curve('Frozen share of the weights', `It ends at ${formatPercent(last?.frozenShare ?? 0, 0)}.`, theme =>
            frozenOption(theme, shown),
          ),
          curve('Time of a step', `The last epoch took ${formatMs(last?.stepMs ?? Number.NaN)} a step.`, theme =>
            stepOption(theme, shown),
          ),
        ),
    phaseTable(shown),
    tableBehind('Every epoch in numbers', epochTable(shown)),
    identityTable(run),
  );
}

const summary = (run: TrainingRow, accuracy: string): string =>
  [
    `Trial ${run.trial}: ${accuracy} was ${formatPercent(run.beforeTop1)} before training, of ${formatPercent(run.denseTop1)} that the dense model has (${counted(run.validationImages, hasTestImages(run) ? 'test image' : 'validation image')}).`,
    run.top1 === null
      ? `The training is ${run.state}.`
      : `The network that was written has ${formatPercent(run.top1)}: ${formatPoints(run.top1 - run.beforeTop1)} against before, ${formatPoints(run.top1 - run.denseTop1)} against the dense model.`,
  ].join(' ');

const accuracyWords = (run: TrainingRow, last: Epoch | undefined, accuracy: string): string =>
  `From ${formatPercent(run.beforeTop1)} before training; ${accuracy} on the training images is ${formatPercent(last?.trainTop1 ?? Number.NaN)} after epoch ${last?.epoch}.`;

const phaseTable = ({ phases }: Shown): HTMLElement | null =>
  phases.length === 0
    ? null
    : h(
        'section',
        { class: 'card' },
        h('h2', {}, 'Phases'),
        table(
          'Phases: epochs that train the same weights',
          [
            { header: 'Epochs', cell: ({ firstEpoch, lastEpoch }) => `${firstEpoch} to ${lastEpoch}` },
            { header: 'Frozen', align: 'right', cell: ({ frozenShare }) => formatPercent(frozenShare, 1) },
            { header: 'Steps', align: 'right', cell: ({ steps }) => steps },
            { header: 'A step', align: 'right', cell: ({ stepMs }) => formatMs(stepMs) },
            {
              header: 'With nothing frozen',
              align: 'right',
              cell: ({ unfrozenStepMs }) => (unfrozenStepMs === null ? '-' : formatMs(unfrozenStepMs)),
            },
          ],
          phases,
        ),
      );

const epochTable = ({ epochs }: Shown): HTMLElement =>
  table(
    'Every epoch',
    [
      { header: 'Epoch', align: 'right', cell: ({ epoch }) => epoch },
      { header: 'Training loss', align: 'right', cell: ({ trainLoss }) => trainLoss.toFixed(4) },
      { header: 'Validation loss', align: 'right', cell: ({ validationLoss }) => validationLoss?.toFixed(4) ?? '-' },
      { header: 'Training', align: 'right', cell: ({ trainTop1 }) => formatPercent(trainTop1) },
      {
        header: 'Validation',
        align: 'right',
        cell: ({ validationTop1 }) => (validationTop1 === null ? '-' : formatPercent(validationTop1)),
      },
      { header: 'Learning rate', align: 'right', cell: ({ learningRate }) => learningRate.toPrecision(3) },
      { header: 'Frozen', align: 'right', cell: ({ frozenShare }) => formatPercent(frozenShare, 1) },
      { header: 'A step', align: 'right', cell: ({ stepMs }) => formatMs(stepMs) },
      { header: 'Images a second', align: 'right', cell: ({ imagesPerSecond }) => imagesPerSecond.toFixed(0) },
      { header: 'Waiting', align: 'right', cell: ({ waitingShare }) => formatPercent(waitingShare, 0) },
    ],
    epochs,
  );

const identityTable = ({ identity }: TrainingRow): HTMLElement =>
  tableBehind(
    'What it was asked to be',
    table(
      'Settings of the training',
      [
        { header: 'Setting', cell: ([name]) => name },
        { header: 'Value', cell: ([, value]) => value },
      ],
      Object.entries(identity),
    ),
  );
