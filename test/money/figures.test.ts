import { expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { completeFigures } from '../../src/money/figures.ts';
import { roiSchema } from '../../src/money/inputs.ts';
import { exactly, rational } from '../../src/money/rational.ts';
import { figures, given, inputs } from './fixture.ts';

const problem = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return '';
};

test('everything that is missing is asked for at once, by option and key', () => {
  const said = problem(() => completeFigures({ inputs: roiSchema.parse({}), hours: null, studies: ['a'] }));
  for (const key of ['callsPerDay', 'peakFactor', 'mostUtilisation', 'horizonMonths', 'fixedMs', 'currency', 'maxDrop'])
    expect(said).toContain(`${key} (--`);
  expect(said).toContain('pricePerHour (--price-per-hour) or purchasePrice (--purchase-price)');
  // Prices of effort only once there is effort.
  expect(said).not.toContain('pricePerPersonDay');
});

test('what one figure brings with it is asked for, too', () => {
  const { pricePerHour, ...bare } = inputs();
  expect(pricePerHour).toBe(0.1);
  const buying = problem(() =>
    completeFigures({ inputs: { ...bare, purchasePrice: 900 }, hours: null, studies: ['a'] }),
  );
  expect(buying).toContain('lifeYears (--life-years); machinesOwned (--machines-owned).');
  expect(problem(() => figures({ loadWatts: 50 }))).toContain(
    'idleWatts (--idle-watts); pricePerKwh (--price-per-kwh)',
  );
  expect(problem(() => figures({ personDays: 2 }))).toContain('pricePerPersonDay (--price-per-person-day)');
  expect(problem(() => figures({ searchHours: 2 }))).toContain('effortPricePerHour (--effort-price-per-hour)');
  expect(problem(() => figures({}, ['a', 'b']))).toContain('moveCost (--move-cost, or devices.b.moveCost)');
});

test('a trial stands for the limit of accuracy', () => {
  const { maxDrop, ...bare } = inputs({ trial: 3 });
  expect(maxDrop).toBe('1pp');
  expect(() => completeFigures({ inputs: bare, hours: null, studies: ['a'] })).not.toThrow();
});

test('figures that exclude each other', () => {
  expect(problem(() => figures({ purchasePrice: 5 }))).toMatch(
    /pricePerHour .* and purchasePrice .* exclude each other/,
  );
  expect(problem(() => completeFigures({ ...given(), hours: [1] }))).toMatch(/callsPerDay .* and hoursFile .* exclude/);
  const bought = { pricePerHour: undefined, purchasePrice: 5, resalePrice: 6, lifeYears: 1, machinesOwned: 0 };
  expect(problem(() => figures(bought))).toContain('resalePrice');
  expect(problem(() => figures({ loadWatts: 5, idleWatts: 6, pricePerKwh: 1 }))).toContain('idleWatts');
});

test('effort is hours and days times their prices, exactly', () => {
  const { effort } = figures({
    searchHours: 3,
    retrainHours: 0.5,
    effortPricePerHour: 0.7,
    personDays: 2,
    pricePerPersonDay: 600.05,
  });
  expect(effort).toEqual(exactly(1202.55));
});

test('a device has figures of its own, and the rest from the top', () => {
  const { devices } = figures(
    {
      fixedMs: 2,
      moveCost: 40,
      devices: { b: { purchasePrice: 900, resalePrice: 100, lifeYears: 2, machinesOwned: 1, fixedMs: 3 } },
    },
    ['a', 'b'],
  );
  expect(devices[0]).toMatchObject({ price: { kind: 'rent', perHour: exactly(0.1) }, fixedMs: exactly(2) });
  expect(devices[0]?.moveCost).toEqual(rational(0));
  expect(devices[1]).toMatchObject({
    price: { kind: 'purchase', lifeMonths: rational(24), owned: 1n },
    fixedMs: exactly(3),
    moveCost: rational(40),
  });
});

test('a file of hours gives the mean day and the peak', () => {
  const { callsPerDay, ...bare } = inputs({ peakFactor: 2 });
  expect(callsPerDay).toBe(864_000);
  const read = completeFigures({ inputs: bare, hours: [100, 300, 200], studies: ['a'] });
  expect(read.callsPerDay).toEqual(rational(4800));
  // 300 over 200, and twice that within the hour.
  expect(read.peakFactor).toEqual(rational(3));
  const { peakFactor, ...level } = bare;
  expect(peakFactor).toBe(2);
  expect(completeFigures({ inputs: level, hours: [100, 300, 200], studies: ['a'] }).peakFactor).toEqual(
    rational(3n, 2n),
  );
});

test('one figure varied, the others as they are', () => {
  const varied = completeFigures(given(), { path: 'pricePerHour', factor: rational(3n, 4n) });
  expect(varied.devices[0]?.price).toEqual({ kind: 'rent', perHour: exactly(0.075) });
  expect({ ...varied, devices: [] }).toEqual({ ...figures(), devices: [] });
  expect(completeFigures(given(), { path: 'mostUtilisation', factor: rational(5n, 4n) }).mostUtilisation).toEqual(
    rational(1),
  );
});
