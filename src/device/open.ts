/** From a hardware profile to a device. A new driver is one file, one line in `drivers` and its settings in `driver-settings.ts`. */
import { UserError } from '../errors/user-error.ts';
import type { Model } from '../onnx/graph.ts';
import { cooledDevice } from './cooled.ts';
import type { Driver, OpenDevice } from './driver.ts';
import type { DriverKind } from './driver-settings.ts';
import type { HardwareProfile } from './profile.ts';
import { openRoofline, rooflineNodeTimes } from './roofline.ts';

/** By kind, and nothing else asks which kind a driver is. What opens one is loaded when it is wanted: most commands only name devices. */
const drivers: { readonly [Kind in DriverKind]: Driver<Kind> } = {
  onnxruntime: {
    open: async (...given) => (await import('./onnxruntime/driver.ts')).openOnnxruntime(...given),
    exact: () => false,
    tellsMemory: true,
    words: ({ kind, provider, threads }) => `${kind} ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  },
  roofline: {
    open: openRoofline,
    exact: () => true,
    tellsMemory: false,
    words: ({ kind }) => kind,
    demand: (settings, profile, model) => void rooflineNodeTimes(model, settings, profile),
  },
  command: {
    open: async (...given) => (await import('./command/driver.ts')).openCommand(...given),
    exact: () => false,
    tellsMemory: false,
    words: ({ run, threads }) =>
      `${(run.command[0] ?? '').split(/[\\/]/).at(-1)}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  },
  remote: {
    open: async (...given) => (await import('./remote/driver.ts')).openRemote(...given),
    exact: ({ exact }) => exact,
    tellsMemory: true,
    words: ({ kind, address, listen }) => `${kind} ${address ?? `to ${listen}`}`,
  },
  custom: {
    open: async (_settings, { name }) => {
      throw new UserError(
        `Cannot open the device "${name}" here: its profile says driver: custom, a device that a program of its user's brings.`,
        `Run this from that program, or give a profile with another driver: ${others('custom')}.`,
      );
    },
    exact: ({ exact }) => exact,
    tellsMemory: false,
    words: ({ kind }) => kind,
  },
};

export const driverKinds: readonly string[] = Object.keys(drivers);

const others = (kind: DriverKind): string => driverKinds.filter(name => name !== kind).join(', ');

const driverOf = <Kind extends DriverKind>(kind: Kind): Driver<Kind> => drivers[kind];

export const openDevice: OpenDevice = async (profile, options) => {
  const device = await driverOf(profile.driver.kind).open(profile.driver, profile, options);
  const { coolDown } = profile;
  return coolDown ? cooledDevice(device, { coolDown, onWait: options.onWait }) : device;
};

/** Whether the latencies of such a device are computed: known without opening it, as of a stored study. */
export const isExact = ({ driver }: Pick<HardwareProfile, 'driver'>): boolean => driverOf(driver.kind).exact(driver);

/** Whether such a device can tell the peak memory of a run: known without opening it. */
export const tellsMemory = ({ driver }: Pick<HardwareProfile, 'driver'>): boolean => driverOf(driver.kind).tellsMemory;

/** The device for people: `onnxruntime cpu, 2 threads, batch 1`. */
export const deviceWords = ({ driver, batchSize }: Pick<HardwareProfile, 'driver' | 'batchSize'>): string =>
  `${driverOf(driver.kind).words(driver)}, batch ${batchSize}`;

/** @throws UserError, before anything is spent, for a model that the device cannot time */
export const demandTimeable = (profile: HardwareProfile, model: Model): void =>
  driverOf(profile.driver.kind).demand?.(profile.driver, profile, model);
