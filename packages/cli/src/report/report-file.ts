import { extname } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Output } from '../files.ts';
import type { Report } from './schema.ts';

/** A page for people, or the data alone. */
type ReportForm = 'html' | 'json';

/** @throws {UsageError} where the ending says neither */
export function checkReportPath(path: string): void {
  formOf(path);
}

function formOf(path: string): ReportForm {
  const ending = extname(path).toLowerCase();
  if (ending === '.html' || ending === '.htm') return 'html';
  if (ending === '.json') return 'json';
  throw new UsageError(`report: expected a name that ends in .html or .json, got "${path}"`);
}

export async function reportFile(path: string, report: Report): Promise<Output> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  if (formOf(path) === 'json') return { path, bytes: bytes(`${JSON.stringify(report, undefined, 2)}\n`) };
  // Loaded here: few runs write a page.
  const { renderReport } = await import('./html/index.ts');
  return { path, bytes: bytes(renderReport(report)) };
}
