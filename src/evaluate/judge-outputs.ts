/** Judges, in this process, what networks gave on another machine. One judgement at a time, over several requests. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import type { GradeAnswer, JudgeRequest } from './grade-messages.ts';
import { loadMetric, type MetricRun, runMetric } from './module-metric.ts';

export function outputJudge(): (request: JudgeRequest) => Promise<Attempt<GradeAnswer | null>> {
  let run: MetricRun | null = null;
  let beganMs = 0;
  return async request => {
    if (request.step === 'begin') {
      const metric = await loadMetric(request.path);
      if (metric.state === 'failed') return metric;
      run = runMetric(metric.value, request.outputs, request);
      beganMs = performance.now();
      return complete(null);
    }
    if (!run) return failed('crashed', 'the process that judges was started anew on the way');
    if (request.step === 'add') {
      for (const outputs of request.said) {
        const added = await run.add(outputs);
        if (added.state === 'failed') return added;
      }
      return complete(null);
    }
    const grades = run.finish();
    run = null;
    return grades.state === 'failed' ? grades : complete({ grades: grades.value, wallMs: performance.now() - beganMs });
  };
}
