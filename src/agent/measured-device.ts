/** The device of the agent's own profile. A measurement is given up by closing it, and the next one opens it again. */
import type { Device } from '../device/device.ts';

export interface MeasuredDevice {
  /** Runs `work` on the open device; `signal` gives it up. Throws as opening it does. */
  use<T>(signal: AbortSignal, note: (message: string) => void, work: (device: Device) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @param open gets where to tell that it waits; what it told at first goes to whoever uses the device at the time */
export function measuredDevice(open: (onWait: (message: string) => void) => Promise<Device>): MeasuredDevice {
  let device: Device | null = null;
  let listener: (message: string) => void = () => {};
  const close = async (): Promise<void> => {
    const closing = device;
    device = null;
    await closing?.close();
  };
  return {
    use: async (signal, note, work) => {
      listener = note;
      device ??= await open(message => listener(message));
      const giveUp = (): void => void close();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        if (signal.aborted) await close();
        return await work(device ?? (await open(message => listener(message))));
      } finally {
        signal.removeEventListener('abort', giveUp);
        listener = () => {};
      }
    },
    close,
  };
}
