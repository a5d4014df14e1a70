/** `rankfront search`: the night's work. */

import type { Limits } from '../objectives/limit.ts';
import { hasLimits } from '../objectives/limits.ts';
import { frontRecord } from '../report/front/json.ts';
import { search as runSearch, type SearchOptions } from '../study/search/search.ts';
import { strategyNames } from '../tuner/strategies.ts';
import { parseDuration } from '../units/duration.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { frontPage } from './front-page.ts';
import { limitsFrom } from './limit-options.ts';
import { jsonOption, problemOf, problemOptions, storeOption, waitOf, waitOption } from './options.ts';
import { studyDisplay } from './study-display.ts';

export const search = defineCommand({
  usage: 'search',
  summary: 'Search the ranks of every layer on measured latency and accuracy; run it again to go on',
  options: {
    ...problemOptions,
    study: { type: 'string', describe: 'A name for the study; by default that of the model' },
    store: storeOption,
    trials: {
      type: 'number',
      describe: 'Trials of the study, the dense model not counted [default: 100, or no limit with --time]',
    },
    time: { type: 'string', describe: 'Wall time of this run, such as 8h or 45m' },
    wait: waitOption,
    strategy: { choices: strategyNames, default: 'bayesian', describe: 'What proposes the next ranks' },
    prior: {
      type: 'boolean',
      default: true,
      describe: 'Begin from what single sites change and lose, measured at the start; --no-prior for not',
    },
    pruning: {
      type: 'boolean',
      default: true,
      describe: 'Give up trials that can hardly enter the front any more; --no-pruning to score them all',
    },
    'max-drop': {
      type: 'string',
      describe:
        'Look only for candidates that lose at most this much accuracy, such as 1pp; none lifts the limits of earlier runs',
    },
    'max-latency-ms': { type: 'number', describe: 'Look only for candidates that take at most so many milliseconds' },
    'min-speedup': { type: 'number', describe: 'Look only for candidates at least so many times as fast as dense' },
    'max-size': { type: 'string', describe: 'Look only for candidates whose file is at most this large, such as 8MB' },
    'max-memory': {
      type: 'string',
      describe: 'Look only for candidates that add at most this much peak memory, such as 64MB',
    },
    objectives: {
      type: 'string',
      describe: 'What to minimise [default: latency,accuracy and what is limited]; size and memory can be added',
    },
    seed: { type: 'number', default: 0, describe: 'Seed of everything that is random' },
    'proxy-images': {
      type: 'number',
      describe: 'Images that every trial is scored on; the others are kept for the end',
    },
    json: { ...jsonOption, describe: 'Print one JSON line per event, for programs' },
  },
  examples: [
    [
      'rankfront search --model resnet18.onnx --data folder:val --hardware hardware-profiles/cpu-2-threads.yaml --time 8h',
      'search for a night',
    ],
  ],
  run: async (args, console) => {
    const display = studyDisplay(console, args);
    const { report, endedBy } = await runSearch({
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
      proxyImages: count('--proxy-images', args['proxy-images'], 1),
      finish: console.finish,
      stop: console.stop,
      onEvent: display.event,
      onStatistics: display.statistics,
      onFactors: display.factors,
      onSweep: display.sweep,
      commandLine: console.commandLine,
    }).finally(display.close);
    if (!report) console.note('Nothing was measured. Run the same command again to go on.');
    else if (display.json) console.out(JSON.stringify({ kind: 'front', ...frontRecord(report) }));
    else console.out(frontPage(report, console, args.store));
    return endedBy === 'interrupted' ? 130 : 0;
  },
});

/** Undefined where none is given, so that stored ones hold on; `--max-drop none` alone lifts all. */
function limitsOf(args: { readonly 'max-drop'?: string | undefined }): Limits | undefined {
  const lifts = args['max-drop'] === 'none';
  const limits = limitsFrom(lifts ? { ...args, 'max-drop': undefined } : args);
  return lifts || hasLimits(limits) ? limits : undefined;
}
