/** Winograd attributes that cannot be written, read or computed. */
export class WinogradError extends Error {
  override readonly name = 'WinogradError';
}
