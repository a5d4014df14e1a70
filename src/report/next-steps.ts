/** What to type after a search, as commands that can be copied. */
import { shellWord } from '../units/shell-word.ts';
import type { FrontReport } from './front/front.ts';
import { gainOf } from './front/gain.ts';
import { unknownOf } from './front/known.ts';

const whyAgain = 'What was prepared and measured is kept, so it comes to trials sooner.';

/** @param where the options that find the store, empty where it is the usual one */
export function nextSteps(report: FrontReport, where: string): string[] {
  const { study, best, tried } = report;
  if (!tried) return [`Next: the same command again. ${whyAgain}`];
  const rest = `--study ${shellWord(study)}${where}`;
  const gain = gainOf(report);
  const { disturbed, unconfirmed } = unknownOf(best);
  const open = disturbed + unconfirmed > 0 ? [['measure what is not confirmed', `confirm ${rest}`] as const] : [];
  const point = 'point' in gain && gain.kind !== 'disturbed' ? gain.point.trial : 0;
  const own =
    point === 0
      ? []
      : ([
          ['write its model', `export --trial ${point} --out trial-${point}.onnx ${rest}`],
          ['win back accuracy', `retrain --trial ${point} --out trial-${point}.onnx ${rest}`],
        ] as const);
  const steps = [...open, ['choose by your limits', `pick --max-drop 1pp ${rest}`] as const, ...own];
  const width = Math.max(...steps.map(([why]) => why.length));
  return ['Next:', ...steps.map(([why, command]) => `  ${why.padEnd(width)}  rankfront ${command}`)];
}
