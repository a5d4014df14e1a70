/** A power of two that brings the largest magnitude into [1, 2), so that squares neither overflow nor underflow. */
export function powerOfTwoScale(data: ArrayLike<number>): { readonly up: number; readonly down: number } {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  if (largest === 0) return { up: 1, down: 1 };
  // Steps of two are exact, where a logarithm could differ between machines by a rounding.
  let up = 1;
  while (up * 2 <= largest && up < 2 ** 1000) up *= 2;
  while (up > largest && up > 2 ** -1000) up /= 2;
  return { up, down: 1 / up };
}
