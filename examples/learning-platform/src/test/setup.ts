/** Runs before every test file: the same settings on every machine. */
process.env.NODE_ENV = 'test';
process.env.TZ = 'UTC';
process.env.JWT_SECRET = 'test-secret-that-is-long-enough-for-hs256';
process.env.SERVICE_TOKEN = 'test-service-token';
delete process.env.REDIS_URL;
