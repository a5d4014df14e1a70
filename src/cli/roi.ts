/** `rankfront roi`: whether a speed-up pays, in the user's own money. */
import { parseHardwareProfile } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import { completeFigures, type Given } from '../money/figures.ts';
import { type Reckoning, reckon } from '../money/reckon.ts';
import { swings } from '../money/sensitivity.ts';
import { demandOneNetwork } from '../report/compare/basis.ts';
import { roiJson } from '../report/roi-json.ts';
import { type RoiChoice, roiStudy } from '../report/roi-study.ts';
import { type RoiPage, roiText } from '../report/roi-text.ts';
import { pays } from '../report/roi-verdict.ts';
import type { Study } from '../store/study.ts';
import { frontOf } from '../study/read/read-front.ts';
import { parseDrop } from '../units/drop.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand } from './command.ts';
import { openNamed, studyNames } from './named-studies.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { figureOptions, givenFigures } from './roi-inputs.ts';

export const roi = defineCommand({
  usage: 'roi [studies..]',
  summary: 'Reckon whether it pays to factorise, or to change the device; exits 1 when staying dense is best',
  positionals: {
    studies: {
      type: 'string',
      array: true,
      describe: `The device of today first: ${studyNames}`,
    },
  },
  options: {
    study: studyOption,
    store: storeOption,
    inputs: { type: 'string', describe: 'A YAML file with the figures; an option goes before its key' },
    json: jsonOption,
    ...figureOptions,
  },
  examples: [
    ['rankfront roi --study resnet18 --inputs roi.yaml', 'one device, every figure from a file'],
    ['rankfront roi board server --inputs roi.yaml --calls-per-day 2e6', 'two devices, at another load'],
  ],
  run: async (args, console) => {
    const named = (args.studies ?? []).map(String);
    if (named.length > 0 && args.study !== undefined)
      throw new UserError('Cannot reckon: studies are named, and --study is given.', 'Leave --study out.');
    // What was typed wrong is said before any store is looked for.
    const figuresGiven = givenFigures(args, args.inputs);
    const opened = await openNamed(named.length > 0 ? named : [args.study], args.store, console);
    const given = { ...figuresGiven, studies: opened.map(({ study }) => study.name) };
    demandNamesOfTheirOwn(given.studies);
    demandOneNetwork(
      opened.map(({ study }) => ({ name: study.name, basis: study })),
      'reckon with',
    );
    if (opened.length > 1 && given.inputs.trial !== undefined)
      throw new UserError(
        'trial (--trial) belongs to one study, and several are named.',
        'Use devices.STUDY.trial in --inputs.',
      );
    noteUnused(given, console);
    const figures = completeFigures(given);
    // Confirmed figures are what `best` takes wherever there are any.
    const studies = opened.map(({ study, reading }) =>
      roiStudy(frontOf(reading, 'best'), choiceOf(given, study.name), batchOf(study)),
    );
    const measured = studies.map(each => each.measured);
    const answer = reckon(figures, measured);
    const swung = swungOption(answer);
    const page: RoiPage = {
      answer,
      studies: studies.map((each, at) => ({
        ...each,
        why: atStore(each.why, each.measured.study, opened[at]?.store ?? args.store),
      })),
      given,
      swung,
      swings: swung === null ? [] : swings(given, measured, swung),
    };
    console.out(args.json ? roiJson(page) : roiText(page));
    return pays(answer) ? 0 : 1;
  },
});

/** The figures of a device stand under the name of its study. */
function demandNamesOfTheirOwn(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UserError(
      `Cannot reckon: two studies are called "${twice}", and figures are given by the name of a study.`,
      'Search or transfer one of them under another name.',
    );
}

function noteUnused({ inputs, studies }: Given, console: Console): void {
  const unused = Object.keys(inputs.devices).filter(name => !studies.includes(name));
  if (unused.length > 0)
    console.note(`Not used: the figures under devices for ${unused.join(', ')}, which no named study is called.`);
}

function choiceOf({ inputs }: Given, study: string): RoiChoice {
  const trial = inputs.devices[study]?.trial ?? inputs.trial;
  return trial === undefined
    ? { kind: 'max-drop', drop: parseDrop(String(inputs.maxDrop ?? ''), 'maxDrop (--max-drop)') }
    : { kind: 'trial', trial };
}

const batchOf = ({ name, hardware }: Study): number =>
  parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`).batchSize;

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
