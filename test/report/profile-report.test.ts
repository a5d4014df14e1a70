import { describe, expect, test } from 'vitest';
import { type ProfileView, profileSummary, profileTable } from '../../src/report/profile-report.ts';
import { type TrialView, trialText } from '../../src/report/trial-report.ts';

const view: ProfileView = {
  model: 'net.onnx',
  device: 'onnxruntime cpu, 2 threads, batch 1',
  totalMs: 20,
  sites: [
    { site: 'fused', ms: null, macs: 1e6, rungs: [{ rung: { method: 'svd', rank: 4 }, macs: 1e5, outputError: null }] },
    {
      site: 'conv1',
      ms: 4,
      macs: 200e6,
      rungs: [
        { rung: { method: 'svd', rank: 60 }, macs: 160e6, outputError: null },
        { rung: { method: 'spatial', rank: 32 }, macs: 100e6, outputError: null },
        { rung: { method: 'tucker2', rank: [8, 16] }, macs: 20e6, outputError: null },
        { rung: { method: 'spatial', rank: 16 }, macs: 50e6, outputError: null },
      ],
    },
    {
      site: 'conv2',
      ms: 10,
      macs: 400e6,
      rungs: [{ rung: { method: 'svd', rank: 48 }, macs: 300e6, outputError: null }],
    },
  ],
  others: [
    { opType: 'Add', ms: 0.5 },
    { opType: 'MaxPool', ms: 2 },
    { opType: 'Add', ms: 0.25 },
  ],
};

describe('a profile', () => {
  const summary = profileSummary(view);

  test('orders the sites by time and gives share and rate: 200 MMACs in 4 ms are 50 GMAC/s', () => {
    expect(summary.sites.map(({ site }) => site)).toEqual(['conv2', 'conv1', 'fused']);
    expect(summary.sites.map(({ share }) => share)).toEqual([0.5, 0.2, null]);
    expect(summary.sites.map(({ macsPerSecond }) => macsPerSecond)).toEqual([40e9, 50e9, null]);
  });

  test('saves in proportion to MACs: half of conv1 is 2 ms, a tenth leaves 0.4 of 4 ms', () => {
    const [conv2, conv1, fused] = summary.sites;
    expect(conv1!.half).toEqual({ rung: { method: 'spatial', rank: 32 }, ms: 2, outputError: null });
    expect(conv1!.most!.rung).toEqual({ method: 'tucker2', rank: [8, 16] });
    expect(conv1!.most!.ms).toBeCloseTo(3.6, 12);
    expect(conv2!.half).toBeNull(); // 300 of 400 MMACs is more than half
    expect(conv2!.most).toEqual({ rung: { method: 'svd', rank: 48 }, ms: 2.5, outputError: null });
    expect([fused!.half, fused!.most]).toEqual([null, null]);
    expect(summary.halfMs).toBe(2);
    expect(summary.mostMs).toBeCloseTo(6.1, 12);
  });

  test('sums the other nodes by operator, and what is left between nodes: everything adds up to the total', () => {
    expect(summary.others).toEqual([
      { opType: 'MaxPool', nodes: 1, ms: 2, share: 0.1 },
      { opType: 'Add', nodes: 2, ms: 0.75, share: 0.0375 },
    ]);
    expect(summary.betweenMs).toBe(20 - 4 - 10 - 2.75);
    expect(profileSummary({ ...view, totalMs: 10 }).betweenMs).toBe(0);
  });

  test('tells what rungs lose where calibration images are known', () => {
    const told = {
      ...view,
      sites: view.sites.map(site => ({
        ...site,
        rungs: site.rungs.map(rung => ({ ...rung, outputError: 1 - rung.macs / site.macs })),
      })),
    };
    expect(profileSummary(told).sites[1]!.half!.outputError).toBe(0.5);
    const row = profileTable(told)
      .split('\n')
      .find(line => line.startsWith('conv1'))!;
    expect(row.split(/ {2,}/).slice(5)).toEqual(['spatial 32 2.000', '50.0 %', 'tucker2 8,16 3.600', '90.0 %']);
    expect(profileTable(view)).not.toContain('loses');
  });

  test('prints the same within 100 columns', () => {
    const lines = profileTable(view).split('\n');
    const row = lines.find(line => line.startsWith('conv1'))!;
    expect(row.split(/ {2,}/)).toEqual([
      'conv1',
      '4.000',
      '20.0 %',
      '200 M',
      '50.0',
      'spatial 32 2.000',
      'tucker2 8,16 3.600',
    ]);
    expect(lines.find(line => line.startsWith('Add x 2'))!.split(/ {2,}/)).toEqual(['Add x 2', '0.750', '3.8 %']);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(100);
    expect(lines.at(-1)).toMatch(/could save 2 ms \(10\.0 %\).* 6\.10 ms \(30\.5 %\)/);
  });
});

