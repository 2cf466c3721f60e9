import { basename } from 'node:path';
import type { LayerError } from '@mnnquant/calibrate';
import { VERSION } from './version.ts';

/** One tensor; numbers that are not finite become null. */
export interface DebugLayer extends LayerError {
  readonly worst: LayerError['worst'] & { readonly name?: string };
}

/** What `DST.mnn.debug.json` holds; its fields are explained in docs/config.md. */
export interface DebugReport {
  /** Of this layout; it changes when a field changes its meaning or goes away. */
  readonly version: 1;
  readonly tool: string;
  /** The written model that the numbers are of. */
  readonly model: { readonly file: string; readonly sha256: string };
  readonly samples: number;
  /** Worst first. */
  readonly layers: readonly DebugLayer[];
}

export function debugReport(
  layers: readonly LayerError[],
  written: { readonly path: string; readonly bytes: Uint8Array },
  samples: { readonly count: number; name?(index: number): string },
): DebugReport {
  return {
    version: 1,
    tool: `mnnquant ${VERSION}`,
    model: {
      file: basename(written.path),
      sha256: process
        .getBuiltinModule('node:crypto')
        .createHash('sha256')
        .update(written.bytes)
        .digest('hex'),
    },
    samples: samples.count,
    layers: layers.map((layer) => {
      const name = samples.name?.(layer.worst.sample);
      return name === undefined ? layer : { ...layer, worst: { ...layer.worst, name } };
    }),
  };
}

export function debugJson(report: DebugReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
