/**
 * How close the output of a candidate is to that of the dense model on one image: 1 is the same, 0 has nothing in common.
 *
 * Notation: d the output of the dense model, y that of the candidate, sums over the entries of one image.
 *
 *   scores      exp(-KL(p || q)),  p = softmax(d), q = softmax(y); rows that are probabilities already are taken as they are
 *   embedding   max(0, d'y / (|d| |y|))
 *   map         (c + a) / 2,  c = the closeness of a signal, a = the share of places whose largest channel is the same; a map of shares is taken
 *               for at least a thousandth everywhere: where nothing is found, rounding is no noise
 *   signal      1 / (1 + |y - d|^2 / |d|^2): of a signal-to-noise ratio s it is s / (1 + s), so that 20 dB are 0.990 and 30 dB 0.999
 *   labels      the share of entries that are equal
 */
export const closenessRules = ['scores', 'embedding', 'map', 'signal', 'labels'] as const;
export type ClosenessRule = (typeof closenessRules)[number];

/** The output of one image: numbers of any width, and its sizes without the batch. */
export interface ImageOutput {
  readonly data: ArrayLike<number | bigint>;
  readonly sizes: readonly number[];
}

/** The rule for an output that none is named for, by what the dense model gives for one image. */
export function ruleFor({ data, sizes }: ImageOutput, isFloat: boolean): ClosenessRule {
  if (!isFloat) return 'labels';
  const long = sizes.filter(size => size !== 1);
  if (sizes.length === 3 && (sizes[1] ?? 1) > 1 && (sizes[2] ?? 1) > 1) return 'map';
  if (long.length > 1 || data.length < 2) return 'signal';
  return isUnitVector(data as ArrayLike<number>) ? 'embedding' : 'scores';
}

/** NaN where an entry of the candidate's is not finite. */
export function closeness(rule: ClosenessRule, dense: ImageOutput, candidate: ImageOutput): number {
  if (rule === 'labels') return equalShare(dense.data, candidate.data);
  const [d, y] = [dense.data as ArrayLike<number>, candidate.data as ArrayLike<number>];
  if (!allFinite(y)) return Number.NaN;
  switch (rule) {
    case 'scores':
      return Math.exp(-divergence(distribution(d), distribution(y)));
    case 'embedding':
      return cosine(d, y);
    case 'map':
      return (signal(d, y, isShares(d) ? leastShare : 0) + samePlaces(d, y, dense.sizes)) / 2;
    case 'signal':
      return signal(d, y);
    default:
      return rule satisfies never;
  }
}

export function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function equalShare(d: ArrayLike<number | bigint>, y: ArrayLike<number | bigint>): number {
  let same = 0;
  for (let i = 0; i < d.length; i++) if (d[i] === y[i]) same++;
  return d.length === 0 ? 1 : same / d.length;
}

/** Root mean square of a map of shares, at least. */
const leastShare = 1e-3;

function isShares(d: ArrayLike<number>): boolean {
  for (let i = 0; i < d.length; i++) if (d[i]! < 0 || d[i]! > 1) return false;
  return true;
}

/** @param least root mean square that d is taken to have */
function signal(d: ArrayLike<number>, y: ArrayLike<number>, least = 0): number {
  let [power, noise] = [0, 0];
  for (let i = 0; i < d.length; i++) {
    power += d[i]! * d[i]!;
    noise += (y[i]! - d[i]!) ** 2;
  }
  const known = Math.max(power, d.length * least ** 2);
  return noise === 0 ? 1 : known / (known + noise);
}

function cosine(d: ArrayLike<number>, y: ArrayLike<number>): number {
  let [dd, yy, dy] = [0, 0, 0];
  for (let i = 0; i < d.length; i++) {
    dd += d[i]! * d[i]!;
    yy += y[i]! * y[i]!;
    dy += d[i]! * y[i]!;
  }
  if (dd === 0 || yy === 0) return dd === yy ? 1 : 0;
  return Math.min(1, Math.max(0, dy / Math.sqrt(dd * yy)));
}

/** A mask of one channel is compared by the side of its middle: 1/2 where it holds shares, else 0. */
function samePlaces(d: ArrayLike<number>, y: ArrayLike<number>, sizes: readonly number[]): number {
  const [first = 1, second = 1, third = 1] = sizes;
  const channelsLast = third < first && third < second;
  const channels = channelsLast ? third : first;
  const places = d.length / channels;
  const [step, stride] = channelsLast ? [1, channels] : [places, 1];
  if (channels === 1) return sameSides(d, y);
  let same = 0;
  for (let place = 0; place < places; place++)
    if (largest(d, place * stride, step, channels) === largest(y, place * stride, step, channels)) same++;
  return places === 0 ? 1 : same / places;
}

function sameSides(d: ArrayLike<number>, y: ArrayLike<number>): number {
  const middle = isShares(d) ? 0.5 : 0;
  let same = 0;
  for (let i = 0; i < d.length; i++) if (d[i]! > middle === y[i]! > middle) same++;
  return d.length === 0 ? 1 : same / d.length;
}

function largest(values: ArrayLike<number>, start: number, step: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i * step]! > values[start + best * step]!) best = i;
  return best;
}

const isUnitVector = (values: ArrayLike<number>): boolean => {
  let [squares, negative] = [0, false];
  for (let i = 0; i < values.length; i++) {
    squares += values[i]! ** 2;
    if (values[i]! < 0) negative = true;
  }
  return negative && Math.abs(squares - 1) < 1e-3;
};

/** Probabilities as they are, scores through softmax. */
function distribution(values: ArrayLike<number>): Float64Array {
  const row = Float64Array.from(values);
  const sum = row.reduce((total, each) => total + each, 0);
  if (row.every(each => each >= 0) && Math.abs(sum - 1) < 1e-3) return row.map(each => each / sum);
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map(each => Math.exp(each - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map(each => each / total);
}

/** A probability of 0 is taken for the least that a float tells from it. */
const least = 1e-12;

function divergence(p: Float64Array, q: Float64Array): number {
  const sum = p.reduce(
    (total, each, i) => (each > 0 ? total + each * Math.log(each / Math.max(q[i] ?? 0, least)) : total),
    0,
  );
  return Math.max(0, sum);
}
