/** `rankfront pick`: one point of the front, by a limit. */
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import { type PickRule, pick as pickPoint } from '../report/pick.ts';
import { readFront } from '../study/read-front.ts';
import { parseDrop } from '../units/drop.ts';
import { defineCommand } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { positive } from './positive.ts';

export const pick = defineCommand({
  usage: 'pick',
  summary: 'Pick a point of the front by a limit; exits 1 when no point keeps to it',
  options: {
    study: studyOption,
    store: storeOption,
    'max-drop': { type: 'string', describe: 'The fastest that loses at most this much accuracy, such as 1pp' },
    'max-latency-ms': { type: 'number', describe: 'The most accurate that takes at most so many milliseconds' },
    'min-speedup': { type: 'number', describe: 'The most accurate that is at least so many times as fast as dense' },
    knee: { type: 'boolean', describe: 'Where more speed begins to cost more than before' },
    json: jsonOption,
  },
  examples: [
    ['rankfront pick --study resnet18 --max-drop 1pp', 'the fastest within one point of accuracy'],
    ['rankfront pick --study resnet18 --knee --json', 'the knee, for a program'],
  ],
  run: async (args, console) => {
    const rule = ruleOf(args);
    // Confirmed figures are used wherever the study has them.
    const report = await withStudy(args, (study, store) => readFront(store, study, false));
    const picked = pickPoint(report, rule);
    if (args.json) console.out(JSON.stringify({ study: report.study, rule, ...picked }, null, 2));
    else {
      console.out(oneLine(picked.why));
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

function ruleOf(args: Rules): PickRule {
  const rules: PickRule[] = [];
  if (args['max-drop'] !== undefined) rules.push({ kind: 'max-drop', drop: parseDrop(args['max-drop'], '--max-drop') });
  if (args['max-latency-ms'] !== undefined) {
    rules.push({ kind: 'max-latency', latencyMs: positive('--max-latency-ms', args['max-latency-ms']) });
  }
  if (args['min-speedup'] !== undefined)
    rules.push({ kind: 'min-speedup', speedup: positive('--min-speedup', args['min-speedup']) });
  if (args.knee) rules.push({ kind: 'knee' });
  const [rule] = rules;
  if (rule && rules.length === 1) return rule;
  throw new UserError(
    `Cannot pick: expected exactly one rule, found ${rules.length}.`,
    'Give one of --max-drop 1pp, --max-latency-ms X, --min-speedup X, --knee.',
  );
}

/** As a POSIX shell takes it for one word: a name may hold blanks and worse. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
