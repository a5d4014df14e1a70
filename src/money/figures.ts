/** The user's figures, all of them, exact and in the units that the formulas want; those that are missing are asked for by name. */
import { UserError } from '../errors/user-error.ts';
import { type DeviceKey, flagOf, type OptionKey, type RoiInputs, type SharedKey } from './inputs.ts';
import {
  add,
  compare,
  divide,
  exactly,
  greatest,
  least,
  multiply,
  one,
  product,
  type Rational,
  rational,
  sum,
  zero,
} from './rational.ts';

/** How a machine is paid. Prices are amounts of the user's currency. */
export type Price =
  | { readonly kind: 'rent'; readonly perHour: Rational }
  | {
      readonly kind: 'purchase';
      readonly price: Rational;
      readonly resale: Rational;
      readonly lifeMonths: Rational;
      readonly owned: bigint;
    }
  | { readonly kind: 'metered'; readonly perBusyHour: Rational };

export interface Energy {
  readonly loadWatts: Rational;
  readonly idleWatts: Rational;
  readonly perKwh: Rational;
  /** Of the site over the machine, at least 1. */
  readonly overhead: Rational;
}

export interface DeviceFigures {
  readonly price: Price;
  readonly energy: Energy | null;
  readonly fixedMs: Rational;
  readonly callsAtOnce: bigint;
  readonly spare: bigint;
  /** Once, to change to this device; zero for the first. */
  readonly moveCost: Rational;
}

export interface CostFigures {
  readonly currency: string;
  readonly callsPerDay: Rational;
  /** Rate at the peak over the mean rate. */
  readonly peakFactor: Rational;
  readonly mostUtilisation: Rational;
  readonly latencyLimitMs: Rational | null;
  /** Per percentage point and month at `callsPerDay`. */
  readonly lostPointPerMonth: Rational | null;
  readonly horizonMonths: Rational;
  /** Search, retraining and people, once for each device that is factorised for. */
  readonly effort: Rational;
  /** In the order of the studies; the first is the device of today. */
  readonly devices: readonly DeviceFigures[];
}

/** One input, by its path (`callsPerDay`, `devices.cloud.pricePerHour`), taken times a factor. */
export interface Variation {
  readonly path: string;
  readonly factor: Rational;
}

export interface Given {
  readonly inputs: RoiInputs;
  /** Calls of each hour, where a file of hours was read. */
  readonly hours: readonly number[] | null;
  /** Names, the one of today first. */
  readonly studies: readonly string[];
}

/** @throws UserError that names every figure that is missing, or two that exclude each other */
export function completeFigures({ inputs, hours, studies }: Given, variation?: Variation): CostFigures {
  const missing: string[] = [];
  const ask = (name: string): Rational => {
    if (!missing.includes(name)) missing.push(name);
    return one;
  };
  const varied = (path: string, value: number): Rational =>
    variation?.path === path ? multiply(exactly(value), variation.factor) : exactly(value);
  const known = (key: OptionKey): Rational | null => {
    const value = inputs[key];
    return typeof value === 'number' ? varied(key, value) : null;
  };
  const shared = (key: SharedKey): Rational => known(key) ?? ask(`${key} (${flagOf(key)})`);
  const load = hours ? loadOf(hours, known('peakFactor'), varied('hoursFile', 1)) : null;
  if (hours && inputs.callsPerDay !== undefined) throw exclusive('callsPerDay', 'hoursFile');
  const machineHours = sum([shared('searchHours'), shared('retrainHours')]);
  const personDays = shared('personDays');
  const figures: CostFigures = {
    currency: inputs.currency ?? '',
    callsPerDay:
      load?.callsPerDay ?? known('callsPerDay') ?? ask('callsPerDay (--calls-per-day) or hoursFile (--hours-file)'),
    peakFactor: load?.peakFactor ?? shared('peakFactor'),
    mostUtilisation: least(shared('mostUtilisation'), one),
    latencyLimitMs: known('latencyLimitMs'),
    lostPointPerMonth: known('lostPointPerMonth'),
    horizonMonths: shared('horizonMonths'),
    effort: sum([
      inputs.searchHours || inputs.retrainHours ? multiply(machineHours, shared('effortPricePerHour')) : zero,
      inputs.personDays ? multiply(personDays, shared('pricePerPersonDay')) : zero,
    ]),
    devices: studies.map((study, index) =>
      deviceFigures(readerOf(inputs, study, studies.length > 1, varied, ask), index),
    ),
  };
  if (inputs.currency === undefined) ask('currency (--currency)');
  const unbounded = studies.filter(study => inputs.devices[study]?.trial === undefined && inputs.trial === undefined);
  if (inputs.maxDrop === undefined && unbounded.length > 0) ask('maxDrop (--max-drop)');
  if (missing.length > 0) throw lacking(missing);
  if (!variation) for (const [index, study] of studies.entries()) demandSense(figures.devices[index], study);
  return figures;
}

