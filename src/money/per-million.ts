/**
 * What a million inferences take of a device that does nothing else.
 *
 * Notation, with units: t time of one batch [ms], B inferences in a batch, p price [currency/h], P power under load [W], e energy of one
 * batch [J].
 *
 *   price  = p t 10^6 / (B 3.6 10^6 ms/h) = p t / (3.6 B)          [currency]
 *   energy = P t 10^6 / (B 1000 ms/s 3.6 10^6 J/kWh) = P t / (3600 B) [kWh]
 *   energy = e 10^6 / (B 3.6 10^6 J/kWh) = e / (3.6 B)             [kWh]
 */

/** At full use of the device: an hour in which it waits costs as much. */
export const pricePerMillion = (pricePerHour: number, batchMs: number, batch: number): number =>
  (pricePerHour * batchMs) / (3.6 * batch);

/** Kilowatt-hours, from a power that holds all the while. */
export const energyPerMillion = (watts: number, batchMs: number, batch: number): number =>
  (watts * batchMs) / (3600 * batch);

/** Kilowatt-hours, from a measured energy of one batch. */
export const energyPerMillionOf = (joules: number, batch: number): number => joules / (3.6 * batch);
