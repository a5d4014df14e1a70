/** Outputs of a network that nothing trains: what was learned of them before is unlearned. */

/**
 * A sentence about them; null where there are none.
 * @param labels one output index per training image
 * @param classes the width of the output
 * @param offset outputs at the start that are no class of the data (background)
 */
export function unseenClasses(labels: Int32Array, classes: number, offset: number): string | null {
  const seen = new Set(labels);
  const unseen = Array.from({ length: classes }, (_, output) => output).filter(
    output => output >= offset && !seen.has(output),
  );
  if (unseen.length === 0) return null;
  const some = `${unseen.slice(0, 3).join(', ')}${unseen.length > 3 ? ', ...' : ''}`;
  return `No training image has the class of ${unseen.length} of the ${classes} outputs of the network (${some}): what it knows of them will be lost.`;
}
