/** What layer `i` of the chain that stands in for `site` is called; its weight has `.weight` behind it. */
export const factorLayerName = (site: string, method: string, i: number): string => `${site}/${method}_${i}`;
