import { Writable } from 'node:stream';
import pino from 'pino';
import { buildConfig } from '../index';
import { parseEnv } from '../env';
import { createLogger, loggerOptions } from '../logger';

const config = buildConfig(parseEnv({ LOG_LEVEL: 'warn' }));

it('keeps secrets out of the log', () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  pino(loggerOptions(config), sink).warn({ user: { name: 'ada', password: 'x' } }, 'hello');
  expect(JSON.parse(lines[0])).toMatchObject({
    service: 'backend',
    user: { name: 'ada', password: '[redacted]' },
  });
});

it('logs from the level of the settings on', () => {
  expect(createLogger(config).level).toBe('warn');
});
