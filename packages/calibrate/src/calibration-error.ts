/** The configuration or the samples do not allow a calibration; the message says what to change. */
export class CalibrationError extends Error {
  override name = 'CalibrationError';
}
