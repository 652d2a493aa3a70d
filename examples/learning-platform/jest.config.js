/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }],
  },
  testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/tests/**/*.spec.ts'],
  setupFiles: ['<rootDir>/src/test/setup.ts'],
  // Only the services count for now: the other layers have hardly any tests.
  collectCoverageFrom: [
    'src/services/**/*.ts',
    '!src/**/*.d.ts',
    '!src/**/*.test.ts',
    '!src/**/*.spec.ts',
    '!src/**/index.ts',
    '!src/routes/**',
    '!src/config/**',
    '!src/database/**',
    '!src/plugins/**',
    '!src/middleware/**',
    '!src/graphql/**',
    '!src/utils/**',
    '!src/types/**',
    '!src/app.ts',
  ],
  coverageReporters: ['text', 'lcov', 'html'],
  coverageThreshold: {
    global: {
      branches: 70,
      functions: 70,
      lines: 70,
      statements: 70,
    },
  },
};
