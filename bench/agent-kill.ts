/**
 * A search through an agent on this machine whose both ends are killed at random instants, again and again, until it is done. Says what came out:
 * trials that were lost, failed or counted twice, and how long the search took beside one that nobody killed. The network may be any.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { currentEnvironment, currentLoad } from '../src/host/environment.ts';
import { seededRng } from '../src/random/rng.ts';
import { openStore } from '../src/store/open.ts';
import { type Running, startCommand } from './agent-kill/command.ts';

const root = join(import.meta.dirname, '..');
const assets = join(root, '..', 'shared', 'assets');

/** `[--model M.onnx] [--data D] [--calibration C] [--hardware H.yaml] [--trials 5] [--kills 8] [--scorer host] [--seed 1] [--corrections K] [--out F.json]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: join(assets, 'models', 'resnet18-hybrid.bn.onnx') },
      data: { type: 'string', default: `folder:${join(assets, 'imagenet-val350')}` },
      calibration: { type: 'string', default: `folder:${join(assets, 'imagenet-calib300')}` },
      hardware: { type: 'string', default: join(root, 'hardware-profiles', 'cpu-2-threads.yaml') },
      'calibration-images': { type: 'string', default: '64' },
      corrections: { type: 'string', default: 'moments' },
      /** Without a tuner that looks at every site first, a search reaches its trials sooner. */
      strategy: { type: 'string', default: 'random' },
      trials: { type: 'string', default: '5' },
      kills: { type: 'string', default: '8' },
      /** How long a measurement waits for a quiet machine: kills should meet trials, and not waiting. */
      wait: { type: 'string', default: '2s' },
      /** `device`: images are scored through the agent, too. */
      scorer: { type: 'string', default: 'host' },
      /** Between two kills, at most. */
      everyMs: { type: 'string', default: '40000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  if (!existsSync(values.model)) {
    console.log(`Skipped: there is no model at ${values.model}.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-kill-'));
  const rng = seededRng(Number(values.seed));
  const [token, far, store] = ['token', 'far.yaml', 'store.sqlite'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(token, 'a-token-that-only-this-benchmark-has\n');
  const port = 20_000 + rng.integer(20_000);
  const address = `127.0.0.1:${port}`;
  writeFileSync(
    far,
    `name: Far\ndriver: { kind: remote, address: "${address}", tokenFile: ${JSON.stringify(token)} }\nhost: { threads: 2, scorer: ${values.scorer} }\n`,
  );
  const cache = join(folder, 'agent');
  const agentArgs = ['agent', '--hardware', values.hardware, '--listen', address, '--token-file', token];
  const agent = (): Running => startCommand([...agentArgs, '--cache', cache]);
  const { model, data, calibration, corrections, trials } = values;
  const problem = ['--model', model, '--data', data, '--calibration', calibration, '--corrections', corrections];
  const images = ['--calibration-images', values['calibration-images']];
  const place = ['--hardware', far, '--store', store, '--study', 'killed', '--trials', trials, '--seed', values.seed];
  const search = (): Running =>
    startCommand([
      'search',
      ...problem,
      ...images,
      ...place,
      '--strategy',
      values.strategy,
      '--wait',
      values.wait,
      '--no-pruning',
      '--accept-dense',
    ]);
  const kills = { search: 0, agent: 0 };
  const began = performance.now();
  let [measuring, searching] = [agent(), search()];
  try {
    // Before the first trial there is nothing to lose.
    while (searching.status() === null && (await trialsIn(store).catch(() => [])).length === 0) await delay(500);
    for (let kill = 0; kill < Number(values.kills) && searching.status() === null; kill++) {
      const pauseMs = 2000 + rng.integer(Number(values.everyMs));
      await Promise.race([delay(pauseMs), searching.ended]);
      if (searching.status() !== null) break;
      const which = rng.integer(3);
      if (which !== 0) {
        await measuring.kill();
        kills.agent++;
      }
      if (which !== 1) {
        await searching.kill();
        kills.search++;
      }
      const at = ((performance.now() - began) / 1000).toFixed(0);
      console.log(`${at} s: killed ${['the search', 'the agent', 'both'][which]}; ${await statesIn(store)}`);
      await delay(rng.integer(6000));
      if (measuring.status() !== null) measuring = agent();
      if (searching.status() !== null) searching = search();
    }
    const status = await searching.ended;
    const seconds = (performance.now() - began) / 1000;
    const { seed, scorer } = values;
    const found = {
      ...{ seed: Number(seed), scorer, environment: currentEnvironment(), load: currentLoad() },
      ...{ status, kills, seconds, states: await statesIn(store), trials: await trialsIn(store) },
    };
    console.log(`${JSON.stringify({ ...found, trials: found.trials.length })}\n${searching.said().slice(-1500)}`);
    const study = ['--study', 'killed', '--store', store];
    const after: Record<string, number> = {};
    for (const [name = '', ...more] of [
      ['front', ...study],
      ['show', '1', ...study],
      ['replay', ...study],
      ['verify', ...study],
      ['profile', '--model', model, '--hardware', far],
    ]) {
      const next = startCommand([name, ...more]);
      after[name] = await next.ended;
      console.log(`${name}: status ${after[name]}\n${next.said().slice(0, 2500)}`);
    }
    if (values.out) writeFileSync(values.out, `${JSON.stringify({ ...found, after }, null, 1)}\n`);
  } finally {
    await searching.kill();
    await measuring.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trialsIn(path: string) {
  if (!existsSync(path)) return [];
  const store = await openStore(path, { readOnly: true });
  try {
    const study = await store.studies.get('killed');
    const list = study ? await store.trials.list(study.id) : [];
    return list.map(({ number, state, requeues }) => ({ number, state, requeues }));
  } finally {
    await store.close();
  }
}

/** `3 complete, 1 running`. A store that was killed while it was made is none yet. */
async function statesIn(path: string): Promise<string> {
  const counts = new Map<string, number>();
  for (const { state } of await trialsIn(path).catch(() => [])) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'no trial yet';
}