describe('a trial', () => {
  const trial: TrialView = {
    objectives: ['latency', 'top1'],
    study: 'night',
    trial: 41,
    state: 'complete',
    strategy: 'nsga2',
    onFront: true,
    sites: [
      { site: 'conv1', rung: { method: 'spatial', rank: 16 }, fullRank: 48, macs: 25e6, denseMacs: 100e6 },
      { site: 'conv2', rung: { method: 'tucker2', rank: [8, 16] }, fullRank: [32, 64], macs: 10e6, denseMacs: 80e6 },
      { site: 'fc', rung: { method: 'dense' }, fullRank: null, macs: 1e6, denseMacs: 1e6 },
    ],
    cost: { macs: 36e6, params: 250e3 },
    denseCost: { macs: 181e6, params: 1e6 },
    search: {
      figures: {
        latencyMs: 5,
        latencyQuality: 'good',
        conditions: null,
        speedup: 2,
        speedupCi: [1.98, 2.02],
        accuracy: 0.85,
        accuracyCi: [0.81, 0.88],
        drop: 0.05,
        dropStandardError: 0.01,
        images: 400,
        further: [],
      },
      images: 400,
      pairs: 60,
      endedBy: 'interval',
      disturbance: [],
    },
    confirm: null,
    refined: null,
    refinement: null,
    stages: [
      { stage: 'build', wallMs: 250 },
      { stage: 'latency', wallMs: 20_000 },
    ],
    warnings: [{ message: 'Another load kept 1.2 cores busy.', remedy: 'Stop it.' }],
    environment: { node: '24.1.0', cpu: 'made of sand' },
    trainings: [],
    failure: null,
    prunedFor: null,
    doubts: [],
  };
  const cells = (start: string, text: string): string[] | undefined =>
    text
      .split('\n')
      .find(line => line.trim().startsWith(start))
      ?.trim()
      .split(/ {2,}/);

  test('tells rank, full rank and share of dense MACs of every site', () => {
    const text = trialText(trial);
    expect(cells('conv1', text)).toEqual(['conv1', 'spatial', '16', '48', '25 M', '25.0 %']);
    expect(cells('conv2', text)).toEqual(['conv2', 'tucker2', '8,16', '32,64', '10 M', '12.5 %']);
    expect(cells('fc', text)).toEqual(['fc', 'dense', '-', '-', '1 M', '100.0 %']);
    expect(text).toContain('2 of 3 sites factorised');
    expect(cells('MACs', text)?.[1]).toBe('36 MMACs (19.9 % of dense)');
  });

  test('tells what was observed with its intervals, what it took and what may have spoilt it', () => {
    const text = trialText(trial);
    expect(text.split('\n')[0]).toBe('Trial 41 of study "night": complete, on the front, proposed by nsga2.');
    expect(cells('search', text)).toEqual([
      'search',
      '5',
      '2.00x [1.98, 2.02]',
      '85.00 [81.00, 88.00]',
      '-5.00 ± 2.02',
    ]);
    expect(text).toContain('  search: 400 images, 60 pairs of calls, ended by interval\n');
    expect(cells('confirm', text)).toBeUndefined();
    expect(cells('total', text)).toEqual(['total', '20 s']);
    expect(text).toContain('Another load kept 1.2 cores busy. Stop it.');
    expect(cells('cpu', text)).toEqual(['cpu', 'made of sand']);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const [site] = trial.sites;
    const long = { ...trial, sites: [{ ...site!, site: 'layer/'.repeat(12) }] };
    expect(trialText(long)).not.toContain('layer/'.repeat(12));
    expect(trialText(long, true)).toContain('layer/'.repeat(12));
  });

  test('says of a trial that it was stopped early, in the words for people', () => {
    const prunedFor = 'given up after 80 images: it would hardly have entered the front';
    const text = trialText({ ...trial, state: 'pruned', onFront: false, prunedFor });
    expect(text.split('\n')[0]).toBe('Trial 41 of study "night": stopped early, proposed by nsga2.');
    expect(text).toContain('\nStopped early after 80 images: it would hardly have entered the front.\n');
    expect(text).not.toMatch(/pruned|given up/i);
  });

  test('tells how a latency was taken, and what disturbed it', () => {
    const search = {
      ...trial.search!,
      figures: {
        ...trial.search!.figures,
        latencyQuality: 'disturbed' as const,
        conditions: {
          rule: 1,
          sessionPairs: [12, 11, 9],
          pairsLeftOut: 7,
          waitedMs: 90_000,
          slowdown: 1.234,
          causes: [],
        },
      },
      disturbance: ['Other processes kept 1.0 core busy, most of all python3 (process 812).'],
    };
    const text = trialText({ ...trial, search });
    const lines = text.split('\n').map(line => line.trim());
    const at = lines.indexOf('latency of search: disturbed, so that the speed-up is not known');
    expect(lines.slice(at + 1, at + 3)).toEqual([
      'Other processes kept 1.0 core busy, most of all python3 (process 812).',
      '3 sessions of 12, 11, 9 pairs; 7 pairs left out, since the machine was busy; waited 1 m 30 s for a quiet machine; the dense model took 1.23x its time on the quiet machine',
    ]);
    expect(trialText(trial)).toContain('latency of search: good');
  });

  test('that failed tells why, and has no empty sections', () => {
    const text = trialText({
      ...trial,
      state: 'failed',
      onFront: false,
      cost: null,
      search: null,
      warnings: [],
      environment: {},
      stages: [],
      failure: { reason: 'out-of-memory', detail: 'the child process ended on SIGKILL' },
    });
    expect(text).toContain('Failed (out-of-memory): the child process ended on SIGKILL');
    for (const heading of ['Observations', 'Warnings', 'Environment', 'Wall time']) expect(text).not.toContain(heading);
  });
});
