/** What a report says of studies that ended well, badly, or not at all. */
import { describe, expect, test } from 'vitest';
import { documentHtml } from '../../../src/report/document/html.ts';
import { documentMarkdown } from '../../../src/report/document/markdown.ts';
import type { FrontInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { gainOf, recommended } from '../../../src/report/front/gain.ts';
import { studyDocument } from '../../../src/report/study-report/document.ts';
import type { StudyReportView } from '../../../src/report/study-report/view.ts';
import { disturbedIn, mixed, study } from '../fixture.ts';

function viewOf(input: FrontInput, changes: Partial<StudyReportView> = {}): StudyReportView {
  const front = frontReport(input);
  const trial = changes.asked ?? recommended(gainOf(front));
  const point = front.best.find(each => each.trial === trial) ?? front.dense;
  const phase = (figures: typeof point.search) => ({
    figures,
    images: figures.images,
    pairs: 60,
    endedBy: 'interval',
    disturbance: figures.latencyQuality === 'good' ? [] : ['Other processes kept 1.0 core busy.'],
  });
  return {
    front,
    point,
    stopped: [],
    modelName: 'net.onnx',
    state: 'complete',
    counts: { waiting: 0, running: 0, complete: input.trials.length + 1, failed: 0, pruned: 0 },
    maxDrop: 0.01,
    asked: null,
    pickSha256: 'f'.repeat(64),
    began: '2030-01-02T03:04:05.000Z',
    ended: null,
    hashes: { 'dense model': 'a'.repeat(64) },
    commandLine: ['search', '--model', 'my net.onnx'],
    store: 'results/rankfront.sqlite',
    version: '0.1.0',
    pick: {
      study: 'small',
      objectives: ['latency', 'top1'],
      trial,
      state: 'complete',
      prunedFor: null,
      strategy: 'nsga2',
      onFront: true,
      doubts: [],
      sites: [{ site: 'conv1', rung: { method: 'spatial', rank: 16 }, fullRank: 48, macs: 25e6, denseMacs: 100e6 }],
      cost: { macs: 5e8, params: 5e5 },
      denseCost: { macs: 1e9, params: 1e6 },
      search: phase(point.search),
      confirm: point.confirm && phase(point.confirm),
      refined: point.refined && phase(point.refined),
      refinement: null,
      stages: [],
      warnings: [],
      environment: { processor: 'made of sand' },
      failure: null,
      trainings: [],
    },
    ...changes,
  };
}

const leadOf = (view: StudyReportView): string[] =>
  studyDocument(view).blocks.flatMap(each => (each.kind === 'lead' ? [each.text] : []));
const textOf = (view: StudyReportView): string => documentMarkdown(studyDocument(view)).replaceAll('\\', '');

describe('three sentences for whoever decides', () => {
  test('a confirmed pick: what to run, what it takes and what it loses', () => {
    const view = viewOf(mixed(true));
    const [searched, run, saved] = leadOf(view);
    expect(leadOf(view)).toHaveLength(3);
    expect(searched).toBe('Rankfront tried 4 factorised versions of net.onnx.');
    expect(run).toMatch(/^Run trial 4 \(confirmed\): it takes 10.6 ms where the dense model takes 12 ms, 1.14x \[/);
    expect(saved).toMatch(
      /^The accuracy changes by -0.40 pp \(95 % ± .*confirmed on 1000 images that the search never saw\.$/,
    );
    const figures = studyDocument(view).blocks.find(each => each.kind === 'figures');
    expect(figures?.items.map(({ value }) => value)).toEqual(['12 %', '50 %', '50 %', '79.60 %']);
  });

  test('nothing confirmed: the figures are said to flatter', () => {
    const unconfirmed = viewOf(study([[4, [0.8, 0.001], null]]));
    expect(leadOf(unconfirmed)[1]).toMatch(/^Run trial 4 \(not confirmed\)/);
    expect(leadOf(unconfirmed)[2]).toMatch(/not confirmed: figures of the search on 400 images, which flatter\.$/);
    expect(textOf(unconfirmed)).toContain('Nothing is confirmed yet');
  });

  test('nothing faster, everything too costly, and the dense model alone: keep it, with the reason', () => {
    expect(leadOf(viewOf(study([[1, [1.2, 0.001], null]])))[1]).toMatch(/^Keep the dense model \(10 ms\)/);
    expect(leadOf(viewOf(study([[1, [0.5, 0.1], null]])))[1]).toBe(
      'Keep the dense model (10 ms): every faster version loses more than 1.00 pp of accuracy.',
    );
    const alone = viewOf(study([]));
    expect(leadOf(alone)).toEqual([
      'Rankfront tried 0 factorised versions of net.onnx.',
      'Keep the dense model (10 ms): no version that was tried is better.',
      'So nothing is saved, and nothing is lost.',
    ]);
    expect(documentHtml(studyDocument(alone))).toContain('</html>');
    expect(leadOf(viewOf(study([[1, [0.5, 0.1], null]])))[0]).toBe('Rankfront tried 1 factorised version of net.onnx.');
  });

  test('before any trial has run, nothing is said for or against the network', () => {
    const untried = viewOf({ ...study([]), tried: false });
    expect(leadOf(untried).slice(1)).toEqual([
      'No trial has run yet: only the dense model is measured (10 ms). Run the same search again, and it goes on where it stopped.',
      'So it is not known yet what could be saved.',
    ]);
    expect(studyDocument(untried).title).toBe('small: the search for a faster net.onnx');
  });

  test('disturbed figures: no speed-up is claimed, and why is said', () => {
    const { trials, ...rest } = mixed(true);
    const input = { ...rest, trials: trials.map(trial => disturbedIn(trial, 'search', 'confirm')) };
    expect(leadOf(viewOf(input))[1]).toMatch(/until the trials are measured again: other work slowed the machine/);
    const asked = viewOf(input, { asked: 1 });
    expect(leadOf(asked)[1]).toMatch(/^This report is about trial 1 \(disturbed\): its speed-up is not known/);
    expect(textOf(asked)).toContain('Other processes kept 1.0 core busy.');
    expect(textOf(asked)).not.toContain('less time per run');
  });
});

test('computed latencies are never called timed', () => {
  const view = viewOf({ ...mixed(true), device: { name: 'a board', computed: true } });
  expect(textOf(view)).toContain('computed from a model of a board, and not measured');
  expect(textOf(view)).not.toContain('was timed side by side');
});

test('everything to make it again: commands that a shell takes, and whole hashes', () => {
  const text = textOf(viewOf(mixed(true)));
  expect(text).toContain("rankfront search --model 'my net.onnx'\n");
  expect(text).toContain('rankfront verify --study small --store results/rankfront.sqlite\n');
  expect(text).toContain('--trial 4 --out trial-4.onnx');
  expect(text).toContain('a'.repeat(64));
  expect(text).toContain('f'.repeat(64));
});

test('names from a model are text, also in the picture', () => {
  const name = '<img src=x onerror=alert(1)>';
  const html = documentHtml(studyDocument(viewOf({ ...mixed(true), study: name }, { modelName: name })));
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

test('the same view gives the same file', () => {
  const html = () => documentHtml(studyDocument(viewOf(mixed(true))));
  expect(html()).toBe(html());
});
