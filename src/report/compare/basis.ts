/** Whether studies can be set beside each other: other networks cannot, and what else differs is said. */
import { UserError } from '../../errors/user-error.ts';
import { limitsText } from '../../objectives/limits.ts';
import { countWords } from '../front/wording.ts';
import type { DeviceStudy } from './device-study.ts';

/** @throws UserError for another network: its accuracies and ranks say nothing of the first one */
export function demandOneNetwork(studies: readonly Pick<DeviceStudy, 'name' | 'basis'>[], action: string): void {
  const [first, ...others] = studies;
  const other = others.find(({ basis }) => basis.model.sha256 !== first?.basis.model.sha256);
  if (!first || !other) return;
  const named = ({ model }: DeviceStudy['basis']): string => `"${model.path}" (sha256 ${model.sha256.slice(0, 12)})`;
  throw new UserError(
    `Cannot ${action} "${first.name}" and "${other.name}": expected one network, found ${named(first.basis)} and ${named(other.basis)}.`,
    'Name studies of the same model file.',
  );
}

/** A sentence for each way in which a study differs from the first one, other than in its device. */
export function basisNotes(studies: readonly DeviceStudy[]): string[] {
  demandOneNetwork(studies, 'compare');
  const [first, ...others] = studies;
  return first ? others.flatMap(other => notesOn(first, other)) : [];
}

function notesOn(first: DeviceStudy, other: DeviceStudy): string[] {
  const differ = (what: string, of: (study: DeviceStudy) => string, so: string): string[] =>
    of(first) === of(other)
      ? []
      : [`"${other.name}" has other ${what} than "${first.name}" (${of(other)}, not ${of(first)}): ${so}.`];
  const { data: a } = first.basis;
  const { data: b } = other.basis;
  const otherData = a.sha256 !== b.sha256;
  return [
    ...(otherData
      ? [
          `"${other.name}" judges by other images than "${first.name}" ("${b.spec}", not "${a.spec}"): their drops are not of the same images.`,
        ]
      : readingWords(first) === readingWords(other)
        ? []
        : [`"${other.name}" reads the images otherwise than "${first.name}": their drops are not of the same inputs.`]),
    ...(otherData ? [] : differ('proxy images', proxyWords, 'figures of their searches are not of the same images')),
    ...differ('objectives', ({ report }) => report.objectives.join(' and '), 'they did not look for the same'),
    ...differ('limits', ({ report }) => limitsText(report.limits) || 'none', 'trials beyond them are left out'),
    ...differ('calibration', calibrationWords, 'the same ranks make other candidates'),
    ...differ('batch', ({ device }) => `${device.batch}`, 'milliseconds are of one batch'),
  ];
}

const readingWords = ({ basis: { data } }: DeviceStudy): string => `${data.normalisation}, ${data.transform}`;

const proxyWords = ({ basis: { proxy } }: DeviceStudy): string => `${countWords(proxy.images)}, seed ${proxy.seed}`;

const calibrationWords = ({ basis: { calibration } }: DeviceStudy): string =>
  calibration
    ? `${countWords(calibration.images)} images, ${calibration.factors} factors, corrections ${calibration.corrections}`
    : 'none';
