/** Conversion between float32 and the 16-bit formats binary16 (IEEE 754) and bfloat16, on their bit patterns. */

const scratch = new DataView(new ArrayBuffer(4));

/** binary16 -> float, exactly: sign 1, exponent 5 (bias 15), fraction 10 bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 -> binary16, to nearest, ties to even; what is too large becomes infinity. */
export function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 2^16 and above
  if (magnitude < 0x38800000) {
    // Below 2^-14 the result is subnormal: a whole number of steps of 2^-24, and the product is exact.
    scratch.setUint32(0, magnitude);
    return sign | roundToEven(scratch.getFloat32(0) * 2 ** 24);
  }
  // Rebias the exponent by 127 - 15, then round the 13 dropped bits; a carry runs into the exponent as it should.
  const rebiased = magnitude - ((127 - 15) << 23);
  return sign | ((rebiased + 0xfff + ((rebiased >> 13) & 1)) >> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor + (floor % 2);
  return rest > 0.5 ? floor + 1 : floor;
}

/** bfloat16 is the upper half of a float32. */
export function fromBfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
