/** Everything that `roi` says, from figures and from fronts that were read: the command and the page reckon with this one. */
import { completeFigures, type Given } from '../money/figures.ts';
import { type Reckoning, reckon } from '../money/reckon.ts';
import { swings } from '../money/sensitivity.ts';
import { parseDrop } from '../units/drop.ts';
import type { FrontReport } from './front/front.ts';
import { type RoiChoice, roiStudy } from './roi-study.ts';
import type { RoiPage } from './roi-text.ts';

export interface RoiStudyInput {
  /** With the best figures there are. */
  readonly report: FrontReport;
  /** Calls in one run of the network. */
  readonly batch: number;
}

/**
 * @param studies in the order of `given.studies`, at least one
 * @throws UserError for figures that are missing or exclude each other, and where figures of a study are not confirmed
 */
export function roiAnswer(given: Given, studies: readonly RoiStudyInput[]): RoiPage {
  const figures = completeFigures(given);
  const asked = studies.map(({ report, batch }) => roiStudy(report, choiceOf(given, report.study), batch));
  const measured = asked.map(each => each.measured);
  const answer = reckon(figures, measured);
  const swung = swungOption(answer);
  return { answer, studies: asked, given, swung, swings: swung === null ? [] : swings(given, measured, swung) };
}

function choiceOf({ inputs }: Given, study: string): RoiChoice {
  const trial = inputs.devices[study]?.trial ?? inputs.trial;
  return trial === undefined
    ? { kind: 'max-drop', drop: parseDrop(String(inputs.maxDrop ?? ''), 'maxDrop (--max-drop)') }
    : { kind: 'trial', trial };
}

/** What is best, or, where that is staying dense, what comes nearest: the option with the greatest saving. */
function swungOption({ best, options }: Reckoning): number | null {
  if (best !== null && best !== 0) return best;
  const savings = options.map(({ outcome }) => outcome.value.saving);
  return savings.reduce<number | null>((nearest, saving, index) => {
    const other = nearest === null ? undefined : savings[nearest];
    return index === 0 || (other && other.numerator * saving.denominator >= saving.numerator * other.denominator)
      ? nearest
      : index;
  }, null);
}
