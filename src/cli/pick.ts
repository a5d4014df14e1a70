/** `rankfront pick`: one point of the front, by a limit. */
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import type { Limits } from '../objectives/limit.ts';
import { givenLimits } from '../objectives/limits.ts';
import { kindsOf, positionOf } from '../objectives/objectives.ts';
import type { FrontReport } from '../report/front/front.ts';
import { headlineDrop } from '../report/front/gain.ts';
import { deviceSentence } from '../report/front/headline.ts';
import { type PickRule, pick as pickPoint } from '../report/front/pick.ts';
import { pickWithMargin } from '../report/front/pick-margin.ts';
import { pickLimits, ruleFor } from '../report/front/pick-rule.ts';
import { imagesPerSecond, throughputWords } from '../report/front/throughput.ts';
import { frontOf } from '../study/read/read-front.ts';
import { parseMargin } from '../units/margin.ts';
import { shellWord } from '../units/shell-word.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { limitsFrom } from './limit-options.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';

export const pick = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    'max-drop': {
      type: 'string',
      describe: 'The fastest that loses at most this much accuracy [default: 1pp if no limit is given]',
    },
    'max-latency-ms': { type: 'number', describe: 'The most accurate that takes at most this many milliseconds' },
    'min-speedup': {
      type: 'number',
      describe: 'The most accurate that is at least this many times as fast as the dense model',
    },
    'max-size': { type: 'string', describe: 'The most accurate whose file is at most this large, such as 8MB or 50%' },
    'max-memory': {
      type: 'string',
      describe: 'The most accurate that needs at most this much peak memory, such as 64MB or 50%',
    },
    margin: {
      type: 'string',
      describe: 'How sure the drop must be to keep to --max-drop, such as 95%; exits 1 where no trial is',
    },
    knee: { type: 'boolean', describe: 'The point after which more speed costs more accuracy than before' },
    'accept-disturbed': {
      type: 'boolean',
      default: false,
      describe: 'Also pick trials that were timed while other work slowed the machine',
    },
    json: jsonOption,
  },
  examples: [
    ['rankfront pick --study resnet18 --max-drop 1pp', 'the fastest within one point of accuracy'],
    ['rankfront pick --study resnet18 --max-drop 2pp --max-latency-ms 12', 'the fastest that is within both limits'],
    ['rankfront pick --study resnet18 --max-drop 0.5pp --margin 95%', 'only what keeps to the limit for sure'],
    ['rankfront pick --study resnet18 --knee --json', 'the knee, as JSON for a program'],
  ],
  run: async (args, console) => {
    const rule = ruleOf(args);
    const margin = marginOf(args);
    // Confirmed figures are used wherever the study has them.
    const report = await withStudy(args, console, async (_study, _store, reading) => frontOf(reading, 'best'));
    demandMeasured(limitsFrom(args), report);
    if (margin !== null) return sayWithMargin(report, args, margin, console);
    const picked = pickPoint(report, rule, { acceptDisturbed: args['accept-disturbed'] });
    if (args.json) {
      const { device } = report;
      const perSecond = picked.state === 'picked' ? imagesPerSecond(device, picked.point.latencyMs) : null;
      console.out(
        JSON.stringify({ study: report.study, device, rule, imagesPerSecond: perSecond, ...picked }, null, 2),
      );
    } else {
      console.out(oneLine(atStore(picked.why, report.study, args.store)));
      const throughput = picked.state === 'picked' ? throughputWords(report.device, picked.point.latencyMs) : '';
      if (throughput !== '') console.out(`It does ${throughput}.`);
      const device = deviceSentence(report);
      if (device) console.out(oneLine(device));
      if (picked.state === 'picked' && picked.point.trial > 0)
        console.out(exportLine(report.study, args.store, picked.point.trial));
    }
    return picked.state === 'picked' ? 0 : 1;
  },
});

const exportLine = (study: string, store: string, trial: number): string =>
  oneLine(
    `Export it: rankfront export --study ${shellWord(study)} --store ${shellWord(store)} --trial ${trial} --out picked.onnx`,
  );

type MarginArgs = Parameters<typeof limitsFrom>[0] & {
  readonly margin?: string | undefined;
  readonly knee?: boolean | undefined;
  readonly 'accept-disturbed': boolean;
};

function marginOf({ margin, knee, ...args }: MarginArgs): number | null {
  if (margin === undefined) return null;
  const other = knee ? '--knee' : args['accept-disturbed'] ? '--accept-disturbed' : null;
  if (other !== null)
    throw new UserError(
      `Cannot pick: --margin and ${other} exclude each other, since what is not known has no margin.`,
      'Leave one of them out.',
    );
  return parseMargin(margin);
}

/** Exits 1 where the dense model is what is left. */
function sayWithMargin(
  report: FrontReport,
  args: MarginArgs & { readonly store: string; readonly json: boolean },
  margin: number,
  console: Console,
): ExitStatus {
  const limits = pickLimits(limitsFrom(args));
  const rule = { ...limits, drop: limits.drop ?? headlineDrop };
  const picked = pickWithMargin(report, rule, margin);
  const state = picked.point ? 'picked' : 'none';
  if (args.json)
    console.out(
      JSON.stringify({ study: report.study, rule: { kind: 'margin', margin, ...rule }, state, ...picked }, null, 2),
    );
  else {
    console.out(oneLine(atStore(picked.why, report.study, args.store)));
    if (picked.point) console.out(exportLine(report.study, args.store, picked.point.trial));
  }
  return picked.point ? 0 : 1;
}

function ruleOf(args: Parameters<typeof limitsFrom>[0] & { readonly knee?: boolean | undefined }): PickRule {
  const limits = pickLimits(limitsFrom(args));
  if (args.knee && Object.keys(limits).length > 0)
    throw new UserError('Cannot pick: --knee uses no limit, but a limit is given.', 'Leave one of them out.');
  return args.knee ? { kind: 'knee' } : ruleFor(limits);
}

/** @throws UserError for a limit of what the study does not measure */
function demandMeasured(limits: Limits, { study, objectives }: FrontReport): void {
  const without = givenLimits(limits).find(({ kind }) => positionOf(objectives, kind) < 0);
  if (!without) return;
  throw new UserError(
    `Cannot pick by --${without.option}: study "${study}" does not measure the ${without.kind}.`,
    `Leave it out, or search with --objectives ${[...kindsOf(objectives), without.kind].join(',')} in a study of another name.`,
  );
}
