/** `rankfront pick`: one point of the front, by a limit. */
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import { headlineDrop } from '../report/front/gain.ts';
import { type PickRule, pick as pickPoint } from '../report/front/pick.ts';
import { readFront } from '../study/read/read-front.ts';
import { parseDrop } from '../units/drop.ts';
import { atStore } from './at-store.ts';
import { defineCommand } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { positive } from './positive.ts';

export const pick = defineCommand({
  usage: 'pick',
  summary: 'Pick one point of the front, by your limits or as recommended; exits 1 if no point fits',
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
    ['rankfront pick --study resnet18 --knee --json', 'the knee, as JSON for a program'],
  ],
  run: async (args, console) => {
    const rule = ruleOf(args);
    // Confirmed figures are used wherever the study has them.
    const report = await withStudy(args, console, (study, store) => readFront(store, study, 'best'));
    const picked = pickPoint(report, rule, { acceptDisturbed: args['accept-disturbed'] });
    if (args.json) console.out(JSON.stringify({ study: report.study, rule, ...picked }, null, 2));
    else {
      console.out(oneLine(atStore(picked.why, report.study, args.store)));
      if (picked.state === 'picked' && picked.point.trial > 0) {
        const { trial } = picked.point;
        console.out(
          oneLine(
            `Export it: rankfront export --study ${shellWord(report.study)} --store ${shellWord(args.store)} --trial ${trial} --out picked.onnx`,
          ),
        );
      }
    }
    return picked.state === 'picked' ? 0 : 1;
  },
});

interface Rules {
  readonly 'max-drop'?: string | undefined;
  readonly 'max-latency-ms'?: number | undefined;
  readonly 'min-speedup'?: number | undefined;
  readonly knee?: boolean | undefined;
}

/** A limit that stands alone has a name of its own; programs rely on it. */
function ruleOf(args: Rules): PickRule {
  const drop = args['max-drop'] === undefined ? undefined : parseDrop(args['max-drop'], '--max-drop');
  const latencyMs = positive('--max-latency-ms', args['max-latency-ms']);
  const speedup = positive('--min-speedup', args['min-speedup']);
  const given = [drop, latencyMs, speedup].filter(limit => limit !== undefined).length;
  if (args.knee && given > 0)
    throw new UserError('Cannot pick: --knee uses no limit, but a limit is given.', 'Leave one of them out.');
  if (args.knee) return { kind: 'knee' };
  if (given > 1) return { kind: 'limits', drop, latencyMs, speedup };
  if (latencyMs !== undefined) return { kind: 'max-latency', latencyMs };
  if (speedup !== undefined) return { kind: 'min-speedup', speedup };
  return { kind: 'max-drop', drop: drop ?? headlineDrop };
}

/** As a POSIX shell takes it for one word: a name may hold blanks and worse. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
