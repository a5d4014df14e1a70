/**
 * A search: `node docs/examples/search.ts MODEL.onnx cifar10:DIR HARDWARE.yaml STORE.sqlite TRIALS`.
 * Prints the fastest point that loses at most one point of accuracy.
 */
import { pick, search } from 'rankfront';

const [model = '', data = '', hardware = '', store = '', trials = '40'] = process.argv.slice(2);
const { study, report } = await search({
  model,
  data,
  hardware,
  store,
  trials: Number(trials),
  acceptDense: true,
  onEvent: event =>
    event.kind === 'trial-finished' &&
    console.error(`trial ${event.trial}: ${event.ratio.toFixed(3)} of dense`),
});
const why = report && pick(report, { kind: 'max-drop', drop: 0.01 }).why;
console.log(JSON.stringify({ study, why, points: report?.points.length }));