/** Reads a figure of one device: its own, or that of the top level. */
interface Reader {
  readonly known: (key: DeviceKey) => Rational | null;
  readonly needed: (key: DeviceKey, others?: readonly DeviceKey[]) => Rational;
  readonly study: string;
}

function readerOf(
  inputs: RoiInputs,
  study: string,
  several: boolean,
  varied: (path: string, value: number) => Rational,
  ask: (name: string) => Rational,
): Reader {
  const own = inputs.devices[study];
  const ownPrice = priceKeys.some(key => own?.[key] !== undefined);
  const known = (key: DeviceKey): Rational | null => {
    const value = own?.[key];
    if (value !== undefined) return varied(`devices.${study}.${key}`, value);
    // A device with a price of its own is not paid in another way, too.
    if (ownPrice && priceKeys.includes(key)) return null;
    const shared = inputs[key];
    return shared === undefined ? null : varied(key, shared);
  };
  const named = (key: DeviceKey): string =>
    several ? `${key} (${flagOf(key)}, or devices.${study}.${key})` : `${key} (${flagOf(key)})`;
  return { known, needed: (key, others = []) => known(key) ?? ask([key, ...others].map(named).join(' or ')), study };
}

const priceKeys: readonly DeviceKey[] = ['pricePerHour', 'purchasePrice', 'pricePerBusyHour'];
const energyKeys: readonly DeviceKey[] = ['loadWatts', 'idleWatts', 'pricePerKwh'];

const deviceFigures = (reader: Reader, index: number): DeviceFigures => ({
  price: priceOf(reader),
  energy: energyOf(reader),
  fixedMs: reader.needed('fixedMs'),
  callsAtOnce: (reader.known('callsAtOnce') ?? one).numerator,
  spare: (reader.known('spareMachines') ?? zero).numerator,
  moveCost: index === 0 ? zero : reader.needed('moveCost'),
});

function priceOf({ known, needed, study }: Reader): Price {
  const given = priceKeys.filter(key => known(key) !== null);
  const [first, second] = given;
  if (first && second) throw exclusive(first, second, study);
  switch (first) {
    case 'purchasePrice':
      return {
        kind: 'purchase',
        price: needed('purchasePrice'),
        resale: known('resalePrice') ?? zero,
        lifeMonths: multiply(needed('lifeYears'), rational(12n)),
        owned: needed('machinesOwned').numerator,
      };
    case 'pricePerBusyHour':
      return { kind: 'metered', perBusyHour: needed('pricePerBusyHour') };
    default:
      return { kind: 'rent', perHour: needed('pricePerHour', ['purchasePrice', 'pricePerBusyHour']) };
  }
}

/** Null where nothing is said of energy; once something is, all of it is wanted. */
const energyOf = ({ known, needed }: Reader): Energy | null =>
  energyKeys.some(key => known(key) !== null)
    ? {
        loadWatts: needed('loadWatts'),
        idleWatts: needed('idleWatts'),
        perKwh: needed('pricePerKwh'),
        overhead: greatest(known('energyOverhead') ?? one, one),
      }
    : null;

/**
 * Calls per day = 24 mean(h); the peak over the mean = max(h) / mean(h), times what the user knows of peaks within an hour. `scale`
 * takes all hours times a factor.
 */
function loadOf(hours: readonly number[], withinHour: Rational | null, scale: Rational) {
  const all = hours.map(exactly);
  const mean = divide(all.reduce(add, zero), rational(all.length));
  return {
    callsPerDay: product([rational(24n), mean, scale]),
    peakFactor: multiply(divide(all.reduce(greatest, zero), mean), withinHour ?? one),
  };
}

/** What two figures cannot be together; a figure that is only tried may be. */
function demandSense(device: DeviceFigures | undefined, study: string): void {
  if (device?.price.kind === 'purchase' && compare(device.price.resale, device.price.price) > 0)
    throw new UserError(
      `Cannot reckon for "${study}": expected a resalePrice of at most the purchasePrice, found more.`,
      'Correct one of the two.',
    );
  if (device?.energy && compare(device.energy.idleWatts, device.energy.loadWatts) > 0)
    throw new UserError(
      `Cannot reckon for "${study}": expected idleWatts of at most loadWatts, found more.`,
      'Correct one of the two.',
    );
}

const lacking = (missing: readonly string[]): UserError =>
  new UserError(
    `Cannot reckon: ${missing.length} figure${missing.length === 1 ? ' is' : 's are'} missing: ${missing.join('; ')}.`,
    'Give each as an option or as a key of --inputs roi.yaml; none is built in. "rankfront roi --help" says what each means.',
  );

const exclusive = (one: OptionKey, other: OptionKey, study?: string): UserError =>
  new UserError(
    `Cannot reckon${study ? ` for "${study}"` : ''}: ${one} (${flagOf(one)}) and ${other} (${flagOf(other)}) exclude each other.`,
    'Leave one of them out.',
  );
