/** The log: JSON lines, with everything left out that must not be in a log. */
import pino, { type Logger, type LoggerOptions } from 'pino';
import type { Config } from './index';

const SECRET_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-service-token"]',
  '*.password',
  '*.password_hash',
  '*.mfa_secret',
  '*.refresh_token',
];

export function loggerOptions(config: Config): LoggerOptions {
  return {
    level: config.log.level,
    base: { service: 'backend', environment: config.environment },
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
}

export function createLogger(config: Config): Logger {
  return pino(loggerOptions(config));
}
