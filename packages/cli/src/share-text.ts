/** A share in percent, with one digit. What is not nothing, or not all, is never shown as that: 52 of 53 is no 100.0 %. */
export function shareText({ int8, total }: { readonly int8: number; readonly total: number }): string {
  const share = total === 0 ? 0 : int8 / total;
  if (share > 0 && share < 0.0005) return '<0.1 %';
  if (share < 1 && share > 0.9995) return '>99.9 %';
  return `${(100 * share).toFixed(1)} %`;
}
