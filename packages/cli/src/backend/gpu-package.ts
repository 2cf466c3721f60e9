import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VERSION } from '../version.ts';

/** No dependency of this package: it brings 200 MB of Dawn. */
export const GPU_PACKAGE = '@mnnquant/tensor-gpu';

export type GpuModule = typeof import('@mnnquant/tensor-gpu/node');

export interface GpuPackage {
  readonly version: string;
  /** Takes about 0.2 s. */
  load(): Promise<GpuModule>;
}

/**
 * Where the package is installed: beside this one, or else in the folder that is worked in. That is only looked at
 * where the GPU was asked for, so that nobody's folder is run unasked.
 */
export function findGpuPackage(isAskedFor: boolean): GpuPackage | undefined {
  const places = [import.meta.url, ...(isAskedFor ? [join(process.cwd(), 'here')] : [])];
  for (const place of places) {
    const found = findFrom(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findFrom(place: string): GpuPackage | undefined {
  const { resolve } = createRequire(place);
  try {
    const entry = pathToFileURL(resolve(`${GPU_PACKAGE}/node`)).href;
    const { version } = JSON.parse(readFileSync(resolve(`${GPU_PACKAGE}/package.json`), 'utf8')) as {
      version: string;
    };
    return { version, load: () => import(/* @vite-ignore */ entry) as Promise<GpuModule> };
  } catch {
    return undefined;
  }
}

/** Packages of different versions do not know the same ops and tensors. */
export function versionProblem({ version }: GpuPackage): string | undefined {
  if (version === VERSION) return undefined;
  return `${GPU_PACKAGE} ${version} does not belong to mnnquant ${VERSION}: npm i ${GPU_PACKAGE}@${VERSION}`;
}
