/** An audit of a study: how far its cheap measures of accuracy order configurations as the dear ones do. */
import type { LossUnit } from '../../decompose/output-error.ts';
import { keyedRng } from '../../random/keyed-rng.ts';
import { pairedDifference } from '../../stats/paired-difference.ts';
import { binomialStandardError, shareOfOnes } from '../../stats/proportion.ts';
import { type Agreement, agreements } from './agreement.ts';
import type { AuditInput } from './input.ts';
import { type SubsetAdvice, subsetAdvice } from './subset-size.ts';
import { type WinnersCurse, winnersCurse } from './winners-curse.ts';

export interface AuditRow {
  readonly trial: number;
  readonly onFront: boolean;
  /** Candidate time over dense time. */
  readonly latency: number;
  readonly closedForm: number;
  /** Drops against the dense model on the same images, as shares, with their paired standard errors. */
  readonly proxyDrop: number;
  readonly proxyStandardError: number;
  readonly heldBackDrop: number;
  readonly heldBackStandardError: number;
  /** Top-1 after the short retrain; null where it was not retrained. */
  readonly retrained: number | null;
}

export interface AuditReport {
  readonly study: string;
  readonly objective: AuditInput['objective'];
  readonly seed: number;
  readonly completeTrials: number;
  readonly lossUnit: LossUnit;
  readonly images: { readonly proxy: number; readonly heldBack: number };
  readonly dense: {
    readonly proxy: number;
    readonly heldBack: number;
    /** Binomial standard errors of both. */
    readonly proxyStandardError: number;
    readonly heldBackStandardError: number;
  };
  readonly retrain: AuditInput['retrain'];
  /** By latency. */
  readonly rows: readonly AuditRow[];
  readonly agreement: readonly Agreement[];
  /** Of the audited members of the front alone. */
  readonly agreementOnFront: readonly Agreement[];
  readonly winnersCurse: WinnersCurse;
  /** Null where the images held back do not order the configurations. */
  readonly subset: SubsetAdvice | null;
}

/** The same numbers for the same input: resamples are drawn by the seed of the study. */
export function auditReport(input: AuditInput): AuditReport {
  const { study, objective, seed, completeTrials, lossUnit, dense, retrain } = input;
  const audited = input.audited.toSorted((a, b) => a.latency - b.latency || a.trial - b.trial);
  const front = input.front.toSorted((a, b) => a.latency - b.latency || a.trial - b.trial);
  const off = audited.filter(({ onFront }) => !onFront);
  const [proxy, heldBack] = [shareOfOnes(dense.proxy), shareOfOnes(dense.heldBack)];
  return {
    study,
    objective,
    seed,
    completeTrials,
    lossUnit,
    images: { proxy: dense.proxy.length, heldBack: dense.heldBack.length },
    dense: {
      proxy,
      heldBack,
      proxyStandardError: binomialStandardError(proxy, dense.proxy.length),
      heldBackStandardError: binomialStandardError(heldBack, dense.heldBack.length),
    },
    retrain,
    rows: audited.map(({ trial, onFront, latency, closedForm, retrained, ...answers }) => {
      const onProxy = pairedDifference(dense.proxy, answers.proxy);
      const onHeldBack = pairedDifference(dense.heldBack, answers.heldBack);
      return {
        trial,
        onFront,
        latency,
        closedForm,
        proxyDrop: onProxy.difference,
        proxyStandardError: onProxy.standardError,
        heldBackDrop: onHeldBack.difference,
        heldBackStandardError: onHeldBack.standardError,
        retrained,
      };
    }),
    agreement: agreements(audited, keyedRng(seed, 1)),
    agreementOnFront: agreements(
      audited.filter(({ onFront }) => onFront),
      keyedRng(seed, 2),
    ),
    winnersCurse: winnersCurse(dense, front, off),
    subset: subsetAdvice(audited, front, dense.proxy.length, keyedRng(seed, 3)),
  };
}
