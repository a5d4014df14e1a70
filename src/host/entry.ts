/** The file to start a thread or a child process from: TypeScript in a checkout, JavaScript in the built package. */
export function entryUrl(name: string, importMetaUrl: string): URL {
  const extension = importMetaUrl.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`./${name}${extension}`, importMetaUrl);
}
