/** `rankfront search`: the night's work. */

import { UserError } from '../errors/user-error.ts';
import { namedStudy } from '../library/find-study.ts';
import type { Limits } from '../objectives/limit.ts';
import { hasLimits } from '../objectives/limits.ts';
import type { FrontReport } from '../report/front/front.ts';
import { frontRecord } from '../report/front/json.ts';
import type { LiveFront } from '../report/live-front.ts';
import { openStore } from '../store/open.ts';
import { readFront } from '../study/read/read-front.ts';
import { defaultRefining, refineStudy } from '../study/refine/refine-study.ts';
import { search as runSearch, type SearchOptions } from '../study/search/search.ts';
import { strategyNames } from '../tuner/strategies.ts';
import { parseDuration } from '../units/duration.ts';
import { type Console, defineCommand } from './command.ts';
import { count } from './count.ts';
import { frontPage } from './front-page.ts';
import { limitsFrom } from './limit-options.ts';
import { jsonOption, problemOf, problemOptions, storeOption, waitOf, waitOption } from './options.ts';
import { type StudyDisplay, studyDisplay } from './study-display.ts';

export const search = defineCommand({
  settings: 'all',
  options: {
    ...problemOptions,
    study: { type: 'string', describe: 'A name for the study [default: the name of the model]' },
    store: storeOption,
    trials: {
      type: 'number',
      describe: 'How many trials, without the dense model [default: 100, or no limit with --time]',
    },
    time: { type: 'string', describe: 'How long this run may take, such as 8h or 45m' },
    wait: waitOption,
    strategy: { choices: strategyNames, default: 'bayesian', describe: 'What proposes the next ranks' },
    prior: {
      type: 'boolean',
      default: true,
      describe: 'First measure what each layer changes alone; --no-prior skips this',
    },
    pruning: {
      type: 'boolean',
      default: true,
      describe: 'Stop trials early that are unlikely to enter the front; --no-pruning scores all images',
    },
    'max-drop': {
      type: 'string',
      describe: 'The largest loss of accuracy allowed, such as 1pp; none removes the limits of earlier runs',
    },
    'max-latency-ms': { type: 'number', describe: 'The largest latency allowed, in milliseconds' },
    'min-speedup': { type: 'number', describe: 'The smallest speed-up allowed over the dense model, such as 1.5' },
    'max-size': { type: 'string', describe: 'The largest model file allowed, such as 8MB, or 50% of the dense one' },
    'max-memory': { type: 'string', describe: 'The largest peak memory allowed, such as 64MB or 50%' },
    objectives: {
      type: 'string',
      describe: 'What to minimise: latency,accuracy and size or memory [default: the first two, and any limited]',
    },
    worker: {
      type: 'boolean',
      default: true,
      describe: 'Measure here, too; --no-worker leaves it to the workers of a PostgreSQL store',
    },
    seed: { type: 'number', default: 0, describe: 'Seed of all random choices' },
    'proxy-images': {
      type: 'number',
      describe: 'How many images score every trial; the others confirm the front at the end',
    },
    refine: {
      type: 'string',
      describe: 'At the end, refine the front without labels for this long, such as 10m (rankfront refine)',
    },
    json: { ...jsonOption, describe: 'Print one JSON line per event, for programs' },
  },
  examples: [
    [
      'rankfront search --model resnet18.onnx --data folder:val --hardware cpu-2-threads --time 8h',
      'search for a night',
    ],
  ],
  run: async (args, console) => {
    const refineMs = args.refine === undefined ? null : parseDuration(args.refine, '--refine');
    if (refineMs !== null && args.calibration === 'none')
      throw new UserError(
        'Cannot refine the front at the end: --refine trains on calibration images, and --calibration none leaves them out.',
        'Give images with --calibration, or leave --refine out.',
      );
    const display = studyDisplay(console, args, study => earlierFront(args.store, study));
    const searched = await runSearch({
      ...problemOf(args),
      study: args.study,
      store: args.store,
      trials: count('--trials', args.trials, 0),
      timeMs: args.time === undefined ? undefined : parseDuration(args.time, '--time'),
      waitMs: waitOf(args.wait),
      strategy: args.strategy,
      prior: args.prior,
      pruning: args.pruning,
      limits: limitsOf(args),
      objectives: args.objectives?.split(',').map(name => name.trim()) as SearchOptions['objectives'],
      seed: count('--seed', args.seed, 0),
      worker: args.worker,
      proxyImages: count('--proxy-images', args['proxy-images'], 1),
      finish: console.finish,
      stop: console.stop,
      onEvent: display.event,
      commandLine: console.commandLine,
    })
      .then(async found => {
        if (refineMs === null || !found.report || found.endedBy === 'interrupted') return found;
        return { ...found, report: await refinedFront(args, found.study, refineMs, console, display) };
      })
      .finally(display.close);
    const { report, endedBy } = searched;
    if (!report) console.note('Nothing was measured. Run the same command again to go on.');
    else if (display.json) console.out(JSON.stringify({ kind: 'front', ...frontRecord(report) }));
    else console.out(frontPage(report, console, args.store));
    return endedBy === 'interrupted' || console.finish.aborted ? 130 : 0;
  },
});

/** The front of the study that was just searched, after it was refined; as it was searched, and why, where it cannot be refined. */
async function refinedFront(
  args: { readonly store: string; readonly wait?: string | undefined },
  name: string,
  timeMs: number,
  { finish, stop }: Console,
  { event }: StudyDisplay,
): Promise<FrontReport> {
  const store = await openStore(args.store, { mustExist: true });
  try {
    const study = await namedStudy(store, `"${args.store}"`, name);
    const options = { storePath: args.store, trial: undefined, timeMs, waitMs: waitOf(args.wait), restart: false };
    const files = { model: undefined, data: undefined, calibration: undefined };
    try {
      await refineStudy(store, study, { ...options, ...files, ...defaultRefining }, { onEvent: event, finish, stop });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      event({ kind: 'warning', trial: null, message: error.message, atMs: Date.now() });
    }
    return await readFront(store, study, 'best');
  } finally {
    await store.close();
  }
}

async function earlierFront(path: string, name: string): Promise<LiveFront> {
  const store = await openStore(path, { readOnly: true });
  try {
    const study = await store.studies.get(name);
    if (!study || (await store.trials.get(study.id, 0))?.state !== 'complete') return [];
    const { points } = await readFront(store, study, 'search');
    return points
      .filter(({ trial, latencyQuality }) => trial > 0 && latencyQuality === 'good')
      .map(({ trial, speedup, drop }) => ({ trial, speedup, drop, further: [] }));
  } finally {
    await store.close();
  }
}

/** Undefined where none is given, so that stored ones hold on; `--max-drop none` alone lifts all. */
function limitsOf(args: { readonly 'max-drop'?: string | undefined }): Limits | undefined {
  const lifts = args['max-drop'] === 'none';
  const limits = limitsFrom(lifts ? { ...args, 'max-drop': undefined } : args);
  return lifts || hasLimits(limits) ? limits : undefined;
}
