import { closest, distance } from 'fastest-levenshtein';

/** Characters that some file system does not allow in a name. */
const NOT_IN_NAMES = /[/\\:*?"<>|]/g;

/**
 * What the file of an input may be called, without its ending: as the input (a `/` then makes folders,
 * as in MNN), or with `_` for what file names cannot hold.
 */
export function fileStems(name: string, names: readonly string[]): string[] {
  const plain = plainName(name);
  const steps = name.split(/[/\\]/);
  // A model must not lead out of the sample's folder.
  const asItIs = steps.some((step) => step === '..' || step === '') ? [] : [name];
  const shared = names.some((other) => other !== name && (other === plain || plainName(other) === plain));
  return [...new Set([...asItIs, ...(shared ? [] : [plain])])];
}

function plainName(name: string): string {
  return name.replaceAll(NOT_IN_NAMES, '_');
}

/** `; did you mean "x"?`, or nothing where no name is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const near = closest(name, [...names]);
  return distance(name, near) <= Math.max(2, name.length / 3) ? `; did you mean "${near}"?` : '';
}
