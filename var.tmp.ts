import { readFileSync } from 'node:fs'; import { createHash } from 'node:crypto';
import { openDevice } from '/work/main/src/device/open.ts';
import { parseHardwareProfile } from '/work/main/src/device/profile.ts';
import { levelled } from '/work/main/src/stats/levelled.ts'; import { ratioOfMedians } from '/work/main/src/stats/ratio-of-medians.ts';
const [cand, dense, times, sessions] = process.argv.slice(2);
const f = (p: string) => ({ path: p, sha256: createHash('sha256').update(readFileSync(p)).digest('hex') });
const profile = parseHardwareProfile(readFileSync('/work/main/hardware-profiles/cpu-2-threads.yaml','utf8'), 'h');
for (let i=0;i<Number(times);i++) {
  const device = await openDevice(profile, { scratchDir: '/tmp' });
  const a = await device.latency(f(cand!), f(dense!), { halfWidth: 1e-9, maxMs: 600*Number(sessions), minPairs: 5, seed: i*1000, sessions: Number(sessions), waitMs: 600000 });
  if (a.state==='failed') throw new Error(a.detail);
  const v=a.value; let at=0; const rs: number[]=[];
  for (const n of v.conditions.sessionPairs) { const l=levelled(v.candidateSamplesMs.slice(at,at+n), v.referenceSamplesMs.slice(at,at+n)); rs.push(+ratioOfMedians(l.x,l.y).toFixed(4)); at+=n; }
  console.log(JSON.stringify({ratio:+v.ratio.toFixed(4), rs, d:+v.referenceMs.toFixed(2), q:v.quality, w: Math.round(v.conditions.waitedMs)}));
  await device.close();
}
