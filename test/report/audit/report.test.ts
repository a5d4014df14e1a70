import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { auditReport } from '../../../src/report/audit/report.ts';
import { auditText } from '../../../src/report/audit/text.ts';
import { madeInput } from './made.ts';

describe('auditReport', () => {
  const input = madeInput(seededRng(1));
  const report = auditReport(input);

  test('compares every pair of measures that enough configurations have', () => {
    expect(report.agreement.map(({ of, configurations }) => [...of, configurations])).toEqual([
      ['closedForm', 'proxy', 16],
      ['closedForm', 'heldBack', 16],
      ['proxy', 'heldBack', 16],
      ['closedForm', 'retrained', 6],
      ['proxy', 'retrained', 6],
      ['heldBack', 'retrained', 6],
    ]);
    // Three on the front were retrained: too few.
    expect(report.agreementOnFront).toHaveLength(3);
    // Closed form and retrained accuracy are both the true order here.
    expect(report.agreement[3]).toMatchObject({ tau: 1, tauInterval: null, overlap: 1, top: 2 });
    for (const { tau, tauInterval } of report.agreement) {
      if (!tauInterval) continue;
      expect(tauInterval[0]).toBeLessThanOrEqual(tau!);
      expect(tauInterval[1]).toBeGreaterThanOrEqual(tau!);
    }
  });

  test('does not depend on the order of its input, and follows from its seed', () => {
    const { audited, front } = input;
    const turned = { ...input, audited: audited.toReversed(), front: front.toReversed() };
    expect(auditReport(turned)).toEqual(report);
    expect(auditReport({ ...input, seed: 4 }).agreement).not.toEqual(report.agreement);
  });

  test('in words: every section, within 100 columns, and the same numbers as Markdown', () => {
    const text = auditText(report, 'table');
    for (const line of text.split('\n').filter(each => /^ *\d+ /.test(each)))
      expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toContain('Audit of the study "made": 16 of 20 complete trials, 8 of them on the front');
    expect(text).toContain(`the study used ${input.dense.proxy.length}.`);
    const markdown = auditText(report, 'md');
    expect(markdown).toContain('| trial | front |');
    const [{ trial, closedForm } = { trial: 0, closedForm: 0 }] = report.rows;
    expect(markdown).toMatch(new RegExp(`^\\| ${trial} \\| .* \\| ${closedForm.toPrecision(3)} \\|`, 'm'));
  });

  test('what the proxy images take away is called less, not a negative more', () => {
    const front = { configurations: 8, cost: -0.0105, standardError: 0.002 };
    const text = auditText({ ...report, winnersCurse: { ...report.winnersCurse, front } }, 'table');
    expect(text).toContain('On the front (8): the proxy images say 1.05 (± 0.39) pp less accuracy');
  });

  test('without a retrain the column says so', () => {
    const bare = auditReport({
      ...input,
      retrain: null,
      audited: input.audited.map(trial => ({ ...trial, retrained: null })),
    });
    expect(bare.agreement).toHaveLength(3);
    expect(auditText(bare, 'table')).toContain('not asked for');
    expect(auditText({ ...bare, lossUnit: 'weights' }, 'table')).toContain('squared relative errors of weights');
  });
});
