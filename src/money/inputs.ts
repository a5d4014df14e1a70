/**
 * What a user says of load, prices and effort: `--inputs roi.yaml`, or an option for every key (`callsPerDay` is `--calls-per-day`).
 * No figure is built in. Money is in the user's own currency, whatever it is called.
 */
import { z } from 'zod';

const amount = (what: string) => z.number().min(0).optional().describe(what);
const positive = (what: string) => z.number().gt(0).optional().describe(what);
const count = (what: string, least: number) => z.int().min(least).max(1e9).optional().describe(what);

/** Of the machines of one device: on the top level for every study, under `devices` for one. */
const deviceShape = {
  pricePerHour: amount('Rent of a machine: price per hour, day and night.'),
  purchasePrice: amount('Price of a machine that is bought.'),
  lifeYears: positive('Years that a bought machine serves; its price is spread evenly over them.'),
  resalePrice: amount('What a bought machine is still worth at the end of its life.'),
  machinesOwned: count('Machines that are there already and need not be bought.', 0),
  pricePerBusyHour: amount('Metered use: price of an hour in which a call is computed; nothing is paid in between.'),
  fixedMs: amount('Milliseconds per call that are not the network: reading, preprocessing and postprocessing.'),
  callsAtOnce: count('Calls that one machine serves at the same time, each as fast as measured; one without it.', 1),
  spareMachines: count('Machines more than the load needs, against failures; none without it.', 0),
  loadWatts: positive('Power of a machine at work, in watts.'),
  idleWatts: amount('Power of a machine that waits, in watts.'),
  pricePerKwh: amount('Price of a kilowatt-hour.'),
  energyOverhead: z
    .number()
    .min(1)
    .optional()
    .describe('Energy of the site over the energy of the machine, for cooling and supply (PUE).'),
  moveCost: amount('What it costs once to move to this device: porting, testing, installing. Not for the first study.'),
  trial: count('Reckon with this confirmed trial, rather than with the one that "pick --max-drop" takes.', 1),
};

const sharedShape = {
  currency: z.string().trim().min(1).max(12).optional().describe('How the currency is called in the answer: EUR.'),
  callsPerDay: positive('Calls of the network in a day, on average.'),
  hoursFile: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of callsPerDay: a text or CSV file with the calls of one hour in each line.'),
  peakFactor: z
    .number()
    .min(1)
    .optional()
    .describe('Rate of calls at the peak over the mean rate; with an hoursFile, over the busiest hour.'),
  mostUtilisation: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('Share of its time that a machine may be busy at the peak; the rest keeps queues short.'),
  latencyLimitMs: positive('No call may take longer than this many milliseconds, waiting not counted.'),
  maxDrop: z.union([z.string(), z.number()]).optional().describe('How much accuracy may be lost: 1pp, 0.5%, 0.01.'),
  lostPointPerMonth: amount('What one lost point of accuracy costs in a month, at the load that is given.'),
  horizonMonths: positive('Months over which it has to pay.'),
  searchHours: amount('Hours of a machine for the search and for confirming.'),
  retrainHours: amount('Hours of a machine for retraining.'),
  effortPricePerHour: amount('Price of an hour of the machine that searches and retrains.'),
  personDays: amount('Days of work of people: setting up, judging, rolling out.'),
  pricePerPersonDay: amount('Price of a day of work of a person.'),
};

const deviceSchema = z.strictObject(deviceShape);

export const roiSchema = z.strictObject({
  ...sharedShape,
  ...deviceShape,
  devices: z
    .record(z.string(), deviceSchema)
    .default({})
    .describe('By the name of a study: figures of its device, where they differ from those on the top level.'),
});

/** Each figure that is known so far; `completeFigures` asks for the rest. */
export type RoiInputs = Readonly<z.output<typeof roiSchema>>;
export type DeviceKey = keyof typeof deviceShape;
export type SharedKey = keyof typeof sharedShape;

export const deviceKeys = Object.keys(deviceShape) as readonly DeviceKey[];

/** Every key of the top level that an option of the same name sets, with the schema of its value. */
export const optionShape = { ...sharedShape, ...deviceShape } as const;
export type OptionKey = keyof typeof optionShape;

/** `callsPerDay` is `--calls-per-day`. */
export const flagOf = (key: string): string => `--${key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;

/** What an editor needs to complete and check such a file. */
export const roiJsonSchema = (): object => z.toJSONSchema(roiSchema, { io: 'input', target: 'draft-7' });
