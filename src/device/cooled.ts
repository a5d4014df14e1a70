/** A device that rests before each measurement, and says how warm and how fast it was before and after it. */
import { setTimeout as delay } from 'node:timers/promises';
import { complete } from '../errors/failure.ts';
import { type Climate, isKnown, readClimate } from '../host/climate.ts';
import type { Device } from './device.ts';

export interface CoolDown {
  /** Rests this long before each measurement. */
  readonly pauseMs: number;
  /** And goes on resting until it is no warmer, where that can be read. */
  readonly belowCelsius?: number | undefined;
  /** For no longer than this in all. */
  readonly mostMs: number;
}

export interface CooledParts {
  readonly coolDown: CoolDown | undefined;
  readonly onWait?: ((message: string) => void) | undefined;
  readonly climate?: () => Climate;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const lookMs = 1000;
const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});

/** Of a device of this machine. What cannot be read is left out. */
export function cooledDevice(
  device: Device,
  { coolDown, onWait, climate = readClimate, sleep = pause }: CooledParts,
): Device {
  const closing = new AbortController();
  const { signal } = closing;
  const rest = async ({ pauseMs, belowCelsius, mostMs }: CoolDown): Promise<void> => {
    await sleep(Math.min(pauseMs, mostMs), signal);
    if (belowCelsius === undefined) return;
    let told = false;
    for (let restedMs = pauseMs; restedMs < mostMs && !signal.aborted; restedMs += lookMs) {
      const { celsius } = climate();
      if (celsius === null || celsius <= belowCelsius) return;
      if (!told) onWait?.(`Letting the device cool down: ${celsius.toFixed(0)} °C, wanted ${belowCelsius} °C.`);
      told = true;
      await sleep(lookMs, signal);
    }
  };
  return {
    ...device,
    latency: async (candidate, reference, budget, uncorrected) => {
      if (coolDown) await rest(coolDown);
      const before = climate();
      const answer = await device.latency(candidate, reference, budget, uncorrected);
      if (answer.state === 'failed') return answer;
      const after = climate();
      if (!isKnown(before) && !isKnown(after)) return answer;
      const { conditions } = answer.value;
      return complete({ ...answer.value, conditions: { ...conditions, climate: { before, after } } });
    },
    close: () => {
      closing.abort();
      return device.close();
    },
  };
}
