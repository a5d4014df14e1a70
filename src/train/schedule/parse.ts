/** What `--schedule` takes: `constant`, `cosine`, `cosine:FLOOR`, or `step:SHARE,SHARE,...[:FACTOR]`. */
import { UserError } from '../../errors/user-error.ts';
import type { Curve } from './schedule.ts';

/** As most ResNets were trained: a tenth at half and at three quarters (He et al. 2016, section 4.2). */
const usualMilestones = [0.5, 0.75];

/** @throws UserError for what is no schedule; whether its numbers are in range is seen in `scheduleOf` */
export function parseCurve(text: string): Curve {
  const [kind, ...values] = text.split(':');
  const numbers = values.map(value => value.split(',').map(each => (each.trim() === '' ? Number.NaN : Number(each))));
  const [first, second] = numbers;
  const known = numbers.flat().every(Number.isFinite);
  if (kind === 'constant' && numbers.length === 0) return { kind };
  if (kind === 'cosine' && known && numbers.length <= 1 && (first?.length ?? 1) === 1)
    return { kind, floor: first?.[0] ?? 0 };
  if (kind === 'step' && known && numbers.length <= 2 && (second?.length ?? 1) === 1)
    return { kind, milestones: first ?? usualMilestones, factor: second?.[0] ?? 0.1 };
  throw new UserError(
    `Cannot train by the schedule "${text}": expected constant, cosine[:FLOOR] or step[:SHARE,...[:FACTOR]].`,
    'Write, for example, --schedule step:0.5,0.75:0.1.',
  );
}
