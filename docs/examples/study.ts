/**
 * A stored study from a program: `node docs/examples/study.ts STORE.sqlite STUDY OUT.onnx`.
 * Prints its front, writes the recommended model, and proves the stored numbers again.
 */
import { openStudy, pick } from 'rankfront';

const [store = '', name = '', out = ''] = process.argv.slice(2);
const study = await openStudy(store, name, { onWarning: message => console.error(message) });
try {
  const report = await study.front();
  for (const { trial, latencyMs, accuracy } of report.points)
    console.log(`trial ${trial}: ${latencyMs.toFixed(3)} ms, ${(100 * accuracy).toFixed(1)} %`);
  const picked = pick(report, { kind: 'limits' });
  console.log(picked.why);
  if (picked.state === 'picked') {
    const { bytes } = await study.export(picked.point.trial, out);
    console.log(`${out}: ${bytes} bytes`);
  }
  const stopped = (await study.trials()).filter(({ state }) => state === 'pruned').length;
  console.log(`${stopped} trials were stopped early`);
  const { passed, disagreements } = await study.verify({ measure: 0 });
  console.log(passed ? 'the dense model holds' : `not proved; ${disagreements.length} numbers differ`);
} finally {
  await study.close();
}
