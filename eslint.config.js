import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Forbids importing the named top-level folders: imports point one way (scripts, jobs -> server -> programs). */
const mayNotImport = (...folders) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: `^(\\.\\./)+(${folders.join('|')})(/|$)`,
          message: 'Imports point one way: scripts, jobs -> server -> programs -> (nothing).',
        },
      ],
    },
  ],
});

const noClockNorChance = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time is an argument: use services.clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time is an argument: use services.clock.',
  },
  {
    selector: "MemberExpression[object.name='Temporal'][property.name='Now']",
    message: 'Time is an argument: use services.clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Chance comes from server/database/ids.ts only.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules', '.data', 'coverage'] },
  js.configs.recommended,
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', performance: 'readonly' } } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', ...noClockNorChance],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['programs/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            'fs',
            'http',
            'http2',
            'https',
            'net',
            'tls',
            'dns',
            'dgram',
            'child_process',
            'worker_threads',
            'crypto',
            'os',
            'process',
            'perf_hooks',
            'timers',
            'mongodb',
            'mongoose',
            'express',
          ]
            .flatMap((n) => [n, `node:${n}`])
            .map((name) => ({ name, message: 'programs/ is pure: no I/O.' })),
          patterns: [
            { regex: '^(node:)?(fs|timers|dns)/', message: 'programs/ is pure: no I/O.' },
            {
              regex: '^(\\.\\./)+(server|jobs|scripts)(/|$)',
              message: 'programs/ imports nothing of the other folders.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'crypto',
      ],
    },
  },
  { files: ['server/**/*.ts'], rules: mayNotImport('jobs', 'scripts') },
  { files: ['jobs/**/*.ts'], rules: mayNotImport('scripts') },
  // scripts/start.ts alone runs API and jobs in one process, so it imports both.
  { files: ['scripts/**/*.ts'], ignores: ['scripts/start.ts'], rules: mayNotImport('jobs') },
  // The one source of the present.
  { files: ['server/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: ['describe', 'it'] }] },
  },
);
